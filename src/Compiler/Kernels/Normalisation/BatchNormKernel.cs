using System;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>A BatchNormalization of floats that could not be folded into a layer, and an activation behind it: one multiplication and one addition an element.</summary>
internal sealed class BatchNormKernel : Kernel, ILayoutKernel
{
    /// <summary>Whether a node is a BatchNormalization that the kernel serves.</summary>
    public static bool IsConstant(Node node, KernelContext context)
        => node.Operator.QualifiedName == "BatchNormalization" && !BatchNormalization.IsTraining(node) && context.ElementType(node.Inputs[0]) == ElementType.Float32
            && node.Inputs.Skip(1).Take(4).All(i => context.Constant(i) is { ElementType: ElementType.Float32 });

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!IsConstant(node, context) || Epilogue.TryRead(group.Nodes, context) is not { Bias: null, Residual: null } epilogue) return null;
        float[][] constants = [.. node.Inputs.Skip(1).Take(4).Select(i => context.Constant(i)!.AsSpan<float>().ToArray())];
        AxisView view = BatchNormalization.View(node, context.Lengths(node.Inputs[0]));
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        var scale = new float[view.Length];
        var shift = new float[view.Length];
        for (int c = 0; c < view.Length; c++)
        {
            double factor = constants[0][c] / Math.Sqrt(constants[3][c] + epsilon);
            scale[c] = (float)factor;
            shift[c] = (float)(constants[1][c] - (factor * constants[2][c]));
        }

        bool isLast = context.IsChannelsLast(node.Inputs[0]);
        return new BatchNormStep(isLast ? new AxisView(view.Outer * view.Inner, view.Length, 1) : view, epilogue.Activation)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [group.Last.Outputs[0]],
            Weights = [Weight.Of("Scale", scale), Weight.Of("Shift", shift)],
            InPlaceInputs = [0],
            MultiplyAdds = context.Count(node.Outputs[0]),
            Summary = $"BatchNormalization of {view.Length} channels" + epilogue.Text + (isLast ? ", channels last" : ""),
        };
    }

    private sealed class BatchNormStep(AxisView view, FusedActivation activation) : Step
    {
        public override string Kernel => "BatchNorm.Scale";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
            => writer.Line($"ChannelScale.Run({writer.Input(0)}, {writer.Weight(0)}, {writer.Weight(1)}, {writer.Output(0)}, outer: {view.Outer}, channels: {view.Length}, inner: {view.Inner}, {activation.Expression});");
    }
}
