using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A float matrix product with constant weights: y[row, i] = bias[i] + Σ_j weights[i, j] · x[row, j].</summary>
/// <param name="Input">The value multiplied.</param>
/// <param name="Rows">The number of rows of x and y.</param>
/// <param name="Inputs">The length of a row of x.</param>
/// <param name="Outputs">The length of a row of y.</param>
/// <param name="Weights">Outputs × inputs, alpha included.</param>
/// <param name="Bias">By output, beta included.</param>
internal sealed record DenseLayer(string Input, int Rows, int Inputs, int Outputs, float[] Weights, float[] Bias)
{
    /// <summary>Reads a Gemm with constant B and a bias by column; null for anything else.</summary>
    public static DenseLayer? TryRead(Node node, KernelContext context)
    {
        if (node.Operator.Name != "Gemm" || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        if (context.Constant(node.Inputs[0]) is not null || context.Constant(node.Inputs[1]) is not { } b) return null;
        if (node.Attributes.Int("transA", 0) != 0) return null;
        int[] a = context.Lengths(node.Inputs[0]);
        bool transB = node.Attributes.Int("transB", 0) != 0;
        int inputs = a[1];
        int outputs = b.Dimensions[transB ? 0 : 1];
        float alpha = node.Attributes.Float("alpha", 1);
        float beta = node.Attributes.Float("beta", 1);
        float[] raw = b.AsSpan<float>().ToArray();
        var weights = new float[raw.Length];
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < inputs; j++)
                weights[(i * inputs) + j] = alpha * raw[transB ? (i * inputs) + j : (j * outputs) + i];
        var bias = new float[outputs];
        if (node.HasInput(2))
        {
            if (context.Constant(node.Inputs[2]) is not { } c || (c.Dimensions.Length == 2 && c.Dimensions[0] != 1)) return null;
            var reader = new BroadcastReader(c.Dimensions.ToArray(), [1, outputs]);
            for (int i = 0; i < outputs; i++) bias[i] = beta * c.AsSpan<float>()[reader.IndexOf(i)];
        }

        return new DenseLayer(node.Inputs[0], a[0], inputs, outputs, weights, bias);
    }
}
