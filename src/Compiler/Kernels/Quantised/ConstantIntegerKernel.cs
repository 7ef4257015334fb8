using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>QLinearConv, QLinearMatMul, ConvInteger and MatMulInteger with constant weights and parameters, through RedGen.Runtime. The zero point of the input may be of run time, as dynamic quantisation gives it.</summary>
internal sealed class ConstantIntegerKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context) => TryPlan(group, context, isChannelsLast: false);

    /// <summary>Plans a node whose values lie in either order.</summary>
    public static Step? TryPlan(NodeGroup group, KernelContext context, bool isChannelsLast) => TryRead(group, context)?.Plan(context, isChannelsLast);

    /// <summary>Reads a node; null where it is no such layer.</summary>
    public static QuantizedLayer? TryRead(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        bool requantises = node.Operator.Name.StartsWith("QLinear", System.StringComparison.Ordinal);
        bool isConv = node.Operator.Name is "QLinearConv" or "ConvInteger";
        int b = requantises ? 3 : 1;
        if (!group.IsSingle || context.Constant(node.Inputs[b]) is not { Length: > 0 } tensor || (!isConv && tensor.Dimensions.Length != 2)) return null;
        if (Integers(node, requantises ? 5 : 3, context) is not { } wZeros) return null;
        int? xZero = Integers(node, 2, context) is { Length: 1 } known ? known[0] : null;
        if (xZero is null && context.Count(node.Inputs[2]) != 1) return null;
        ImmutableArray<string> inputs = xZero is null ? [node.Inputs[0], node.Inputs[2]] : [node.Inputs[0]];
        QuantizedWeights? weights = isConv ? QuantizedWeights.OfConvolution(tensor, wZeros) : QuantizedWeights.OfMatrix(tensor, wZeros, isTransposed: false);
        if (weights is null || (wZeros.Length > 1 && wZeros.Length != weights.Channels)) return null;
        QuantizedEnding? ending = requantises ? Ending(node, isConv, weights, context) : QuantizedEnding.Sums;
        if (ending is null) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        if (!isConv && x.Length == 0) return null;
        ConvLayer? layer = isConv ? new ConvLayer(x[0], (int)node.Attributes.Int("group", 1), x[1], weights.Channels, WindowGeometry.Read(node.Attributes, x, [.. tensor.Dimensions.Skip(2).Select(d => (long)d)])) : null;
        return new QuantizedLayer(group.Nodes, layer, QuantizedLayer.RowsOf(x), inputs, xZero, node.Outputs[0], weights, ending);
    }

    private static QuantizedEnding? Ending(Node node, bool isConv, QuantizedWeights weights, KernelContext context)
    {
        if (Reals(node, 1, context) is not { Length: 1 } a || Reals(node, 4, context) is not { } b || Reals(node, 6, context) is not { Length: 1 } y) return null;
        if (Integers(node, 7, context) is not { Length: 1 } yZero || (b.Length != 1 && b.Length != weights.Channels)) return null;
        int[]? bias = isConv && node.HasInput(8) ? Integers(node, 8, context) : null;
        if (isConv && node.HasInput(8) && bias is null) return null;
        return QuantizedEnding.Scaled([.. b.Select(s => (float)QuantizedProductTypes.Factor(a[0], s, y[0]))], bias, context.ElementType(node.Outputs[0]), yZero[0]);
    }

    private static double[]? Reals(Node node, int input, KernelContext context)
        => context.Constant(node.Inputs[input]) is { } tensor && ElementCodec.Supports(tensor.ElementType) ? ReferenceTensor.FromTensor(tensor).Reals : null;

    /// <summary>The numbers of an input that is known; 0 where it is left out.</summary>
    private static int[]? Integers(Node node, int input, KernelContext context)
        => !node.HasInput(input) ? [0] : context.Constant(node.Inputs[input]) is { } tensor ? [.. ReferenceTensor.FromTensor(tensor).Integers!.Select(i => (int)i)] : null;
}
