using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>Broadcasting before opset 7: the second operand is laid against the first from an axis on, if the attribute broadcast says so.</summary>
internal static class LegacyBroadcast
{
    /// <summary>The last opset with these rules.</summary>
    public const int LastOpset = 6;

    /// <summary>The attributes.</summary>
    public static ImmutableArray<AttributeSpec> Attributes { get; } =
    [
        new("axis", AttributeKind.Int, Until: LastOpset), new("broadcast", AttributeKind.Int, Until: LastOpset),
    ];

    /// <summary>The lengths of the second operand with ones appended so that numpy's rule does the same.</summary>
    public static int[] Align(Node node, int[] lengths, int firstRank)
    {
        if (node.Operator.Version > LastOpset || !node.Attributes.Has("axis")) return lengths;
        long axis = node.Attributes.Int("axis", 0);
        long start = axis < 0 ? axis + firstRank : axis;
        long after = firstRank - start - lengths.Length;
        return start < 0 || after <= 0 ? lengths : [.. lengths, .. Enumerable.Repeat(1, (int)after)];
    }

    /// <summary>Checks that a node of these rules says broadcast where it needs it, and an axis of its first operand.</summary>
    public static void Check(InferenceContext context)
    {
        if (context.Version > LastOpset) return;
        if (context.Attributes.Has("axis") && context.Rank(1) > 0)
        {
            int start = context.Axis(context.Attributes.Int("axis", 0), context.Rank(0));
            if (start + context.Rank(1) > context.Rank(0)) throw context.Fail("the second operand reaches beyond the first");
        }

        if (context.Attributes.Int("broadcast", 0) != 0) return;
        if (!context.Shape(0).Equals(context.Shape(1))) throw context.Fail("before opset 7 the shapes must be equal unless the attribute broadcast is 1");
    }
}
