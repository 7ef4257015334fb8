using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Passes;

/// <summary>Channels of convolutions that a function behind them sets to zero everywhere and for every input: their filters, and what the next layer reads of them, are left out.</summary>
internal static class DeadChannels
{
    /// <summary>Removes the channels before a layer that are always zero.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="reader">The layer that reads them, a convolution or a dense one.</param>
    /// <param name="ranges">What each value may be.</param>
    /// <returns>How many were removed.</returns>
    public static int Remove(GraphBuilder builder, Node reader, ValueRanges ranges)
    {
        ConvolutionWeights? filters = ConvolutionWeights.Read(builder, reader);
        DenseWeights? matrix = filters is null ? DenseWeights.Read(builder, reader) : null;
        if ((filters is null && matrix is null) || Path(builder, reader.Inputs[0], ranges) is not { } path || path.Own.Outputs != path.Shape[1]) return 0;
        int channels = path.Own.Outputs, elements = path.Shape.Skip(2).Aggregate(1, static (a, b) => a * b);
        Interval[] values = ranges.Values(path.Function);
        int[] kept = [.. Enumerable.Range(0, channels).Where(c => !IsZero(values, c, channels, elements))];
        if (kept.Length == channels || kept.Length == 0) return 0;
        if (filters is not null)
        {
            if (filters.Inputs != channels) return 0;
            filters.KeepInputs(builder, kept);
        }
        else
        {
            if (matrix!.Inputs % channels != 0) return 0;
            int width = matrix.Inputs / channels;
            matrix.KeepInputs(builder, [.. kept.SelectMany(c => Enumerable.Range(c * width, width))]);
        }

        path.Own.KeepOutputs(builder, kept);
        foreach (string value in path.Values) Shrink(builder, value, channels, kept.Length);
        return channels - kept.Length;
    }

    private static bool IsZero(Interval[] values, int channel, int channels, int elements)
    {
        for (int start = channel * elements; start < values.Length; start += channels * elements)
            for (int i = 0; i < elements; i++)
                if (values[start + i] is not { Low: 0, High: 0 }) return false;
        return true;
    }

    /// <summary>The way from a layer up to the convolution whose channels it reads, through the function and what keeps channels apart and zeros zero; null where there is none that nobody else reads.</summary>
    private static (ConvolutionWeights Own, string Function, int[] Shape, List<string> Values)? Path(GraphBuilder builder, string value, ValueRanges ranges)
    {
        List<string> values = [];
        while (builder.Producer(value) is { Outputs.Length: 1 } producer && IsPrivate(builder, value))
        {
            values.Add(value);
            if (ranges.IsFunction(value))
            {
                string argument = producer.Inputs[0];
                bool isOfOne = producer.Inputs.Skip(1).All(i => i.Length == 0 || builder.ConstantOf(i) is { Length: 1 });
                if (!isOfOne || !IsPrivate(builder, argument) || builder.Producer(argument) is not { } layer || ConvolutionWeights.Read(builder, layer) is not { } own) return null;
                values.Add(argument);
                return (own, value, builder.TensorTypeOf(value)!.Shape!.ToArray(), values);
            }

            if (!KeepsChannels(builder, producer)) return null;
            value = producer.Inputs[0];
        }

        return null;
    }

    private static bool KeepsChannels(GraphBuilder builder, Node node)
    {
        if (node.Operator.QualifiedName is "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool" or "Identity") return true;
        // Rows of all elements of the channels, one channel after the other.
        return node.Operator.QualifiedName is "Flatten" or "Reshape" && builder.ConstantOf(node.Inputs[0]) is null
            && builder.TensorTypeOf(node.Inputs[0])?.Shape is { IsStatic: true, Rank: > 2 } from && builder.TensorTypeOf(node.Outputs[0])?.Shape is { IsStatic: true, Rank: 2 } to && from.ToArray()[0] == to.ToArray()[0];
    }

    /// <summary>Gives a value, and the node that shapes it, the channels that are left.</summary>
    private static void Shrink(GraphBuilder builder, string value, int channels, int kept)
    {
        int[] shape = builder.TensorTypeOf(value)!.Shape!.ToArray();
        shape[1] = shape[1] / channels * kept;
        builder.SetType(value, new TensorType(ElementType.Float32, Shape.Of(shape)));
        if (builder.Producer(value) is { Operator.QualifiedName: "Reshape" } node)
            builder.Replace(node, node with { Inputs = node.Inputs.SetItem(1, builder.AddInitializer(node.Inputs[1], Tensor.Of([.. shape.Select(static d => (long)d)], shape.Length))) });
    }

    private static bool IsPrivate(GraphBuilder builder, string value) => !builder.IsOutput(value) && builder.Consumers(value).Length == 1;

    /// <summary>The filters of a convolution of one group.</summary>
    private sealed record ConvolutionWeights(Node Node, Tensor Filters, Tensor? Bias)
    {
        public int Inputs => Filters.Dimensions[1];

        public int Outputs => Filters.Dimensions[0];

        public static ConvolutionWeights? Read(GraphBuilder builder, Node node)
        {
            if (node.Operator.QualifiedName != "Conv" || node.Attributes.Int("group", 1) != 1 || builder.ConstantOf(node.Inputs[0]) is not null) return null;
            if (builder.ConstantOf(node.Inputs[1]) is not { ElementType: ElementType.Float32, Dimensions.Length: > 2 } filters) return null;
            Tensor? bias = node.HasInput(2) ? builder.ConstantOf(node.Inputs[2]) : null;
            return node.HasInput(2) && bias is not { ElementType: ElementType.Float32 } ? null : new ConvolutionWeights(node, filters, bias);
        }

        public void KeepOutputs(GraphBuilder builder, int[] kept)
        {
            Replace(builder, 1, 0, kept);
            if (Bias is not null) Replace(builder, 2, 0, kept);
        }

        public void KeepInputs(GraphBuilder builder, int[] kept) => Replace(builder, 1, 1, kept);

        /// <summary>Keeps slices of a constant along an axis, as it is now: the layer may have lost channels on its other side.</summary>
        private void Replace(GraphBuilder builder, int input, int axis, int[] kept)
        {
            Node now = builder.Find(Node.Name)!;
            Tensor tensor = builder.ConstantOf(now.Inputs[input])!;
            int[] dimensions = [.. tensor.Dimensions];
            int inner = dimensions.Skip(axis + 1).Aggregate(1, static (a, b) => a * b), length = dimensions[axis], outer = dimensions.Take(axis).Aggregate(1, static (a, b) => a * b);
            float[] values = tensor.AsSpan<float>().ToArray();
            dimensions[axis] = kept.Length;
            Tensor slices = Tensor.Of([.. Enumerable.Range(0, outer).SelectMany(o => kept.SelectMany(k => Enumerable.Range(((o * length) + k) * inner, inner).Select(i => values[i])))], dimensions);
            builder.Replace(now, now with { Inputs = now.Inputs.SetItem(input, builder.AddInitializer(now.Inputs[input], slices)) });
        }
    }
}
