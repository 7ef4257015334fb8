using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>Convolutions and products of 8-bit integers with constant weights for an in-order core: sums in 32 bits, and what a quantised graph makes of them (docs/decisions/0025).</summary>
internal sealed class MicroIntegerKernel : Kernel
{
    /// <summary>Taps up to which a depthwise window is written out.</summary>
    private const int MostTaps = 25;

    /// <summary>Places of a row whose sums stay in registers.</summary>
    private const int MostPlaces = 6;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if ((group.IsSingle ? ReadNode(group, context) : QuantizedLayerKernel.TryRead(group, context)) is not { } layer) return null;
        if (layer.Weights.Taps == 0 || layer.Weights.Taps > IntegerMatMulKernel.IntDepth || MicroRequantisation.TryRead(layer, context) is not { } ending) return null;
        if (layer.Conv is not { } conv) return layer.Rows == 0 || layer.Weights.Channels == 0 ? null : Product(layer, ending);
        if (conv.IsEmpty || !conv.Window.IsSpatial) return null;
        if (IsProduct(conv)) return Product(layer with { Rows = conv.Batch }, ending);
        return conv.InChannels == conv.Groups && conv.Groups > 1 && conv.Window.KernelLength <= MostTaps && conv.Window.Depth is { In: 1, Out: 1, Kernel: 1 }
            ? Depthwise(layer, conv, ending, context)
            : Pairs(layer, conv, ending, context);
    }

    private static QuantizedLayer? ReadNode(NodeGroup group, KernelContext context)
        => group.Head.Operator.QualifiedName is "QLinearConv" or "QLinearMatMul" or "ConvInteger" or "MatMulInteger" ? ConstantIntegerKernel.TryRead(group, context) : null;

    /// <summary>Whether one window covers the input exactly.</summary>
    private static bool IsProduct(ConvLayer conv) => conv.Groups == 1 && conv.Window.Axes.All(a => a.Out == 1 && a.Kernel == a.In && a.Before == 0 && a.Dilation == 1);

    private static MicroIntegerDenseStep Product(QuantizedLayer layer, MicroRequantisation ending) => new(layer, ending)
    {
        Nodes = layer.Nodes,
        Inputs = layer.Inputs,
        InputNames = ["x", "zeroPoint"],
        Outputs = [layer.Output],
        Weights = ending.Constants(1, MicroIntegerDenseStep.Block),
        WorkspaceLength = MicroIntegerDenseStep.Workspace(layer, ending),
        WorkspaceType = ElementType.Int32,
        MultiplyAdds = (long)layer.Rows * layer.Weights.Taps * layer.Weights.Channels,
        Summary = $"{(layer.Rows == 1 ? "" : layer.Rows + " rows, ")}{layer.Weights.Taps} → {layer.Weights.Channels} in integers{layer.Ending.Text}",
    };

    private static MicroIntegerDepthwiseStep Depthwise(QuantizedLayer layer, ConvLayer conv, MicroRequantisation ending, KernelContext context)
    {
        int places = Places(conv.Window.Width.Out, context.Options.Goal == OptimiseGoal.Size ? 3 : MostPlaces);
        ImmutableArray<Weight> weights = ending.Constants(1, 1);
        return new MicroIntegerDepthwiseStep(conv, ending, places)
        {
            Nodes = layer.Nodes,
            Inputs = layer.Inputs,
            InputNames = ["x", "zeroPoint"],
            Outputs = [layer.Output],
            Weights = weights,
            Rows = IntegerRows.Of(layer, conv, ending, weights, places, context),
            WorkspaceLength = conv.Window.Width.Out + MicroIntegerDenseStep.Words(MicroDepthwiseStep.PlaneLength(conv.Window)),
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = conv.MultiplyAdds,
            InPlaceInputs = InPlace(layer, conv.InChannels == conv.OutChannels),
            Summary = $"Conv {conv.Text} in integers{layer.Ending.Text}",
        };
    }

    /// <summary>How many places of a row are summed at once: a weight is loaded once for all of them, and those behind the last are summed twice.</summary>
    private static int Places(int row, int most)
        => Enumerable.Range(1, Math.Min(row, most)).OrderBy(p => (row + p - 1) / p * ((3 * p) + 2)).ThenBy(p => p).First();

    private static MicroIntegerConvStep Pairs(QuantizedLayer layer, ConvLayer conv, MicroRequantisation ending, KernelContext context)
    {
        ImmutableArray<Weight> weights = ending.Constants(conv.Groups, MicroIntegerConvStep.Block(conv.OutChannels / conv.Groups));
        bool isPointwise = conv.Window.Axes.All(a => a is { Kernel: 1, Stride: 1, Before: 0, After: 0 });
        return new MicroIntegerConvStep(conv, ending, isPointwise)
        {
            Nodes = layer.Nodes,
            Inputs = layer.Inputs,
            InputNames = ["x", "zeroPoint"],
            Outputs = [layer.Output],
            Weights = weights,
            Rows = IntegerRows.Of(layer, conv, ending, weights, 0, context),
            WorkspaceLength = MicroIntegerConvStep.Sums + conv.Taps,
            WorkspaceType = ElementType.Int32,
            MultiplyAdds = conv.MultiplyAdds,
            InPlaceInputs = InPlace(layer, isPointwise && conv.Groups == 1 && conv.InChannels == conv.OutChannels),
            Summary = $"Conv {conv.Text} in integers{layer.Ending.Text}",
        };
    }

    /// <summary>The input itself where the step copies what it reads before it writes there.</summary>
    private static ImmutableArray<int> InPlace(QuantizedLayer layer, bool copies) => copies && layer.Ending.ResultBytes == 1 ? [0] : [];
}
