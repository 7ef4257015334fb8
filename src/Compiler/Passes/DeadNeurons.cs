using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Passes;

/// <summary>Neurons of dense layers that a function behind them sets to zero for every input: their columns in the layer, and their rows in the one that reads them, are left out.</summary>
internal static class DeadNeurons
{
    /// <summary>Removes the neurons before a dense layer that are always zero.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="reader">The layer that reads them.</param>
    /// <param name="ranges">What each value may be.</param>
    /// <returns>How many were removed.</returns>
    public static int Remove(GraphBuilder builder, Node reader, ValueRanges ranges)
    {
        if (DenseWeights.Read(builder, reader) is not { } next || builder.Producer(reader.Inputs[0]) is not { Inputs.Length: >= 1, Outputs.Length: 1 } function || function.Inputs.Count(i => i.Length > 0 && builder.ConstantOf(i) is null) != 1) return 0;
        if (!ranges.IsFunction(function.Outputs[0]) || !IsPrivate(builder, function.Outputs[0]) || !IsPrivate(builder, function.Inputs[0])) return 0;
        if (builder.Producer(function.Inputs[0]) is not { } layer || DenseWeights.Read(builder, layer) is not { } own || own.Outputs != next.Inputs) return 0;
        if (builder.TensorTypeOf(function.Outputs[0])!.Shape!.ToArray() is not { Length: 2 } shape || function.Inputs.Length > 1) return 0;
        Interval[] values = ranges.Values(function.Outputs[0]);
        int[] kept = [.. Enumerable.Range(0, own.Outputs).Where(j => Enumerable.Range(0, shape[0]).Any(row => values[(row * own.Outputs) + j] is not { Low: 0, High: 0 }))];
        if (kept.Length == own.Outputs || kept.Length == 0) return 0;
        own.KeepOutputs(builder, kept);
        next.KeepInputs(builder, kept);
        foreach (string value in new[] { function.Inputs[0], function.Outputs[0] }) builder.SetType(value, new TensorType(ElementType.Float32, Shape.Of(shape[0], kept.Length)));
        return own.Outputs - kept.Length;
    }

    private static bool IsPrivate(GraphBuilder builder, string value) => !builder.IsOutput(value) && builder.Consumers(value).Length == 1;

    /// <summary>A Gemm or MatMul by a constant matrix.</summary>
    private sealed record DenseWeights(Node Node, Tensor Matrix, bool IsTransposed, Tensor? Bias)
    {
        public int Inputs => Matrix.Dimensions[IsTransposed ? 1 : 0];

        public int Outputs => Matrix.Dimensions[IsTransposed ? 0 : 1];

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

        public void KeepOutputs(GraphBuilder builder, int[] kept)
        {
            Replace(builder, 1, IsTransposed ? Rows(kept) : Columns(kept));
            if (Bias is not null) Replace(builder, 2, Tensor.Of([.. kept.Select(j => Bias.AsSpan<float>()[j])], [.. Bias.Dimensions.Take(Bias.Dimensions.Length - 1), kept.Length]));
        }

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
}
