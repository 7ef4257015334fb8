using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>A float matrix product with constant weights: y[row, i] = activation(addend[row, i] + bias[i] + Σ_j weights[i, j] · x[row, j]).</summary>
/// <param name="Input">The value multiplied.</param>
/// <param name="Rows">The number of rows of x and y.</param>
/// <param name="Inputs">The length of a row of x.</param>
/// <param name="Outputs">The length of a row of y.</param>
/// <param name="Weights">Outputs × inputs, alpha included.</param>
/// <param name="Bias">By output, beta included; null for none.</param>
/// <param name="Addend">A value of y's shape; null for none.</param>
/// <param name="Activation">Applied last.</param>
internal sealed record DenseLayer(
    string Input, int Rows, int Inputs, int Outputs, float[] Weights, float[]? Bias, string? Addend, FusedActivation Activation)
{
    /// <summary>Multiply-adds.</summary>
    public long MultiplyAdds => (long)Rows * Inputs * Outputs;

    /// <summary>The values that a step reads.</summary>
    public IEnumerable<string> Values => Addend is null ? [Input] : [Input, Addend];

    /// <summary>The layer as summaries name it.</summary>
    public string Text => (Rows == 1 ? "" : Rows + " rows, ") + Inputs + " → " + Outputs
        + (Addend is null ? "" : ", plus residual") + (Activation.IsIdentity ? "" : ", then " + Activation.Name);

    /// <summary>Reads a group that begins with a Gemm, MatMul or Conv whose second operand is constant; null for anything that is no such product.</summary>
    public static DenseLayer? TryRead(NodeGroup group, KernelContext context)
    {
        Node head = group.Head;
        if (context.ElementType(head.Inputs[0]) != ElementType.Float32 || context.Constant(head.Inputs[1]) is not { } b) return null;
        if (Epilogue.TryRead(group.Nodes, context) is not { } epilogue) return null;
        DenseLayer? layer = head.Operator.Name switch
        {
            "Gemm" => ReadGemm(head, b, context),
            "MatMul" => ReadMatMul(head, b, context),
            _ => ReadConv(head, b, context),
        };
        if (layer is null || layer.Rows == 0 || layer.Inputs == 0 || layer.Outputs == 0 || (layer.Addend is not null && epilogue.Residual is not null)) return null;
        return layer with { Bias = Epilogue.Sum(layer.Bias, epilogue.Bias), Addend = layer.Addend ?? epilogue.Residual, Activation = epilogue.Activation };
    }

    /// <summary>A Conv with one window, which covers the input exactly, is a product of the samples with the filters.</summary>
    private static DenseLayer? ReadConv(Node node, Tensor w, KernelContext context)
    {
        ConvLayer layer = ConvLayer.Read(node, context);
        if (layer.Groups != 1 || layer.Window.Axes.Any(a => a.Out != 1 || a.Kernel != a.In || a.Before != 0 || a.Dilation != 1)) return null;
        Tensor? bias = node.HasInput(2) ? context.Constant(node.Inputs[2]) : null;
        if (node.HasInput(2) && bias is null) return null;
        return new DenseLayer(node.Inputs[0], layer.Batch, layer.Taps, layer.OutChannels, w.AsSpan<float>().ToArray(), bias?.AsSpan<float>().ToArray(), null, FusedActivation.Identity);
    }

    private static DenseLayer? ReadMatMul(Node node, Tensor b, KernelContext context)
    {
        int[] a = context.Lengths(node.Inputs[0]);
        int[] dimensions = [.. b.Dimensions];
        if (dimensions.Length != 2 && (dimensions.Length != 1 || a.Length == 0)) return null;
        int inputs = dimensions[0];
        int outputs = dimensions.Length == 2 ? dimensions[1] : 1;
        long rows = a.Take(a.Length - 1).Aggregate(1L, (x, y) => x * y);
        return new DenseLayer(node.Inputs[0], (int)rows, inputs, outputs, Oriented(b, inputs, outputs, transposed: false, 1), null, null, FusedActivation.Identity);
    }

    private static DenseLayer? ReadGemm(Node node, Tensor b, KernelContext context)
    {
        int[] a = context.Lengths(node.Inputs[0]);
        // The transpose of a row or a column has the same elements in the same order.
        bool transA = node.Attributes.Int("transA", 0) != 0;
        if (transA && a[0] != 1 && a[1] != 1) return null;
        bool transB = node.Attributes.Int("transB", 0) != 0;
        int rows = a[transA ? 1 : 0];
        int inputs = a[transA ? 0 : 1];
        int outputs = b.Dimensions[transB ? 0 : 1];
        float beta = node.Attributes.Float("beta", 1);
        float[] weights = Oriented(b, inputs, outputs, transB, node.Attributes.Float("alpha", 1));
        var layer = new DenseLayer(node.Inputs[0], rows, inputs, outputs, weights, null, null, FusedActivation.Identity);
        if (!node.HasInput(2) || beta == 0) return layer;
        if (context.Constant(node.Inputs[2]) is { } c && c.Dimensions.Take(c.Dimensions.Length - 1).All(d => d == 1))
        {
            var reader = new BroadcastReader(c.Dimensions.ToArray(), [.. Enumerable.Repeat(1, System.Math.Max(0, c.Dimensions.Length - 1)), outputs]);
            float[] values = c.AsSpan<float>().ToArray();
            return layer with { Bias = [.. Enumerable.Range(0, outputs).Select(i => beta * values[reader.IndexOf(i)])] };
        }

        return beta == 1 && context.Lengths(node.Inputs[2]).SequenceEqual([rows, outputs]) ? layer with { Addend = node.Inputs[2] } : null;
    }

    /// <summary>The weights as outputs × inputs, times a factor.</summary>
    private static float[] Oriented(Tensor b, int inputs, int outputs, bool transposed, float factor)
    {
        float[] raw = b.AsSpan<float>().ToArray();
        var weights = new float[raw.Length];
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < inputs; j++)
                weights[(i * inputs) + j] = factor * raw[transposed ? (i * inputs) + j : (j * outputs) + i];
        return weights;
    }
}
