using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>The indices of GatherND and ScatterND: the last axis holds one position for each of some axes of the data.</summary>
internal static class IndexTuples
{
    /// <summary>Reports constant indices that are outside their axes; gives the shape back.</summary>
    public static IEnumerable<int> CheckedShape(InferenceContext context, int[] data, int batch, int[] indices, IEnumerable<int> shape)
    {
        if (context.Constant(1) is null) return shape;
        long[] values = context.RequireIntegers(1, "indices");
        int depth = indices[^1];
        for (int i = 0; i < values.Length; i++)
        {
            int length = data[batch + (i % depth)];
            if (values[i] < -(long)length || values[i] >= length)
                throw context.Fail("an index is outside an axis of length " + new Dimension(length));
        }

        return shape;
    }
}
