using System;
using System.Globalization;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Indices into an axis: from −length to length − 1, negative ones counted from the end.</summary>
internal static class IndexCheck
{
    /// <summary>Reports a constant index that is outside the axis; indices of run time are checked by generated code.</summary>
    public static void Check(InferenceContext context, int input, int length)
    {
        if (context.Constant(input) is not { } constant) return;
        foreach (long index in context.RequireIntegers(input, context.Node.Inputs[input]))
            if (index < -(long)length || index >= length) throw context.Fail(Message(index, length) + " (constant '" + context.Node.Inputs[input] + "', " + constant.Shape + ")");
    }

    /// <summary>An index as a number from 0 to length − 1.</summary>
    /// <exception cref="ArgumentException">It is outside.</exception>
    public static int Normal(long index, int length)
        => index < -(long)length || index >= length ? throw new ArgumentException(Message(index, length)) : (int)(index < 0 ? index + length : index);

    /// <summary>The indices of a constant as numbers from 0 to length − 1.</summary>
    public static int[] Normal(Tensor constant, int length)
    {
        long[] indices = Execute.ReferenceTensor.FromTensor(constant).ToIntegers();
        var result = new int[indices.Length];
        for (int i = 0; i < result.Length; i++) result[i] = Normal(indices[i], length);
        return result;
    }

    private static string Message(long index, int length)
        => "index " + index.ToString(CultureInfo.InvariantCulture) + " is outside an axis of length " + length.ToString(CultureInfo.InvariantCulture);
}
