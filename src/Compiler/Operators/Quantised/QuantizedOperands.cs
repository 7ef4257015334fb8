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

    /// <summary>A zero point as an operand of type int.</summary>
    public static string ZeroPoint(ElementwiseCall call, int index)
        => call.Constant(index) is { } value ? ((long)value).ToString(CultureInfo.InvariantCulture) : call.Operands[index];
}
