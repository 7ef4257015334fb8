using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Kernels.Splitting;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// Convolutions of stride 1 by Winograd's minimal filtering, where that is less work and exact enough: with a quarter to two thirds of the
/// multiplications. Their weights are transformed at the first use, so that files hold them as they were.
/// </summary>
internal sealed class WinogradKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        if (context.Options.Lowering != Lowering.Auto || HashedLayerKernel.Serves(group, context)) return null;
        if (FloatConvolution.TryRead(group, context) is not { } read || (read.Hashed is not null && context.Options.Weights == WeightTier.InPlace)) return null;
        if (Choose(read) is not { } tiles) return null;
        string input = read.Node.Inputs[0];
        string output = group.Last.Outputs[0];
        double gain = (read.Layer.MultiplyAdds * (double)LayoutCost.PlainMultiplyAdd) - ConvCost.OfTiles(read.Layer, tiles);
        return new LayoutOffer(read.Epilogue.Residual is { } residual ? [output, residual, input] : [output, input], (long)gain);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        FloatConvolution read = FloatConvolution.TryRead(group, context)!;
        (ConvLayer layer, Epilogue epilogue) = (read.Layer, read.Epilogue);
        WinogradTiles tiles = Choose(read)!.Value;
        string input = read.Node.Inputs[0];
        ImmutableArray<Weight> weights = [Weights(read, tiles)];
        if (read.Bias is { } bias) weights = weights.Add(Weight.Of("Bias", bias));
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        return new WinogradStep(layer, epilogue, tiles)
        {
            Nodes = group.Nodes,
            Inputs = epilogue.Residual is { } residual ? [input, residual] : [input],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights,
            WorkspaceLength = WinogradWorkspace.Length(
                layer.Batch, layer.InChannels, layer.OutChannels, height.Out, width.Out, height.Kernel, width.Kernel, tiles.Height, tiles.Width),
            InPlaceInputs = epilogue.Residual is not null && epilogue.Residual != input ? [1] : [],
            MultiplyAdds = layer.MultiplyAdds,
            Cost = LoweringCounter.CostOf(SplitLayer.OfConv(layer, read.Weights, context.Hashed(read.Node.Inputs[1]))),
            Summary = "Conv " + layer.Text + ", Winograd " + tiles.Text(layer.Window) + epilogue.Text + ", channels last" + read.Hashed?.Text,
        };
    }

    /// <summary>The tiles with the fewest multiplications that pay and are exact enough; null: the sum as defined.</summary>
    internal static WinogradTiles? Choose(FloatConvolution read)
        => WinogradTiles.Of(read.Layer).Where(t => ConvCost.Pays(read.Layer, t)).OrderBy(t => ConvCost.OfTiles(read.Layer, t))
            .Where(t => WinogradAccuracy.Suffices(read, t)).Cast<WinogradTiles?>().FirstOrDefault();

    private static Weight Weights(FloatConvolution read, WinogradTiles tiles)
    {
        ConvLayer layer = read.Layer;
        string sizes = $"outputs: {layer.OutChannels}, channels: {layer.InChannels}, kernelHeight: {layer.Window.Height.Kernel}, kernelWidth: {layer.Window.Width.Kernel}, tileHeight: {tiles.Height}, tileWidth: {tiles.Width}";
        Weight source = read.Hashed?.ToRows() ?? Weight.Of("Filters", read.Weights);
        long length = (long)WinogradTiles.Points(tiles.Height, layer.Window.Height.Kernel) * WinogradTiles.Points(tiles.Width, layer.Window.Width.Kernel)
            * PanelPacking.Length(layer.InChannels, layer.OutChannels);
        return new Weight("Weights", ElementType.Float32, default) { Transform = new WeightTransform("WinogradWeights.Transform", source, sizes, length) };
    }

    private sealed class WinogradStep(ConvLayer layer, Epilogue epilogue, WinogradTiles tiles) : Step
    {
        public override string Kernel => "ChannelsLast.Winograd." + tiles.Height + "x" + tiles.Width;

        public override bool IsDivisible => MultiplyAdds >= LeastDivided && layer.Window.Height.Out > tiles.Height;

        public override void Emit(StepWriter writer)
        {
            string bias = Weights.Length > 1 ? writer.Weight(1) : "default";
            string addend = epilogue.Residual is null ? "default" : writer.Input(1);
            ConvShapeText.Write(writer, layer);
            writer.Line($"WinogradConvolution.Run({writer.Input(0)}, {writer.Weight(0)}, {bias}, {addend}, {writer.Output(0)}, {writer.Workspace}, shape, tileHeight: {tiles.Height}, tileWidth: {tiles.Width}, {epilogue.Activation.Expression});");
        }
    }
}
