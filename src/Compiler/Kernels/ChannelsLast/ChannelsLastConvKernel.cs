using System.Collections.Immutable;
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
/// Convolutions of floats with constant weights over vectors of output channels, through RedGen.Runtime: a product of matrices where the
/// kernel is one pixel. A first layer of few channels reads its input as the caller has it.
/// </summary>
internal sealed class ChannelsLastConvKernel : ChannelsLastKernel
{
    /// <summary>Channels up to which a convolution reads planes as well as pixels: those of an image.</summary>
    private const int PlainChannels = 4;

    /// <summary>Floats of workspace beyond which plain loops serve better: only absurd paddings or dilations ask for that.</summary>
    private const int WorkspaceLimit = 1 << 26;

    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        // A product of whole samples, and what is computed with fewer multiplications, have kernels of their own.
        if (HashedLayerKernel.Serves(group, context) || DenseLayer.TryRead(group, context) is not null) return null;
        if (FloatConvolution.TryRead(group, context) is not { } read || Workspace(read.Layer).Length > WorkspaceLimit) return null;
        if (IsDepthwise(read.Layer) && read.Epilogue.Residual is not null) return null;
        string input = read.Node.Inputs[0];
        string output = group.Last.Outputs[0];
        bool either = ReadsPlanes(read.Layer) && read.Epilogue.Residual != input;
        ImmutableArray<string> values = read.Epilogue.Residual is { } residual ? [output, residual] : [output];
        ConvForm form = either ? ConvForm.PlainInput : FormOf(read.Layer);
        string plain = IsDepthwise(read.Layer) ? "Conv.Depthwise" : "Conv.Simd";
        long gain = context.Picoseconds(plain, ConvWork.OverPlanes(read.Layer)) - context.Picoseconds(NameOf(form), WorkOf(read.Layer, form));
        return new LayoutOffer(either ? values : values.Add(input), gain) { Kernel = NameOf(form), Either = either ? [input] : [] };
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
    {
        FloatConvolution read = FloatConvolution.TryRead(group, context)!;
        (ConvLayer layer, Epilogue epilogue) = (read.Layer, read.Epilogue);
        string input = read.Node.Inputs[0];
        ConvForm form = context.Layout(input) == TensorLayout.Plain ? ConvForm.PlainInput : FormOf(layer);
        ImmutableArray<Weight> weights = [Weights(read, form)];
        if (read.Bias is { } bias) weights = weights.Add(Weight.Of("Bias", bias));
        return new ConvStep(layer, epilogue, form)
        {
            Nodes = group.Nodes,
            Inputs = epilogue.Residual is { } residual ? [input, residual] : [input],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights,
            WorkspaceLength = WorkspaceLength(layer, form),
            InPlaceInputs = epilogue.Residual is not null && epilogue.Residual != input ? [1] : [],
            MultiplyAdds = layer.MultiplyAdds,
            KernelWork = WorkOf(layer, form),
            Cost = LoweringCounter.CostOf(SplitLayer.OfConv(layer, read.Weights, context.Hashed(read.Node.Inputs[1]))),
            Summary = "Conv " + layer.Text + epilogue.Text + ", channels last" + read.Hashed?.Text,
        };
    }

    /// <summary>The panels that a pointwise convolution reads.</summary>
    public static Weight PointwiseWeights(FloatConvolution read) => Weights(read, ConvForm.Pointwise);

    /// <summary>The rows of taps that a depthwise convolution reads.</summary>
    public static Weight DepthwiseWeights(FloatConvolution read) => Weights(read, ConvForm.Depthwise);

    /// <summary>Whether a layer has one filter a channel.</summary>
    public static bool IsDepthwise(ConvLayer layer) => layer.IsDepthwise && layer.OutChannels == layer.InChannels;

    /// <summary>Whether a layer is a product of pixels with a matrix.</summary>
    public static bool IsPointwise(ConvLayer layer)
        => layer.Groups == 1 && layer.Window.Axes.All(a => a.Kernel == 1 && a.Before == 0 && a.In == a.Out && (a.Stride == 1 || a.Out == 1));

