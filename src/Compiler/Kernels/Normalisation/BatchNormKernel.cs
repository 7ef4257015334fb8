using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>A BatchNormalization of floats that could not be folded into a layer: one multiplication and one addition an element.</summary>
internal sealed class BatchNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32 || BatchNormalization.IsTraining(node)) return null;
        float[]?[] constants = [.. node.Inputs.Skip(1).Take(4).Select(i => context.Constant(i) is { ElementType: ElementType.Float32 } c ? c.AsSpan<float>().ToArray() : null)];
        if (constants.Any(c => c is null)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        AxisView view = BatchNormalization.View(node, x);
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        var scale = new float[view.Length];
        var shift = new float[view.Length];
        for (int c = 0; c < view.Length; c++)
        {
            double factor = constants[0]![c] / Math.Sqrt(constants[3]![c] + epsilon);
            scale[c] = (float)factor;
            shift[c] = (float)(constants[1]![c] - (factor * constants[2]![c]));
        }

        ImmutableArray<Weight> weights = [Weight.Of("Scale", scale), Weight.Of("Shift", shift)];
        return new BatchNormStep(view)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Weights = weights,
            InPlaceInputs = [0],
            MultiplyAdds = context.Count(node.Outputs[0]),
            Summary = $"BatchNormalization of {view.Length} channels",
        };
    }

    private sealed class BatchNormStep(AxisView view) : Step
    {
        public override string Kernel => "BatchNorm.Scale";

        public override void Emit(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            nest.Loop("n", view.Outer).Loop("channel", view.Length);
            string c = nest.Index(("channel", 1));
            writer.Line($"float scale = {writer.Weight(0)}[{c}];");
            writer.Line($"float shift = {writer.Weight(1)}[{c}];");
            string start = nest.Index(("n", view.Length * view.Inner), ("channel", view.Inner));
            if (view.Inner == 1)
            {
                writer.Line($"{writer.Output(0)}[{start}] = ({writer.Input(0)}[{start}] * scale) + shift;");
                return;
            }

            writer.Line($"ReadOnlySpan<float> from = {writer.Input(0)}.Slice({start}, {view.Inner});");
            writer.Line($"Span<float> to = {writer.Output(0)}.Slice({start}, {view.Inner});");
            writer.Line("RowMath.Normalise(from, to, center: 0f, scale, shift);");
        }
    }
}
