using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Red.Hash;

/// <summary>What hashing a layer costs in multiplications, before it is done.</summary>
internal sealed class LayerGeometry
{
    private const int PanelWidth = 16;

    private readonly ReducibleLayer _layer;
    private readonly ConvLayer _sizes;
    private readonly long _inputs;
    private readonly long _outputs;
    private readonly int _taps;
    private readonly long _results;

    private LayerGeometry(ReducibleLayer layer, ConvLayer sizes, long results)
    {
        _layer = layer;
        _sizes = sizes;
        _inputs = (long)sizes.Batch * sizes.Window.InLength;
        _outputs = (long)sizes.Batch * sizes.Window.OutLength;
        _taps = layer.IsTransposed ? 1 : layer.Taps;
        _results = results;
        IsConvolution = sizes.Window.OutLength > 1;
    }

    /// <summary>Whether a weight is used at many places, so that arithmetic and not memory bounds the layer.</summary>
    public bool IsConvolution { get; }

    /// <summary>Multiplications of the layer as it is.</summary>
    public double MultiplyAdds => (double)_outputs * _layer.Count;

    /// <summary>Reads the sizes of a layer.</summary>
    public static LayerGeometry Of(Graph graph, ReducibleLayer layer)
    {
        int[] x = graph.TensorTypeOf(layer.Node.Inputs[0])!.Shape!.ToArray();
        if (layer.ReadsState)
        {
            // Units of all directions are the channels, steps of all sequences the batch.
            return new LayerGeometry(layer, new ConvLayer(x[0] * x[1], layer.Groups, layer.Groups * layer.Columns, layer.Outputs, new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, WindowAxis.Missing)), (long)x[0] * x[1] * layer.Outputs);
        }

        if (layer.IsTransposed)
        {
            var transposed = TransposedConvLayer.Read(layer.Node, x, [.. graph.ConstantOf(layer.Weights)!.Dimensions]);
            return new LayerGeometry(layer, transposed.Pointwise, transposed.Results);
        }

        if (layer.Node.Operator.Name != "Conv")
        {
            int rows = (int)(x.Aggregate(1L, (a, b) => a * b) / layer.Columns);
            return new LayerGeometry(layer, new ConvLayer(rows, 1, layer.Columns, layer.Outputs, new WindowGeometry(1, WindowAxis.Missing, WindowAxis.Missing, WindowAxis.Missing)), (long)rows * layer.Outputs);
        }

        var window = WindowGeometry.Read(layer.Node.Attributes, x, [.. graph.ConstantOf(layer.Weights)!.Dimensions.Skip(2).Select(d => (long)d)]);
        return new LayerGeometry(layer, new ConvLayer(x[0], layer.Groups, x[1], layer.Outputs, window), (long)x[0] * window.OutLength * layer.Outputs);
    }

    /// <summary>Multiplications of one inference with given weights under the best exact lowering.</summary>
    public long Multiplications(HashedMatrix matrix)
        => _layer.IsTransposed ? TransposedConvCost.Of(_sizes, matrix, _layer.Taps, _results).Multiplications : LoweringCounter.CostOf(new SplitLayer(_sizes, matrix))?.Multiplications ?? (long)MultiplyAdds;

    /// <summary>
    /// The least of the exact lowerings when the weights spread over n magnitudes as a normal distribution does: a column of N weights holds
    /// Σ_k (1 − (1 − p_k)^N) of them (redpp: the birthday problem).
    /// </summary>
    public double Multiplications(int magnitudes)
    {
        int outputsPerGroup = _sizes.OutChannels / _sizes.Groups;
        int columns = _layer.ChannelsPerGroup * _taps;
        double byTap = (double)_outputs * _layer.Groups * columns * Values(magnitudes, outputsPerGroup);
        double byChannel = (double)_inputs * _layer.Groups * _layer.ChannelsPerGroup * Values(magnitudes, (long)outputsPerGroup * _taps);
        double byOutput = (double)_outputs * _sizes.OutChannels * Values(magnitudes, columns);
        return Math.Min(MultiplyAdds, Math.Min(byTap, Math.Min(byChannel, byOutput))) + _results;
    }

    /// <summary>Bytes of a hashed layer, with a scale an output. Codebooks that are not fitted are whole numbers, which need no table.</summary>
    public long Bytes(int magnitudes)
        => _layer.Count + (4L * _layer.Outputs) + (FineLevels.Of(magnitudes) is { } levels ? FineCodes.PackedLength(_layer.Count, levels.Radix)
            : magnitudes > AdaptiveHasher.MostFitted ? 0 : 4L * ((2 * magnitudes) + 1));

    /// <summary>Bytes of the layer as floats, which lie in panels of 16 outputs.</summary>
    public long FloatBytes => 4L * _layer.Columns * (_layer.Groups > 1 ? _layer.Outputs : (_layer.Outputs + PanelWidth - 1) / PanelWidth * PanelWidth);

    /// <summary>Different magnitudes among weights: those of the two codes are met one by one.</summary>
    private static double Values(int magnitudes, long weights)
        => FineLevels.Of(magnitudes) is { } levels ? Distinct(levels.CoarseMagnitudes, weights) + Math.Min(weights, levels.Radix / 2) : Distinct(magnitudes, weights);

    private static double Distinct(int magnitudes, long weights)
    {
        // Levels reach about three deviations; half of the shares below, since ± is one magnitude.
        double expected = 0, step = 3.0 / magnitudes, total = 0;
        for (int k = -magnitudes; k <= magnitudes; k++) total += Density(k * step);
        for (int k = 1; k <= magnitudes; k++) expected += 1 - Power(1 - (2 * Density(k * step) / total), weights);
        return expected;
    }

    /// <summary>A bell of polynomials, near enough to e^(−x²/2): no machine's exponential decides a plan.</summary>
    private static double Density(double x)
    {
        double q = 1 / (1 + (x * x / 16));
        q *= q;
        q *= q;
        return q * q;
    }

    private static double Power(double x, long n)
    {
        double result = 1;
        for (double square = x; n > 0; n >>= 1, square *= square)
            if ((n & 1) != 0) result *= square;
        return result;
    }
}
