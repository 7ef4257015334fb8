using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Spatial;

namespace RedGen.Compiler.Kernels.Spatial;

/// <summary>The options of a Resize, its elements and sums as C# text.</summary>
internal static class ResizeText
{
    /// <summary>The member of the runtime's ResizeMode.</summary>
    public static string Mode(ResizeMode mode) => Pascal(mode.Interpolation);

    /// <summary>The member of the runtime's ResizeCoordinates.</summary>
    public static string Coordinates(ResizeMode mode) => Pascal(mode.Coordinates);

    /// <summary>The member of the runtime's ResizeRounding.</summary>
    public static string Rounding(ResizeMode mode) => Pascal(mode.Rounding);

    /// <summary>A bool.</summary>
    public static string Bool(bool value) => value ? "true" : "false";

    /// <summary>An element as an operand in double.</summary>
    public static string Load(ElementType type, string element) => type == ElementType.Bool ? $"({element} ? 1d : 0d)" : Arithmetic.Of(type)!.Load(element);

    /// <summary>A sum as an element: integers are truncated and cut to what the type holds, after what rounding took from whole numbers is given back.</summary>
    public static string Store(ElementType type, string sum, bool fromFloat)
    {
        string tolerance = CSharpLiteral.Of(WeightedSum.Tolerance);
        if (type == ElementType.Bool) return $"Math.Abs({sum}) > {tolerance}";
        if (type.IsFloat())
        {
            Arithmetic arithmetic = Arithmetic.Of(type)!;
            return arithmetic.Store(arithmetic.Sum == "double" || fromFloat ? sum : "(float)" + sum);
        }

        (double least, double most) = WeightedSum.Limits(type);
        return $"unchecked(({type.CSharpName()})Math.Max({CSharpLiteral.Of(least)}, Math.Min({CSharpLiteral.Of(most)}, {sum} < 0d ? {sum} - {tolerance} : {sum} + {tolerance})))";
    }

    private static string Pascal(string name) => string.Concat(name.Split('_').Select(w => w.Substring(0, 1).ToUpperInvariant() + w.Substring(1)));
}
