using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>ConvTranspose of floats with constant weights through RedGen.Runtime: the weights are packed at build time, bias and activation fused.</summary>
internal sealed class TransposedConvKernel : Kernel
{
    /// <summary>Floats of products of a band (<c>TransposedConvShape.BandFloats</c>).</summary>
    private const int BandFloats = 32768;

    /// <summary>Output channels of a group up to which places, not channels, are the lanes.</summary>
    private const int PlaneChannels = 8;

    /// <summary>Floats of workspace beyond which plain loops serve better.</summary>
    private const long WorkspaceLimit = 1 << 26;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (context.ElementType(node.Inputs[0]) != ElementType.Float32 || context.Constant(node.Inputs[1]) is not { } w) return null;
        if (Epilogue.TryRead(group.Nodes, context) is not { Residual: null } epilogue) return null;
        Tensor? bias = node.HasInput(2) ? context.Constant(node.Inputs[2]) : null;
        if (node.HasInput(2) && bias is null) return null;
        var layer = TransposedConvLayer.Read(node, context);
        if (layer.IsEmpty || !layer.Window.IsSpatial) return null;
        ReducibleLayer matrix = ReducibleLayer.Read(context.Graph, node)!;
        var hashed = HashedConstants.TryRead(node.Inputs[1], matrix.ToRows(w), context);
        TransposedForm form = FormOf(layer, hashed is not null);
        long workspace = WorkspaceLength(layer, form);
        if (workspace > WorkspaceLimit) return null;
        ImmutableArray<Weight> constants = [hashed?.ToTransposedPanels(layer.Groups, layer.Window.KernelLength)
            ?? Weight.Of("Weights", Pack(w, layer, form))];
        if (Epilogue.Sum(bias?.AsSpan<float>().ToArray(), epilogue.Bias) is { } sum) constants = constants.Add(Weight.Of("Bias", sum));
        return new TransposedConvStep(layer, epilogue.Activation, form)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            InputNames = ["x"],
            Outputs = [group.Last.Outputs[0]],
            Weights = constants,
            WorkspaceLength = (int)workspace,
            MultiplyAdds = layer.MultiplyAdds,
            Cost = hashed is null ? null : TransposedConvCost.Of(layer.Pointwise, hashed.Matrix, layer.Window.KernelLength, layer.Results),
            Summary = layer.Text + epilogue.Text + hashed?.Text,
        };
    }

    private static float[] Pack(Tensor w, TransposedConvLayer layer, TransposedForm form)
    {
        float[] weights = w.AsSpan<float>().ToArray();
        WindowAxis[] axes = [layer.Window.Depth, layer.Window.Height, layer.Window.Width];
        return form switch
        {
            TransposedForm.Planes => TransposedPlanePacking.Pack(weights, layer.Groups, layer.InChannels),
            TransposedForm.Phases => TransposedPhasePacking.Pack(
                weights, layer.Groups, layer.InChannels, layer.OutChannels, [.. axes.Select(a => a.Kernel)], [.. axes.Select(a => a.Stride)], [.. axes.Select(a => a.Before)]),
            _ => PackPanels(weights, layer.Groups, layer.InChannels / layer.Groups),
        };
    }

    /// <summary>For each group its filters, [input channel, output channel and tap], in panels.</summary>
    private static float[] PackPanels(float[] weights, int groups, int depth)
    {
        int group = weights.Length / groups;
        return [.. Enumerable.Range(0, groups).SelectMany(g => PanelPacking.Pack(weights.AsSpan(g * group, group).ToArray(), depth, group / depth, transposed: false))];
    }

    /// <summary>Without dilation every remainder by the strides is a convolution of its own. More of them than taps would mostly write the bias.</summary>
    private static bool HasFewPhases(WindowGeometry window) =>
        window.Axes.All(a => a.Dilation == 1 && a.Stride <= Math.Max(a.Kernel, 2));

    private static TransposedForm FormOf(TransposedConvLayer layer, bool isHashed)
    {
        if (isHashed) return TransposedForm.Gemm;
        bool fillsPlanes = layer.Window.Depth == WindowAxis.Missing && layer.OutChannels / layer.Groups <= PlaneChannels && layer.Window.OutLength >= TransposedPlaneWorkspace.LeastPlaces;
        return fillsPlanes ? TransposedForm.Planes : HasFewPhases(layer.Window) ? TransposedForm.Phases : TransposedForm.Gemm;
    }

    private static long WorkspaceLength(TransposedConvLayer layer, TransposedForm form)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        return form switch
        {
            TransposedForm.Planes => TransposedPlaneWorkspace.Length(
                layer.InChannels / layer.Groups, layer.OutChannels / layer.Groups, [height.Out, width.Out], [height.In, width.In], [height.Kernel, width.Kernel], [height.Stride, width.Stride],
                [height.Dilation, width.Dilation]),
            TransposedForm.Phases => PhaseWorkspace(layer),
            _ => Workspace(layer),
        };
    }

    /// <summary>As <c>TransposedPhases.WorkspaceLength</c>.</summary>
    private static long PhaseWorkspace(TransposedConvLayer layer) =>
        (2 * layer.Window.KernelLength) + 384 + ((long)layer.InChannels * layer.Window.OutLength) + ((long)layer.OutChannels * layer.Window.InLength);

    private static long Workspace(TransposedConvLayer layer)
    {
        long columns = (long)layer.OutChannels / layer.Groups * layer.Window.KernelLength;
        return Math.Min(layer.Window.OutLength, Math.Max(1, BandFloats / columns)) * ((layer.InChannels / layer.Groups) + columns);
    }

    private enum TransposedForm
    {
        /// <summary>A product of matrices whose columns are added up where they belong: any.</summary>
        Gemm,

        /// <summary>A convolution over channels for each remainder by the strides.</summary>
        Phases,

        /// <summary>Products over places, which rows of the output add up.</summary>
        Planes,
    }

    private sealed class TransposedConvStep(TransposedConvLayer layer, FusedActivation activation, TransposedForm form) : Step
    {
        public override string Kernel => "ConvTranspose." + form;

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            WriteShape(writer);
            string bias = Weights.Length > 1 ? writer.Weight(1) : "default";
            writer.Line($"{(form == TransposedForm.Gemm ? "TransposedConvolution" : "Transposed" + form)}.Run({writer.Input(0)}, {writer.Weight(0)}, {bias}, {writer.Output(0)}, {writer.Workspace}, shape, {activation.Expression});");
        }

        private void WriteShape(StepWriter writer)
        {
            // The axes are those of the convolution whose gradient it is: In is the output's length.
            (WindowAxis d, WindowAxis h, WindowAxis w) = (layer.Window.Depth, layer.Window.Height, layer.Window.Width);
            writer.Line("var shape = new TransposedConvShape(");
            using (writer.Code.Indent())
            {
                if (layer.Batch == 1 && d == WindowAxis.Missing)
                {
                    writer.Line($"groups: {layer.Groups}, inChannels: {layer.InChannels}, outChannels: {layer.OutChannels},");
                    writer.Line($"inHeight: {h.Out}, inWidth: {w.Out}, outHeight: {h.In}, outWidth: {w.In},");
                    writer.Line($"kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                    writer.Line($"dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation}, padTop: {h.Before}, padLeft: {w.Before});");
                    return;
                }

                writer.Line($"batch: {layer.Batch}, groups: {layer.Groups}, inChannels: {layer.InChannels}, outChannels: {layer.OutChannels},");
                writer.Line($"inDepth: {d.Out}, inHeight: {h.Out}, inWidth: {w.Out}, outDepth: {d.In}, outHeight: {h.In}, outWidth: {w.In},");
                writer.Line($"kernelDepth: {d.Kernel}, kernelHeight: {h.Kernel}, kernelWidth: {w.Kernel},");
                writer.Line($"strideDepth: {d.Stride}, strideHeight: {h.Stride}, strideWidth: {w.Stride},");
                writer.Line($"dilationDepth: {d.Dilation}, dilationHeight: {h.Dilation}, dilationWidth: {w.Dilation},");
                writer.Line($"padDepth: {d.Before}, padTop: {h.Before}, padLeft: {w.Before});");
            }
        }
    }
}
