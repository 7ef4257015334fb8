using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>Which axes a Reduce operator sums up. No axes means all of them, or with <c>noop_with_empty_axes</c> none.</summary>
internal static class ReduceAxes
{
    /// <summary>The axes of a node, ascending; the inputs have been checked by inference.</summary>
    /// <param name="node">The node.</param>
    /// <param name="rank">The rank of its input.</param>
    /// <param name="given">The value of its second input, if it has one.</param>
    public static int[] Of(Node node, int rank, IReadOnlyList<long>? given)
    {
        IReadOnlyList<long> axes = given ?? node.Attributes.Ints("axes") ?? (IReadOnlyList<long>)[];
        if (axes.Count > 0) return [.. axes.Select(a => (int)(a < 0 ? a + rank : a)).OrderBy(a => a)];
        return node.Attributes.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, rank)];
    }

    /// <summary>The axes of a node whose second input is a constant or missing; null where it is computed at run time.</summary>
    public static int[]? Of(Node node, int rank, Tensor? constant)
    {
        if (!node.HasInput(1)) return Of(node, rank, (IReadOnlyList<long>?)null);
        return constant is null ? null : Of(node, rank, ReferenceTensor.FromTensor(constant).ToIntegers());
    }
}
