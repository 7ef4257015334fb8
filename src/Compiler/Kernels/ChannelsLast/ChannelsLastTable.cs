using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Which kernels compute which operator channels last: a row an operator, the preferred kernel first.</summary>
internal static class ChannelsLastTable
{
    private static readonly ImmutableArray<ChannelsLastKernel> Elementwise = [new ChannelsLastElementwiseKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> Pool = [new ChannelsLastPoolKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> GlobalPool = [new ChannelsLastGlobalPoolKernel()];

    private static readonly ImmutableArray<ChannelsLastKernel> Move = [new ChannelsLastMoveKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> View = [new ChannelsLastViewKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> Axis = [new ChannelsLastAxisKernel()];
    private static readonly ChannelsLastDenseKernel Dense = new();

    private static readonly ImmutableArray<ChannelsLastKernel> IntegerConv = [new ChannelsLastIntegerConvKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> Quantise = [.. IntegerConv, new ChannelsLastIntegerPoolKernel(), .. Elementwise];

    private static readonly Dictionary<string, ImmutableArray<ChannelsLastKernel>> Rows = new()
    {
        ["AveragePool"] = Pool,
        ["BatchNormalization"] = [new ChannelsLastBatchNormKernel()],
        ["Concat"] = Move,
        ["Conv"] = [Dense, new FixedConvKernel(), new WinogradKernel(), new ChannelsLastConvKernel()],
        ["ConvInteger"] = IntegerConv,
        ["DepthToSpace"] = Move,
        ["DequantizeLinear"] = Quantise,
        ["Flatten"] = View,
        ["Gemm"] = [Dense],
        ["GlobalAveragePool"] = GlobalPool,
        ["GlobalMaxPool"] = GlobalPool,
        ["Identity"] = View,
        ["LogSoftmax"] = Axis,
        ["MatMul"] = [Dense],
        ["MaxPool"] = Pool,
        ["Pad"] = Move,
        ["QLinearConv"] = IntegerConv,
        ["QuantizeLinear"] = Quantise,
        ["ReduceL1"] = Axis,
        ["ReduceL2"] = Axis,
        ["ReduceLogSum"] = Axis,
        ["ReduceLogSumExp"] = Axis,
        ["ReduceMax"] = Axis,
        ["ReduceMean"] = Axis,
        ["ReduceMin"] = Axis,
        ["ReduceProd"] = Axis,
        ["ReduceSum"] = Axis,
        ["ReduceSumSquare"] = Axis,
        ["Reshape"] = View,
        ["Resize"] = [new ChannelsLastMoveKernel(), new ChannelsLastResizeKernel()],
        ["Slice"] = Move,
        ["Softmax"] = Axis,
        ["SpaceToDepth"] = Move,
        ["Split"] = Move,
        ["Squeeze"] = View,
        ["Transpose"] = [new ChannelsLastTransposeKernel()],
        ["Unsqueeze"] = View,
        ["Upsample"] = [new ChannelsLastMoveKernel(), new ChannelsLastResizeKernel()],
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<ChannelsLastKernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<ChannelsLastKernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
