using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>Convolutions of floats with constant weights, through RedGen.Runtime: the weights are packed at build time, bias, residual and activation fused.</summary>
internal sealed class ConvKernel : Kernel
{
    /// <summary>Floats of workspace beyond which plain loops serve better: only absurd paddings or dilations ask for that.</summary>
    private const long WorkspaceLimit = 1 << 26;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (FloatConvolution.TryRead(group, context) is not { } read || IsHuge(read.Layer)) return null;
        (ConvLayer layer, Epilogue epilogue, HashedConstants? hashed) = (read.Layer, read.Epilogue, read.Hashed);
        string input = read.Node.Inputs[0];
        bool depthwise = layer.IsDepthwise && layer.Window.Depth == WindowAxis.Missing && epilogue.Residual is null;
        ImmutableArray<Weight> constants = [hashed is null
            ? Weight.Of("Weights", depthwise ? read.Weights : ConvBlockPacking.Pack(read.Weights, layer.Groups, layer.OutChannels, layer.Taps))
            : depthwise ? hashed.ToRows() : hashed.ToConvBlocks(layer.Groups)];
        if (read.Bias is { } bias) constants = constants.Add(Weight.Of("Bias", bias));
        bool inPlace = epilogue.Residual is not null && epilogue.Residual != input;
        return new ConvStep(layer, epilogue, depthwise)
        {
            Nodes = group.Nodes,
            Inputs = epilogue.Residual is { } residual ? [input, residual] : [input],
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = constants,
            WorkspaceLength = depthwise ? Workspace(layer).DepthwiseLength : Workspace(layer).Length,
            InPlaceInputs = inPlace ? [1] : [],
            MultiplyAdds = layer.MultiplyAdds,
            KernelWork = ConvWork.OverPlanes(layer),
            Cost = LoweringCounter.CostOf(SplitLayer.OfConv(layer, read.Weights, context.Hashed(read.Node.Inputs[1]))),
            Summary = "Conv " + layer.Text + epilogue.Text + hashed?.Text,
        };
    }

    private static ConvWorkspace Workspace(ConvLayer layer)
    {
        WindowAxis[] axes = layer.Window.Axes;
        return new ConvWorkspace(
            layer.Groups, layer.InChannels, [.. axes.Select(a => a.In)], [.. axes.Select(a => a.Out)], [.. axes.Select(a => a.Kernel)],
            [.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Dilation)], [.. axes.Select(a => a.Before)]);
    }

    /// <summary>Whether the least band of prepared input that the runtime can work with is out of proportion.</summary>
    private static bool IsHuge(ConvLayer layer)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        double rowLength = (width.Out + ((width.Kernel - 1.0) * width.Dilation / width.Stride) + 1) * width.Stride;
        double rows = ((Math.Min(height.Out, 24) - 1.0) * height.Stride) + ((height.Kernel - 1.0) * height.Dilation) + 1;
        return (double)layer.InChannels * layer.Window.Depth.Kernel * rowLength * rows > WorkspaceLimit;
    }

    private sealed class ConvStep(ConvLayer layer, Epilogue epilogue, bool depthwise) : Step
    {
        public override string Kernel => (depthwise ? "Conv.Depthwise" : "Conv.Simd") + (Weights[0].Expansion is null ? "" : ".Expanded");

        public override bool MayAddResidual => !depthwise;

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            ConvShapeText.Write(writer, layer);
            string bias = Weights.Length > 1 ? writer.Weight(1) : "default";
            string addend = depthwise ? "" : writer.Residual + ", ";
            string kernel = depthwise ? "DepthwiseConvolution" : "Convolution";
            writer.Line($"{kernel}.Run({writer.Input(0)}, {writer.Weight(0)}, {bias}, {addend}{writer.Output(0)}, {writer.Workspace}, shape, {epilogue.Activation.Expression});");
        }
    }
}
