using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>A convolution or product between DequantizeLinear and QuantizeLinear, on the integers.</summary>
internal sealed class QuantizedLayerKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context) => TryPlan(group, context, isChannelsLast: false);

    /// <summary>Plans a group whose values lie in either order.</summary>
    public static Step? TryPlan(NodeGroup group, KernelContext context, bool isChannelsLast) => TryRead(group, context)?.Plan(context, isChannelsLast);

    /// <summary>Reads a group; null where it is no such layer.</summary>
    public static QuantizedLayer? TryRead(NodeGroup group, KernelContext context)
        => group.IsSingle || QuantizedGroup.TryRead(group.Nodes, context) is not { } read ? null : Layer(group, read, context);

    private static QuantizedLayer? Layer(NodeGroup group, QuantizedGroup read, KernelContext context)
    {
        Node core = read.Core;
        bool isConv = core.Operator.Name == "Conv";
        bool isTransposed = core.Attributes.Int("transB", 0) != 0;
        if (!isConv && read.Weights.Dimensions.Length != 2) return null;
        QuantizedWeights? weights = isConv ? QuantizedWeights.OfConvolution(read.Weights, read.WeightZeros) : QuantizedWeights.OfMatrix(read.Weights, read.WeightZeros, isTransposed);
        if (weights is null) return null;
        QuantizedEnding? ending = read.Output is null
            ? QuantizedEnding.Real(read.Input.Scale, read.WeightScales, read.Bias)
            : QuantizedEnding.Dequantized(read.Input, read.WeightScales, weights, read.Bias, read.IsBiasBehind, read.Activations, read.Output, context);
        int[] a = context.Lengths(core.Inputs[0]);
        if (ending is null || (!isConv && (a.Length == 0 || a[^1] == 0))) return null;
        return new QuantizedLayer(
            group.Nodes, isConv ? ConvLayer.Read(core, context) : null, QuantizedLayer.RowsOf(a), [read.Input.Value], read.Input.Zero, read.Output?.Value ?? core.Outputs[0], weights, ending);
    }
}
