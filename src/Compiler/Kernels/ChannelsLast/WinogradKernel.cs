using System.Collections.Generic;
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
/// multiplications. Their weights are transformed in the first runs, so that files hold them as they were.
/// </summary>
internal sealed class WinogradKernel : ChannelsLastKernel
{
    /// <summary>How much less tiles must cost than the definition's order: their weights take up to four times the memory, once more time at the first use.</summary>
    private const double Advantage = 1.15;

    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context) => Offers(group, context).FirstOrDefault();

    /// <inheritdoc/>
    public override IEnumerable<LayoutOffer> Offers(NodeGroup group, KernelContext context)
    {
        if (context.Options.Lowering != Lowering.Auto || HashedLayerKernel.Serves(group, context)) yield break;
        if (FloatConvolution.TryRead(group, context) is not { } read || (read.Hashed is not null && context.Options.Weights == WeightTier.InPlace)) yield break;
        string input = read.Node.Inputs[0];
        string output = group.Last.Outputs[0];
        long plain = context.Picoseconds("Conv.Simd", ConvWork.OverPlanes(read.Layer));
        foreach (WinogradTiles tiles in WinogradTiles.Of(read.Layer).OrderBy(t => Picoseconds(read.Layer, t, context)))
        {
            if (!WinogradAccuracy.Suffices(read, tiles)) continue;
            yield return new LayoutOffer(read.Epilogue.Residual is { } residual ? [output, residual, input] : [output, input], plain - (long)(Advantage * Picoseconds(read.Layer, tiles, context)))
            {
                Kernel = NameOf(tiles),
            };
        }
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => Plan(group, context, TryOffer(group, context)!);

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context, LayoutOffer offer)
    {
        FloatConvolution read = FloatConvolution.TryRead(group, context)!;
        (ConvLayer layer, Epilogue epilogue) = (read.Layer, read.Epilogue);
        WinogradTiles tiles = WinogradTiles.Of(layer).First(t => NameOf(t) == offer.Kernel);
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
            KernelWork = ConvWork.OfTiles(layer, tiles),
            Cost = LoweringCounter.CostOf(SplitLayer.OfConv(layer, read.Weights, context.Hashed(read.Node.Inputs[1]))),
            Summary = "Conv " + layer.Text + ", Winograd " + tiles.Text(layer.Window) + epilogue.Text + ", channels last" + read.Hashed?.Text,
        };
    }

    private static long Picoseconds(ConvLayer layer, WinogradTiles tiles, KernelContext context) => context.Picoseconds(NameOf(tiles), ConvWork.OfTiles(layer, tiles));

    private static string NameOf(WinogradTiles tiles) => "ChannelsLast.Winograd." + tiles.Height + "x" + tiles.Width;

    private static Weight Weights(FloatConvolution read, WinogradTiles tiles)
    {
        ConvLayer layer = read.Layer;
        string sizes = $"outputs: {layer.OutChannels}, channels: {layer.InChannels}, kernelHeight: {layer.Window.Height.Kernel}, kernelWidth: {layer.Window.Width.Kernel}, tileHeight: {tiles.Height}, tileWidth: {tiles.Width}";
        Weight source = read.Hashed?.ToRows() ?? Weight.Of("Filters", read.Weights);
        long length = (long)WinogradTiles.Points(tiles.Height, layer.Window.Height.Kernel) * WinogradTiles.Points(tiles.Width, layer.Window.Width.Kernel)
            * PanelPacking.Length(layer.InChannels, layer.OutChannels);
        return new Weight("Weights", ElementType.Float32, default) { Transform = new WeightTransform("WinogradWeights.Transform", source, sizes, length) { Keeper = "WinogradFilters" } };
    }

    private sealed class WinogradStep(ConvLayer layer, Epilogue epilogue, WinogradTiles tiles) : Step
    {
        public override string Kernel => NameOf(tiles);

        internal override StepRounding? Rounding => StepRounding.Winograd;

        public override bool MayAddResidual => true;

        public override bool IsDivisible => MultiplyAdds >= LeastDivided && layer.Window.Height.Out > tiles.Height;

        public override void Emit(StepWriter writer)
        {
            string bias = Weights.Length > 1 ? writer.Weight(1) : "default";
            ConvShapeText.Write(writer, layer);
            string run = writer.IsKept(0) ? "RunKept" : "Run";
            writer.Line($"WinogradConvolution.{run}({writer.Input(0)}, {writer.Weight(0)}, {bias}, {writer.Residual}, {writer.Output(0)}, {writer.Workspace}, shape, tileHeight: {tiles.Height}, tileWidth: {tiles.Width}, {epilogue.Activation.Expression});");
        }
    }
}
