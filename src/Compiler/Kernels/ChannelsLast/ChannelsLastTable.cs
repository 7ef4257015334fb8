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
    private static readonly ChannelsLastDenseKernel Dense = new();

    private static readonly ImmutableArray<ChannelsLastKernel> IntegerConv = [new ChannelsLastIntegerConvKernel()];
    private static readonly ImmutableArray<ChannelsLastKernel> Quantise = [.. IntegerConv, new ChannelsLastIntegerPoolKernel(), .. Elementwise];

    private static readonly Dictionary<string, ImmutableArray<ChannelsLastKernel>> Rows = new()
    {
        ["AveragePool"] = Pool,
        ["Concat"] = Move,
        ["Conv"] = [Dense, new WinogradKernel(), new ChannelsLastConvKernel()],
        ["ConvInteger"] = IntegerConv,
        ["DequantizeLinear"] = Quantise,
        ["Flatten"] = View,
        ["Gemm"] = [Dense],
        ["GlobalAveragePool"] = GlobalPool,
        ["GlobalMaxPool"] = GlobalPool,
        ["Identity"] = View,
        ["MatMul"] = [Dense],
        ["MaxPool"] = Pool,
        ["Pad"] = Move,
        ["QLinearConv"] = IntegerConv,
        ["QuantizeLinear"] = Quantise,
        ["Reshape"] = View,
        ["Resize"] = Move,
        ["Slice"] = Move,
        ["Split"] = Move,
        ["Squeeze"] = View,
        ["Unsqueeze"] = View,
        ["Upsample"] = Move,
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<ChannelsLastKernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<ChannelsLastKernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
