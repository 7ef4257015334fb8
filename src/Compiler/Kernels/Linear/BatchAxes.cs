using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A loop over matrices of a batch: how many, and how many matrices each operand goes on.</summary>
/// <param name="Variable">The loop's variable.</param>
/// <param name="Length">The number of turns.</param>
/// <param name="Left">Matrices of the left operand a turn; 0 where it is broadcast.</param>
/// <param name="Right">Matrices of the right operand a turn; 0 where it is broadcast.</param>
/// <param name="Output">Matrices of the result a turn.</param>
internal readonly record struct BatchAxis(string Variable, int Length, int Left, int Right, int Output);

/// <summary>The loops over a batch of matrix products, neighbouring axes that run alike being one.</summary>
internal static class BatchAxes
{
    /// <summary>The loops, the outermost first.</summary>
    public static List<BatchAxis> Of(MatMulShape shape)
    {
        int[] left = BroadcastReader.Strides(shape.LeftBatch, shape.BatchLengths);
        int[] right = BroadcastReader.Strides(shape.RightBatch, shape.BatchLengths);
        int[] output = BroadcastReader.Strides(shape.BatchLengths, shape.BatchLengths);
        var axes = new List<BatchAxis>();
        for (int i = shape.BatchLengths.Length - 1; i >= 0; i--)
        {
            int length = shape.BatchLengths[i];
            if (length == 1) continue;
            if (axes.Count > 0 && left[i] == axes[0].Left * axes[0].Length && right[i] == axes[0].Right * axes[0].Length)
                axes[0] = axes[0] with { Length = length * axes[0].Length };
            else axes.Insert(0, new BatchAxis("", length, left[i], right[i], output[i]));
        }

        return [.. axes.Select((a, i) => a with { Variable = axes.Count == 1 ? "i" : "i" + i })];
    }
}
