using System.Collections.Immutable;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>Convolutions of 8-bit integers as layers of a chain of rows.</summary>
internal static class IntegerRows
{
    /// <summary>The layer; none where it cannot be computed by rows.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="conv">Its sizes.</param>
    /// <param name="ending">What becomes of the sums.</param>
    /// <param name="weights">Its constants.</param>
    /// <param name="places">Places of a depthwise one that are summed at once; 0 for any other.</param>
    /// <param name="context">The graph.</param>
    public static ImmutableArray<RowStep> Of(QuantizedLayer layer, ConvLayer conv, MicroRequantisation ending, ImmutableArray<Weight> weights, int places, KernelContext context)
    {
        if (conv.Batch != 1 || conv.Window.Height.In < 2 || conv.Window.Depth is not { In: 1, Out: 1, Kernel: 1 } || layer.InputZero is not { } zero) return [];
        var use = new RowUse(conv.InChannels, conv.Window.Height, conv.Window.Width, ReadsMargins: true, context.ElementType(layer.Inputs[0]), zero);
        var map = new MapShape(conv.OutChannels, conv.Window.Height.Out, conv.Window.Width.Out);
        string summary = $"Conv {conv.Text} in integers{layer.Ending.Text}";
        RowStep row = places > 0
            ? new IntegerDepthwiseRowStep(conv, ending, places) { Nodes = layer.Nodes, Inputs = layer.Inputs, InputNames = ["x"], Outputs = [layer.Output], Weights = weights, Uses = [use], Map = map, Type = context.ElementType(layer.Output), MultiplyAdds = conv.MultiplyAdds, Summary = summary }
            : new IntegerConvRowStep(conv, ending, context.Options.Goal) { Nodes = layer.Nodes, Inputs = layer.Inputs, InputNames = ["x"], Outputs = [layer.Output], Weights = weights, Uses = [use], Map = map, Type = context.ElementType(layer.Output), MultiplyAdds = conv.MultiplyAdds, Summary = summary };
        return [row];
    }
}
