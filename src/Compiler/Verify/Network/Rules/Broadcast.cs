using System;
using System.Linq;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>ONNX's multidirectional broadcasting (numpy's rules).</summary>
internal static class Broadcast
{
    /// <summary>By element of the result the element of an operand.</summary>
    public static int[] Indices(int[] operand, int[] result)
    {
        int count = result.Aggregate(1, static (a, b) => a * b);
        var indices = new int[count];
        for (int i = 0; i < count; i++)
        {
            int rest = i, index = 0, stride = 1;
            for (int axis = 0; axis < result.Length; axis++)
            {
                int length = result[result.Length - 1 - axis];
                int position = rest % length;
                rest /= length;
                if (axis >= operand.Length) continue;
                int own = operand[operand.Length - 1 - axis];
                if (own > 1) index += position * stride;
                stride *= own;
            }

            indices[i] = index;
        }

        return indices;
    }

    /// <summary>A constant at every element of the result.</summary>
    public static double[] Constant(double[] values, int[] operand, int[] result) => Array.ConvertAll(Indices(operand, result), i => values[i]);
}
