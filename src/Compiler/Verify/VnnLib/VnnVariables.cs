using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.VnnLib;

/// <summary>
/// The names of inputs and outputs in a property file: <c>X_0</c>, <c>Y_3</c> of VNN-LIB 1.0, <c>X[0,2]</c> of VNN-LIB 2.0. Every name is
/// an element's index, outputs after the inputs.
/// </summary>
internal sealed class VnnVariables(int inputs, int outputs)
{
    private readonly HashSet<string> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (int Start, int[] Shape)> _tensors = new(StringComparer.Ordinal);

    /// <summary>The number of input elements.</summary>
    public int Inputs => inputs;

    /// <summary>The number of elements of both.</summary>
    public int Count => inputs + outputs;

    /// <summary>How an element is named in messages.</summary>
    public string NameOf(int index) => index < inputs ? "X_" + Text(index) : "Y_" + Text(index - inputs);

    /// <summary>Reads <c>(declare-const X_0 Real)</c> or <c>(declare-fun X_0 () Real)</c>.</summary>
    public void DeclareConstant(VnnExpression declaration)
    {
        string? name = declaration.Items.Count > 1 ? declaration.Items[1].Word : null;
        if (name is null || declaration.Items[declaration.Items.Count - 1].Word != "Real")
            throw Error(declaration, "a declaration has the form (declare-const X_0 Real)");
        if (Element(name) is not { } index) throw Error(declaration.Items[1], "'" + name + "' is not the name of an input (X_0, X_1, …) or output (Y_0, …)");
        if (index < 0) throw Error(declaration.Items[1], "'" + name + "' is beyond the network's " + Text(inputs) + " inputs and " + Text(outputs) + " outputs");
        if (!_constants.Add(name)) throw Error(declaration.Items[1], "'" + name + "' is declared twice");
    }

    /// <summary>Reads <c>(declare-network f (declare-input X float32 [1,5]) (declare-output Y float32 [1,5]))</c>.</summary>
    public void DeclareNetwork(VnnExpression declaration)
    {
        if (_tensors.Count > 0) throw Error(declaration, "a second network is declared; RedGen verifies one at a time");
        int input = 0, output = 0;
        foreach (VnnExpression part in declaration.Items.Skip(2))
        {
            if (part.Head is not ("declare-input" or "declare-output")) throw Error(part, "'" + part.Head + "' is not supported in a network's declaration");
            if (part.Items.Count != 4 || part.Items[1].Word is not { } name || part.Items[3].Word is not { } shape)
                throw Error(part, "the form is (" + part.Head + " X float32 [1,5])");
            if (part.Items[2].Word is not ("float32" or "Real" or "real")) throw Error(part.Items[2], "element type " + part.Items[2].Word + " is not supported; RedGen verifies float32 networks");
            int[] lengths = Indices(shape) ?? throw Error(part.Items[3], "'" + shape + "' is no shape such as [1,5]");
            long count = lengths.Aggregate(1L, static (a, b) => Math.Min(int.MaxValue, a * b));
            ref int start = ref part.Head == "declare-input" ? ref input : ref output;
            if (_tensors.ContainsKey(name)) throw Error(part, "'" + name + "' is declared twice");
            _tensors.Add(name, (part.Head == "declare-input" ? start : inputs + start, lengths));
            start = (int)Math.Min(int.MaxValue, start + count);
        }

        if (input != inputs || output != outputs)
            throw Error(declaration, FormattableString.Invariant($"the property is about {input} inputs and {output} outputs, the network has {inputs} and {outputs}"));
    }

    /// <summary>Checks that a file of VNN-LIB 1.0 is about a network of this size.</summary>
    public void CheckComplete(int line)
    {
        if (_tensors.Count > 0) return;
        for (int i = 0; i < Count; i++)
            if (!_constants.Contains(NameOf(i))) throw new PropertyException("the network's element " + NameOf(i) + " is not declared", line, 1);
    }

    /// <summary>The element that a word names.</summary>
    public int Find(VnnExpression word)
    {
        string name = word.Word!;
        if (_constants.Contains(name)) return Element(name)!.Value;
        int bracket = name.IndexOf('[');
        if (_tensors.TryGetValue(bracket < 0 ? name : name.Substring(0, bracket), out (int Start, int[] Shape) tensor))
            return tensor.Start + Offset(word, bracket < 0 ? [] : Indices(name.Substring(bracket)), tensor.Shape);
        throw Error(word, "'" + name + "' is not declared");
    }

    private static int Offset(VnnExpression word, int[]? indices, int[] shape)
    {
        // A tensor of one element may be named without indices.
        if (indices is { Length: 0 } && shape.All(static d => d == 1)) return 0;
        if (indices is null || indices.Length != shape.Length) throw Error(word, "'" + word.Word + "' needs an index for each of " + Text(shape.Length) + " dimensions");
        int offset = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            if (indices[i] >= shape[i]) throw Error(word, "'" + word.Word + "' is outside of the shape [" + string.Join(",", shape.Select(Text)) + "]");
            offset = (offset * shape[i]) + indices[i];
        }

        return offset;
    }

    /// <summary>The index that <c>X_3</c> or <c>Y_3</c> stands for; negative where the network has no such element, null for other words.</summary>
    private int? Element(string name)
    {
        if (name.Length < 3 || name[0] is not ('X' or 'Y') || name[1] != '_') return null;
        if (!int.TryParse(name.Substring(2), NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return null;
        if (index >= (name[0] == 'X' ? inputs : outputs)) return -1;
        return name[0] == 'X' ? index : inputs + index;
    }

    /// <summary>The numbers of <c>[1,5]</c>.</summary>
    private static int[]? Indices(string text)
    {
        if (text.Length < 2 || text[0] != '[' || text[text.Length - 1] != ']') return null;
        string inner = text.Substring(1, text.Length - 2).Trim();
        if (inner.Length == 0) return [];
        string[] parts = inner.Split(',');
        var result = new int[parts.Length];
        for (int i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out result[i])) return null;
        return result;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static PropertyException Error(VnnExpression at, string message) => new(message, at.Line, at.Column);
}