    private static Weight Weights(FloatConvolution read, ConvForm form)
    {
        ConvLayer layer = read.Layer;
        int taps = layer.Window.KernelLength;
        if (form == ConvForm.Depthwise)
            return read.Hashed?.ToTapRows() ?? Weight.Of("Weights", LanePacking.PackDepthwise(read.Weights, layer.OutChannels));
        if (form == ConvForm.Pointwise && read.Hashed is { } hashed) return hashed.ToPanels();
        return read.Hashed?.ToLanePanels(layer.Groups, taps)
            ?? Weight.Of("Weights", LanePacking.Pack(read.Weights, layer.Groups, taps, layer.OutChannels, layer.Taps));
    }

    private static ChannelsLastWorkspace Workspace(ConvLayer layer)
    {
        WindowAxis[] axes = layer.Window.Axes;
        return new ChannelsLastWorkspace(
            layer.InChannels, [.. axes.Select(a => a.In)], [.. axes.Select(a => a.Out)], [.. axes.Select(a => a.Kernel)],
            [.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Dilation)], [.. axes.Select(a => a.Before)]);
    }

    private static int WorkspaceLength(ConvLayer layer, ConvForm form) => form switch
    {
        ConvForm.Direct => (int)Workspace(layer).Length,
        ConvForm.PlainInput => (int)Workspace(layer).PlainInputLength,
        _ => 0,
    };

    /// <summary>The form over an input that lies channels last.</summary>
    private static ConvForm FormOf(ConvLayer layer) => IsDepthwise(layer) ? ConvForm.Depthwise : IsPointwise(layer) ? ConvForm.Pointwise : ConvForm.Direct;

    private static string NameOf(ConvForm form) => "ChannelsLast." + form;

    private static StepWork WorkOf(ConvLayer layer, ConvForm form) => form == ConvForm.Depthwise ? ConvWork.OfDepthwise(layer) : ConvWork.OverChannels(layer);

    private static bool ReadsPlanes(ConvLayer layer) => layer.Groups == 1 && layer.Window.Depth == WindowAxis.Missing && layer.InChannels is > 1 and <= PlainChannels;

    private enum ConvForm
    {
        /// <summary>Any.</summary>
        Direct,

        /// <summary>Any, of an input over planes.</summary>
        PlainInput,

        /// <summary>A product of pixels with a matrix.</summary>
        Pointwise,

        /// <summary>One filter a channel.</summary>
        Depthwise,
    }

    private sealed class ConvStep(ConvLayer layer, Epilogue epilogue, ConvForm form) : Step
    {
        public override string Kernel => NameOf(form) + (Weights[0].Expansion is null ? "" : ".Expanded");

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override bool MayAddResidual => form != ConvForm.Depthwise;

        // A depthwise layer takes longer for its work; planes of three dimensions are not divided.
        public override bool IsDivisible => MultiplyAdds >= (form == ConvForm.Depthwise ? LeastDivided / 4 : LeastDivided)
            && (form == ConvForm.Pointwise ? layer.Batch * layer.Window.OutLength : layer.Window.Height.Out) > 1
            && layer.Window.Depth == WindowAxis.Missing;

        public override void Emit(StepWriter writer)
        {
            string bias = Weights.Length > 1 ? writer.Weight(1) : "default";
            string operands = $"{writer.Input(0)}, {writer.Weight(0)}, {bias}, {(form == ConvForm.Depthwise ? "" : writer.Residual + ", ")}{writer.Output(0)}";
            if (form == ConvForm.Pointwise)
            {
                writer.Line($"Gemm.Run({operands}, rows: {layer.Batch * layer.Window.OutLength}, depth: {layer.InChannels}, columns: {layer.OutChannels}, {epilogue.Activation.Expression});");
                return;
            }

            ConvShapeText.Write(writer, layer);
            writer.Line(form switch
            {
                ConvForm.Depthwise => $"ChannelsLastDepthwise.Run({operands}, shape, {epilogue.Activation.Expression});",
                ConvForm.PlainInput => $"ChannelsLastConvolution.RunPlainInput({operands}, {writer.Workspace}, shape, {epilogue.Activation.Expression});",
                _ => $"ChannelsLastConvolution.Run({operands}, {writer.Workspace}, shape, {epilogue.Activation.Expression});",
            });
        }
    }
}
