using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>A depthwise convolution between pointwise ones that is computed by bands of rows, through RedGen.Runtime.</summary>
/// <param name="Expansion">The pointwise convolution before; null for none.</param>
/// <param name="Depthwise">The depthwise convolution.</param>
/// <param name="Projection">The pointwise convolution behind.</param>
internal sealed record DepthwiseBlock(FloatConvolution? Expansion, FloatConvolution Depthwise, FloatConvolution Projection)
{
    /// <summary>All nodes, in topological order.</summary>
    public ImmutableArray<Node> Nodes { get; init; } = [];

    /// <summary>The scratch memory that it takes.</summary>
    public DepthwiseBlockWorkspace Workspace { get; } = WorkspaceOf(Depthwise.Layer, Expansion is not null);

    private IEnumerable<FloatConvolution> Parts => Expansion is null ? [Depthwise, Projection] : [Expansion, Depthwise, Projection];

    /// <summary>Plans the step.</summary>
    public Step Plan(KernelContext context)
    {
        string input = Parts.First().Node.Inputs[0];
        string? residual = Projection.Epilogue.Residual;
        return new BlockStep(this)
        {
            Nodes = Nodes,
            Inputs = residual is null ? [input] : [input, residual],
            InputNames = ["x", "residual"],
            Outputs = [Projection.Output],
            Weights =
            [
                .. Expansion is null ? [] : Packed(Expansion, "Expansion", ChannelsLastConvKernel.PointwiseWeights(Expansion)),
                .. Packed(Depthwise, "", ChannelsLastConvKernel.DepthwiseWeights(Depthwise)),
                .. Packed(Projection, "Projection", ChannelsLastConvKernel.PointwiseWeights(Projection)),
            ],
            WorkspaceLength = (int)Workspace.Length,
            InPlaceInputs = InPlace(input, residual),
            MultiplyAdds = Parts.Sum(static p => p.Layer.MultiplyAdds),
            Cost = SumOf([.. Parts.Select(p => LoweringCounter.CostOf(SplitLayer.OfConv(p.Layer, p.Weights, context.Hashed(p.Node.Inputs[1]))))]),
            Summary = "Conv " + string.Join("; ", Parts.Select(static p => p.Layer.Text + p.Epilogue.Text + p.Hashed?.Text)) + ", by rows, channels last",
        };
    }

    private static DepthwiseBlockWorkspace WorkspaceOf(ConvLayer layer, bool expanded)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        return new DepthwiseBlockWorkspace(layer.InChannels, [height.In, width.In], [height.Out, width.Out], height.Kernel, height.Stride, height.Dilation, expanded);
    }

    private static IEnumerable<Weight> Packed(FloatConvolution part, string role, Weight weights)
    {
        yield return weights with { Role = role + "Weights" };
        if (part.Bias is { } bias) yield return Weight.Of(role + "Bias", bias);
    }

    /// <summary>Behind an expansion the rows of the input that a band's output overwrites have all been read; without one the next band reads them again.</summary>
    private ImmutableArray<int> InPlace(string input, string? residual)
    {
        WindowAxis height = Depthwise.Layer.Window.Height;
        bool overInput = Expansion is not null && height.Stride == 1 && Depthwise.Layer.Window.Width.Stride == 1 && height.Before <= (height.Kernel - 1) * height.Dilation
            && Depthwise.Layer.Window.InLength == Depthwise.Layer.Window.OutLength && Expansion.Layer.InChannels == Projection.Layer.OutChannels;
        if (residual is null) return overInput ? [0] : [];
        return residual != input ? [1] : overInput ? [0, 1] : [];
    }

    /// <summary>The cost of all parts; those that are not hashed count every multiply-add.</summary>
    private LoweringCount? SumOf(LoweringCount?[] costs)
    {
        if (costs.All(static c => c is null)) return null;
        LoweringCount[] all = [.. Parts.Zip(costs, static (p, c) => c ?? new LoweringCount("", p.Layer.MultiplyAdds, p.Layer.MultiplyAdds, p.Weights.Length) { TrueMultiplications = p.Layer.MultiplyAdds })];
        string lowering = string.Join("; ", all.Select(static c => c.Lowering).Where(static l => l.Length > 0).Distinct());
        return new LoweringCount(lowering, all.Sum(static c => c.Multiplications), all.Sum(static c => c.Additions), all.Sum(static c => c.ValuesPerColumn))
        {
            TrueMultiplications = all.Sum(static c => c.TrueMultiplications),
        };
    }

    private sealed class BlockStep(DepthwiseBlock block) : Step
    {
        public override string Stem => "ConvBlock";

        public override string Kernel => "ChannelsLast.DepthwiseBlock";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            ConvShapeText.Write(writer, block.Depthwise.Layer);
            string addend = block.Projection.Epilogue.Residual is null ? "default" : writer.Input(1);
            string channels = $"outChannels: {block.Projection.Layer.OutChannels}, ";
            string filters = $"{writer.WeightOf("Weights")}, {writer.WeightOf("Bias")}, {writer.WeightOf("ProjectionWeights")}, {writer.WeightOf("ProjectionBias")},";
            string last = $"activation: {block.Depthwise.Epilogue.Activation.Expression}, last: {block.Projection.Epilogue.Activation.Expression});";
            writer.Line(block.Expansion is null ? "DepthwiseBlock.Run(" : "DepthwiseBlock.RunExpanded(");
            using System.IDisposable indent = writer.Code.Indent();
            writer.Line(writer.Input(0) + ", " + (block.Expansion is null ? "" : writer.WeightOf("ExpansionWeights") + ", " + writer.WeightOf("ExpansionBias") + ", ") + filters);
            writer.Line($"{addend}, {writer.Output(0)}, {writer.Workspace}, shape,");
            writer.Line(block.Expansion is { } first ? $"inChannels: {first.Layer.InChannels}, {channels}first: {first.Epilogue.Activation.Expression}, {last}" : channels + last);
        }
    }
}
