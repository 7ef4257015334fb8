using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>Scales and zero points as operands of elementwise code.</summary>
internal static class QuantizedOperands
{
    /// <summary>Whether there is a scale for each block, so that scales do not broadcast.</summary>
    public static bool IsBlocked(Node node) => node.Attributes.Int("block_size", 0) != 0;

    /// <summary>The lengths by which scales of these lengths broadcast to elements of that rank.</summary>
    public static int[] Lengths(Node node, int[] lengths, int rank)
    {
        if (lengths.Aggregate(1L, (a, b) => a * b) == 1 || IsBlocked(node)) return [];
        long axis = rank == 1 && !node.Attributes.Has("axis") ? 0 : node.Attributes.Int("axis", 1);
        return [.. lengths, .. Enumerable.Repeat(1, rank - 1 - (int)(axis < 0 ? axis + rank : axis))];
    }

    /// <summary>The operand of scales as a number of C#.</summary>
    public static string Scale(ElementwiseCall call) => NarrowText.Load(call.Inputs[1], call.Operands[1]);

    /// <summary>The operand of zero points as a number of C#.</summary>
    public static string ZeroPoint(ElementwiseCall call)
        => !call.Has(2) || call.Constant(2) == 0 ? "0"
        : call.Constant(2) is { } value && call.Inputs[2].IsInteger() ? ((long)value).ToString(CultureInfo.InvariantCulture)
        : NarrowText.Load(call.Inputs[2], call.Operands[2]);
}
