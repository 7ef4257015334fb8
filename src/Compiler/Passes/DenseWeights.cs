using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>A Gemm or MatMul by a constant matrix.</summary>
internal sealed record DenseWeights(Node Node, Tensor Matrix, bool IsTransposed, Tensor? Bias)
{
    /// <summary>The number of inputs.</summary>
    public int Inputs => Matrix.Dimensions[IsTransposed ? 1 : 0];

    /// <summary>The number of outputs.</summary>
    public int Outputs => Matrix.Dimensions[IsTransposed ? 0 : 1];

    /// <summary>Reads a node; null where it is no such layer.</summary>
    public static DenseWeights? Read(GraphBuilder builder, Node node)
    {
        if (!node.Is("Gemm") && !node.Is("MatMul")) return null;
        if (builder.ConstantOf(node.Inputs[1]) is not { ElementType: ElementType.Float32, Dimensions.Length: 2 } matrix || builder.ConstantOf(node.Inputs[0]) is not null) return null;
        if (node.Is("MatMul")) return new DenseWeights(node, matrix, false, null);
        if (node.Attributes.Int("transA", 0) != 0) return null;
        var layer = new DenseWeights(node, matrix, node.Attributes.Int("transB", 0) != 0, node.HasInput(2) ? builder.ConstantOf(node.Inputs[2]) : null);
        // A bias that is not one number an output is left alone, and the layer with it.
        return node.HasInput(2) && layer.Bias is not { ElementType: ElementType.Float32 } || (layer.Bias is { } bias && (bias.Length != layer.Outputs || bias.Dimensions.IsEmpty || bias.Dimensions[^1] != layer.Outputs)) ? null : layer;
    }

    /// <summary>Leaves out all other outputs.</summary>
    public void KeepOutputs(GraphBuilder builder, int[] kept)
    {
        Replace(builder, 1, IsTransposed ? Rows(kept) : Columns(kept));
        if (Bias is not null) Replace(builder, 2, Tensor.Of([.. kept.Select(j => Bias.AsSpan<float>()[j])], [.. Bias.Dimensions.Take(Bias.Dimensions.Length - 1), kept.Length]));
    }

    /// <summary>Leaves out all other inputs.</summary>
    public void KeepInputs(GraphBuilder builder, int[] kept) => Replace(builder, 1, IsTransposed ? Columns(kept) : Rows(kept));

    private void Replace(GraphBuilder builder, int input, Tensor tensor)
    {
        Node now = builder.Find(Node.Name)!;
        builder.Replace(now, now with { Inputs = now.Inputs.SetItem(input, builder.AddInitializer(now.Inputs[input], tensor)) });
    }

    private Tensor Rows(int[] kept)
    {
        float[] values = Matrix.AsSpan<float>().ToArray();
        int columns = Matrix.Dimensions[1];
        return Tensor.Of([.. kept.SelectMany(r => Enumerable.Range(0, columns).Select(c => values[(r * columns) + c]))], kept.Length, columns);
    }

    private Tensor Columns(int[] kept)
    {
        float[] values = Matrix.AsSpan<float>().ToArray();
        int columns = Matrix.Dimensions[1];
        return Tensor.Of([.. Enumerable.Range(0, Matrix.Dimensions[0]).SelectMany(r => kept.Select(c => values[(r * columns) + c]))], Matrix.Dimensions[0], kept.Length);
    }
}
