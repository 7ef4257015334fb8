using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>numpy's broadcasting where some lengths are known at run time only.</summary>
internal static class OpenBroadcast
{
    /// <summary>What is known of the shape that shapes broadcast to.</summary>
    /// <param name="context">The node.</param>
    /// <param name="output">The output that gets it, perhaps with further axes behind.</param>
    /// <param name="shapes">The dimensions of each operand.</param>
    public static IEnumerable<Dimension> Of(InferenceContext context, int output, params IReadOnlyList<Dimension>[] shapes)
    {
        int rank = shapes.Max(s => s.Count);
        for (int axis = 0; axis < rank; axis++)
        {
            Dimension[] lengths = [.. shapes.Select(s => (Shape: s, At: axis - (rank - s.Count))).Where(p => p.At >= 0).Select(p => p.Shape[p.At]).Where(d => d != 1).Distinct()];
            Dimension[] known = [.. lengths.Where(d => d.IsConstant)];
            if (known.Length > 1) throw context.Fail("lengths " + string.Join(" and ", known.Select(d => d.ToString())) + " do not broadcast");
            if (known.Length == 1) yield return known[0];
            else if (lengths.Length == 0) yield return 1;
            else if (lengths.Length == 1) yield return lengths[0];
            else yield return context.Open(output, axis, lengths.All(d => d.Limit is not null) ? lengths.Max(d => Math.Max(1, d.Limit!.Value)) : null);
        }
    }
}
