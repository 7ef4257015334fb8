using System.Collections.Immutable;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>Convolutions as layers of a chain of rows.</summary>
internal static class ConvRows
{
    /// <summary>Taps of a depthwise window up to which it is written out.</summary>
    private const int MostTaps = 25;

    /// <summary>The layers of a group: the convolution, and a pool behind it; none where it cannot be computed by rows.</summary>
    public static ImmutableArray<RowStep> Of(NodeGroup group, ConvLayer layer, MicroWeights weights, float[]? bias, Epilogue end, PoolLayer? pool, OptimiseGoal goal)
    {
        WindowGeometry window = layer.Window;
        if (layer.Batch != 1 || window.Height.In < 2) return [];
        string output = pool is null ? group.Last.Outputs[0] : pool.Node.Inputs[0];
        bool isDepthwise = layer.InChannels == layer.Groups && layer.Groups > 1 && window.KernelLength <= MostTaps;
        var tile = RowTile.Of(window.Width.Out, layer.OutChannels / layer.Groups);
        var map = new MapShape(layer.OutChannels, window.Height.Out, window.Width.Out);
        var use = new RowUse(layer.InChannels, window.Height, window.Width, ReadsMargins: true);
        ImmutableArray<RowUse> uses = end.Residual is null ? [use] : [use, RowUse.Same(map, ElementType.Float32)];
        ImmutableArray<Weight> constants = weights.Constants(isDepthwise ? 1 : tile.Outputs, bias);
        string summary = $"Conv {layer.Text}{end.Text}, {weights.Text}";
        ImmutableArray<RowStep> rows = isDepthwise
            ? [new DepthwiseRowStep(layer, weights, end) { Nodes = group.Nodes, Inputs = MicroConvKernel.Inputs(group, end), InputNames = ["x", "residual"], Outputs = [output], Weights = constants, Uses = uses, Map = map, MultiplyAdds = layer.MultiplyAdds, Summary = summary }]
            : [new ConvRowStep(layer, tile, weights, end, goal) { Nodes = group.Nodes, Inputs = MicroConvKernel.Inputs(group, end), InputNames = ["x", "residual"], Outputs = [output], Weights = constants, Uses = uses, Map = map, MultiplyAdds = layer.MultiplyAdds, Summary = summary }];
        if (pool is null) return rows;
        ImmutableArray<RowStep> behind = PoolRowStep.Of(pool, ElementType.Float32, group.Last.Outputs[0]);
        return behind.IsEmpty ? [] : rows.AddRange(behind);
    }
}
