using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Kernels.Splitting;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Plan.Layouts;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// Small convolutions, whose time would go into tables and calls: RedGen.Runtime's FixedConvolution is compiled for the sizes of each, which a struct
/// beside the step's method holds (docs/decisions/0014).
/// </summary>
internal sealed class FixedConvKernel : ChannelsLastKernel
{
    /// <summary>Multiply-adds beyond which set-up no longer counts, so that kernels compiled once for all layers do as well.</summary>
    private const long MostMultiplyAdds = 1 << 17;

    /// <summary>Output channels below which vectors of them are too empty (RedGen.Runtime.FixedConvolution.LeastChannels).</summary>
    private const int LeastChannels = 8;

    /// <summary>Floats that the padded input may take: it has to stay in L1.</summary>
    private const int MostWorkspace = 4096;

    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        if (HashedLayerKernel.Serves(group, context) || DenseLayer.TryRead(group, context) is not null) return null;
        if (FloatConvolution.TryRead(group, context) is not { Epilogue.Residual: null } read || !Serves(read.Layer)) return null;
        if (read.Hashed is not null && context.Options.Weights == Options.WeightTier.InPlace) return null;
        string plain = read.Layer.IsDepthwise ? "Conv.Depthwise" : "Conv.Simd";
        long gain = context.Picoseconds(plain, ConvWork.OverPlanes(read.Layer)) - context.Picoseconds(NameOf(read.Layer), WorkOf(read.Layer));
        return new LayoutOffer([group.Last.Outputs[0], read.Node.Inputs[0]], gain) { Kernel = NameOf(read.Layer) };
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        FloatConvolution read = FloatConvolution.TryRead(group, context)!;
        ConvLayer layer = read.Layer;
        int taps = layer.Window.KernelLength;
        Weight weights = read.Hashed is { } hashed
            ? layer.IsDepthwise ? hashed.ToTapRows() : hashed.ToTapRows(taps)
            : Weight.Of("Weights", LanePacking.PackRows(read.Weights, layer.OutChannels, taps));
        return new FixedConvStep(Flat(layer), read.Epilogue.Activation)
        {
            Nodes = group.Nodes,
            Inputs = [read.Node.Inputs[0]],
            Outputs = [group.Last.Outputs[0]],
            Weights = [weights, Weight.Of("Bias", read.Bias ?? new float[layer.OutChannels])],
            WorkspaceLength = (int)FixedTiles.Of(Flat(layer)).Workspace(layer),
            MultiplyAdds = layer.MultiplyAdds,
            KernelWork = WorkOf(layer),
            Cost = LoweringCounter.CostOf(SplitLayer.OfConv(layer, read.Weights, context.Hashed(read.Node.Inputs[1]))),
            Summary = "Conv " + layer.Text + read.Epilogue.Text + ", channels last" + read.Hashed?.Text,
        };
    }

    private static string NameOf(ConvLayer layer) => "ChannelsLast.Fixed" + (layer.IsDepthwise ? ".Depthwise" : "");

    private static StepWork WorkOf(ConvLayer layer) => layer.IsDepthwise ? ConvWork.OfDepthwise(layer) : ConvWork.OverChannels(layer);

    private static bool Serves(ConvLayer layer)
        => layer.Batch == 1 && (layer.Groups == 1 || (layer.IsDepthwise && layer.InChannels == layer.OutChannels))
            && layer.OutChannels >= LeastChannels && layer.MultiplyAdds <= MostMultiplyAdds
            && layer.Window.Depth == WindowAxis.Missing && IsNear(layer.Window.Height) && IsNear(layer.Window.Width)
            && FixedTiles.Of(layer).Workspace(layer) <= MostWorkspace;

    /// <summary>Whether most of what the windows reach over is input.</summary>
    private static bool IsNear(WindowAxis axis) => axis.Before <= axis.In && axis.Position(axis.Out - 1, axis.Kernel - 1) <= 2 * axis.In;

    /// <summary>The layer with all pixels in one row, where each output reads one pixel of its own.</summary>
    private static ConvLayer Flat(ConvLayer layer)
    {
        if (!layer.Window.Axes.All(a => a.Kernel == 1 && a.Before == 0 && a.In == a.Out && a.Stride == 1)) return layer;
        int pixels = layer.Window.OutLength;
        return layer with { Window = layer.Window with { Height = WindowAxis.Missing, Width = new WindowAxis(pixels, pixels, 1, 1, 1, 0, 0) } };
    }

    private sealed class FixedConvStep(ConvLayer layer, FusedActivation activation) : Step
    {
        public override bool HasOwnKernel => true;

        public override string Kernel => NameOf(layer) + (Weights[0].Expansion is null ? "" : ".Expanded");

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string workspace = WorkspaceLength > 0 ? writer.Workspace : "default";
            writer.Line($"FixedConvolution.Run({writer.Input(0)}, {writer.Weight(0)}, {writer.Weight(1)}, {writer.Output(0)}, {workspace}, default({writer.Method}Shape), {activation.Expression});");
        }

        internal override void EmitMembers(SourceWriter code, string method)
        {
            (WindowAxis h, WindowAxis w) = (layer.Window.Height, layer.Window.Width);
            FixedTiles tiles = FixedTiles.Of(layer);
            code.Line();
            code.Line($"/// <summary>The sizes of <see cref=\"{method}\"/>.</summary>");
            using (code.Block($"private readonly struct {method}Shape : IFixedConvolution"))
            {
                code.Line($"public int InChannels => {layer.InChannels};");
                code.Line($"public int OutChannels => {layer.OutChannels};");
                code.Line($"public bool IsDepthwise => {(layer.IsDepthwise ? "true" : "false")};");
                code.Line($"public int InHeight => {h.In};");
                code.Line($"public int InWidth => {w.In};");
                code.Line($"public int OutHeight => {h.Out};");
                code.Line($"public int OutWidth => {w.Out};");
                code.Line($"public int KernelHeight => {h.Kernel};");
                code.Line($"public int KernelWidth => {w.Kernel};");
                code.Line($"public int StrideHeight => {h.Stride};");
                code.Line($"public int StrideWidth => {w.Stride};");
                code.Line($"public int DilationHeight => {h.Dilation};");
                code.Line($"public int DilationWidth => {w.Dilation};");
                code.Line($"public int PadTop => {h.Before};");
                code.Line($"public int PadLeft => {w.Before};");
                code.Line($"public bool IsCopied => {(tiles.IsCopied ? "true" : "false")};");
                code.Line($"public int CopyHeight => {tiles.CopyHeight};");
                code.Line($"public int CopyWidth => {tiles.CopyWidth};");
                code.Line($"public int CopyTop => {tiles.CopyTop};");
                code.Line($"public int TileRows => {tiles.Rows};");
                code.Line($"public int TileColumns => {tiles.Columns};");
                code.Line($"public FixedSizes Sizes => new FixedSizes({ValuesOf(tiles)});");
            }
        }

        /// <summary>The constructor's arguments, without those that are as usual.</summary>
        private string ValuesOf(FixedTiles tiles)
        {
            (WindowAxis h, WindowAxis w) = (layer.Window.Height, layer.Window.Width);
            var values = new List<string> { $"{layer.InChannels}, {layer.OutChannels}, {h.In}, {w.In}, {h.Out}, {w.Out}, {h.Kernel}, {w.Kernel}" };
            if ((h.Stride, w.Stride) != (1, 1)) values.Add($"strideHeight: {h.Stride}, strideWidth: {w.Stride}");
            if ((h.Dilation, w.Dilation) != (1, 1)) values.Add($"dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation}");
            if ((h.Before, w.Before) != (0, 0)) values.Add($"padTop: {h.Before}, padLeft: {w.Before}");
            if (layer.IsDepthwise) values.Add("isDepthwise: true");
            if (tiles.IsCopied) values.Add($"copyHeight: {tiles.CopyHeight}, copyWidth: {tiles.CopyWidth}, copyTop: {tiles.CopyTop}");
            return string.Join(", ", values);
        }
    }
}
