using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>
/// Elements as a statement names them: <c>Y[3]</c> is the output element 3 of all, row-major; <c>Y</c> is all of them; <c>logits[0,3]</c> goes by
/// the model's own names.
/// </summary>
/// <param name="Name">The tensor's name, or X or Y.</param>
/// <param name="Indices">One number: the element row-major; several: one for each axis; none: all elements.</param>
public sealed record ElementName(string Name, ImmutableArray<int> Indices)
{
    /// <summary>Reads a name.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    internal static ElementName Read(string text)
    {
        int bracket = text.IndexOf('[');
        string name = bracket < 0 ? text : text.Substring(0, bracket);
        if (name.Length == 0) throw new FormatException("'" + text + "' is no element such as X[0]");
        if (bracket < 0) return new ElementName(name, []);
        if (text[text.Length - 1] != ']') throw new FormatException("'" + text + "' has no closing bracket");
        string[] parts = text.Substring(bracket + 1, text.Length - bracket - 2).Split(',');
        var indices = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out indices[i])) throw new FormatException("'" + text + "' has an index that is no number");
        return new ElementName(name, [.. indices]);
    }

    /// <summary>The elements among those of all tensors.</summary>
    /// <param name="tensors">The inputs, or the outputs.</param>
    /// <param name="all">What stands for all of them: X or Y.</param>
    /// <exception cref="FormatException">The network has no such element.</exception>
    internal IEnumerable<int> Find(ImmutableArray<TensorSignature> tensors, string all)
    {
        int start = 0;
        foreach (TensorSignature tensor in tensors)
        {
            if (tensor.Name == Name) return Within(start, tensor.Length, tensor.Shape);
            start += tensor.Length;
        }

        if (Name == all) return Within(0, start, tensors.Length == 1 ? tensors[0].Shape : default);
        throw new FormatException("'" + Name + "' is not the name of an " + (all == "X" ? "input: X" : "output: Y") + " and " + string.Join(", ", tensors.Select(static t => t.Name)) + " are");
    }

    private IEnumerable<int> Within(int start, int length, ImmutableArray<int> shape)
    {
        if (Indices.IsEmpty) return Enumerable.Range(start, length);
        long offset = 0;
        if (Indices.Length == 1)
        {
            offset = Indices[0];
        }
        else
        {
            if (shape.IsDefault || shape.Length != Indices.Length) throw new FormatException("'" + this + "' has not the number of axes that '" + Name + "' has");
            for (int i = 0; i < shape.Length; i++) offset = Indices[i] < shape[i] ? (offset * shape[i]) + Indices[i] : length;
        }

        return offset < length ? [start + (int)offset] : throw new FormatException("'" + this + "' is beyond the " + length.ToString(CultureInfo.InvariantCulture) + " elements");
    }

    /// <summary>The name as it is written.</summary>
    public override string ToString() => Indices.IsEmpty ? Name : Name + "[" + string.Join(",", Indices.Select(static i => i.ToString(CultureInfo.InvariantCulture))) + "]";
}

/// <summary>An interval of elements: <c>Y[0]:-1..1</c>; an end may be missing.</summary>
/// <param name="Elements">The elements.</param>
/// <param name="Low">The lower end; negative infinity where there is none.</param>
/// <param name="High">The upper end.</param>
public sealed record ElementRange(ElementName Elements, double Low, double High)
{
    /// <summary>Reads ranges that commas separate.</summary>
    /// <exception cref="FormatException">One is none.</exception>
    internal static ImmutableArray<ElementRange> ReadAll(string text) => [.. Parts(text).Select(ReadOne)];

    /// <summary>The parts between commas that are not inside of brackets.</summary>
    internal static IEnumerable<string> Parts(string text)
    {
        int start = 0, depth = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ',';
            depth += c == '[' ? 1 : c == ']' ? -1 : 0;
            if (i < text.Length && (c != ',' || depth > 0)) continue;
            string part = text.Substring(start, i - start).Trim();
            if (part.Length > 0) yield return part;
            start = i + 1;
        }
    }

    private static ElementRange ReadOne(string text)
    {
        int colon = text.LastIndexOf(':');
        int dots = colon < 0 ? -1 : text.IndexOf("..", colon, StringComparison.Ordinal);
        if (dots < 0) throw new FormatException("'" + text + "' is no range such as Y[0]:-1..1");
        (double low, double high) = (End(text, colon + 1, dots, double.NegativeInfinity), End(text, dots + 2, text.Length, double.PositiveInfinity));
        if (!(low <= high) || (double.IsInfinity(low) && double.IsInfinity(high))) throw new FormatException("'" + text + "' has no number, or ends in the wrong order");
        return new ElementRange(ElementName.Read(text.Substring(0, colon).Trim()), low, high);
    }

    private static double End(string text, int start, int end, double missing)
    {
        string number = text.Substring(start, end - start).Trim();
        if (number.Length == 0) return missing;
        return double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && !double.IsInfinity(value) && !double.IsNaN(value) ? value : throw new FormatException("'" + text + "': '" + number + "' is no number");
    }

    /// <summary>The range as it is written.</summary>
    public override string ToString() => Elements + ":" + End(Low) + ".." + End(High);

    private static string End(double value) => double.IsInfinity(value) ? "" : value.ToString("R", CultureInfo.InvariantCulture);
}
