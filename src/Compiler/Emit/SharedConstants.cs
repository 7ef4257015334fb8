using System;
using System.Collections.Generic;
using System.Globalization;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit;

/// <summary>
/// The floats of a larger network, in one array of which each constant is a part: the JIT compiles one method that gives parts of it instead of one
/// for each constant, and steps that share a method pass it numbers instead of spans (docs/decisions/0031).
/// </summary>
internal static class SharedConstants
{
    /// <summary>Bytes of weights up to which each constant is an array that one can read.</summary>
    private const long Least = 65_536 * sizeof(float);

    /// <summary>Each constant begins with a cache line of the array's.</summary>
    private const int Line = 64 / sizeof(float);

    private const string Method = "Weights.Of(";

    /// <summary>Whether a plan's code has such an array: of literals, since a part of a string or of a resource costs no less than all of it.</summary>
    public static bool Serves(ExecutionPlan plan) => !plan.Options.IsPortable && plan.WeightBytes is > Least and <= WeightEmitter.PackedLimit
        && plan.Options.Weights is WeightTier.Auto or WeightTier.InPlace or WeightTier.Expand;

    /// <summary>Whether a constant is a part of it.</summary>
    public static bool Holds(Weight weight) => weight.ElementType == ElementType.Float32 && !weight.IsText && weight.Length > 0;

    /// <summary>Where the next constant begins.</summary>
    public static int Behind(int start, Weight weight) => (start + weight.Length + Line - 1) / Line * Line;

    /// <summary>The C# expression for a constant that begins at a place.</summary>
    public static string Read(string place, Weight weight) => Method + place + ", " + Text(weight.Length) + ")";

    /// <summary>Whether an expression reads a constant, and from which place.</summary>
    public static bool Find(string expression, out string place)
    {
        bool reads = expression.StartsWith(Method, StringComparison.Ordinal);
        place = reads ? expression.Substring(Method.Length, expression.IndexOf(',') - Method.Length) : "";
        return reads;
    }

    /// <summary>Writes the places and the method that gives the constants.</summary>
    public static void Write(SourceWriter code, IReadOnlyCollection<NamedWeight> constants)
    {
        foreach (NamedWeight constant in constants)
        {
            code.Line("/// <summary>" + XmlText.Escape(constant.Comment) + ": where it begins.</summary>");
            code.Line($"internal const int {constant.Name} = {Text(constant.Start!.Value)};");
            code.Line();
        }

        code.Line("/// <summary>The constant of some length that begins at a place; two floats a literal, the first one in the lower half.</summary>");
        code.Line("internal static ReadOnlySpan<float> Of(int place, int length) => PackedWeights.Floats(new ulong[]");
        code.Line("{");
        using (code.Indent())
            foreach (NamedWeight constant in constants) WriteElements(code, constant);
        code.Line("}, place, length);");
    }

    private static void WriteElements(SourceWriter code, NamedWeight constant)
    {
        byte[] padded = new byte[Behind(0, constant.Weight) * sizeof(float)];
        constant.Weight.Data.Span.CopyTo(padded);
        code.Line("// " + constant.Name);
        PackedLiterals.Write(code, padded);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
