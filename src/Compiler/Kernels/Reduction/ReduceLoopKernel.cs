using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>Reductions as plain loops, over any axes and for all element types.</summary>
internal sealed class ReduceLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || ReduceText.Of(node.Operator.Name, context.ElementType(node.Inputs[0])) is not { } text) return null;
        // A microcontroller has no doubles to compute roots and logarithms of integers in.
        if (context.Options.IsBareMetal && text.IsTruncated) return null;
        if (ReduceLayer.TryRead(node, context) is not { } layer) return null;
        return new ReduceLoopStep(layer, text)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = layer.Text,
        };
    }

    private sealed class ReduceLoopStep(ReduceLayer layer, ReduceText text) : Step
    {
        public override string Kernel => "Reduce.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            using var kept = new LoopScope(writer);
            foreach (ReduceAxis axis in layer.Axes.Where(a => !a.IsReduced)) kept.Loop(axis.Variable, axis.Length);
            string[] open = [.. layer.Axes.Select(a => a.Variable)];
            string x = writer.Input(0) + "[" + LoopScope.Index(open, [.. layer.Axes.Select(a => (a.Variable, a.Stride))]) + "]";
            string y = writer.Output(0) + "[" + LoopScope.Index(open, [.. layer.Axes.Select(a => (a.Variable, a.OutputStride))]) + "]";
            if (text.NeedsMaximum)
            {
                writer.Line($"{text.Type} max = {text.MaximumStart};");
                Over(writer, text.MaximumStep(x));
            }

            writer.Line($"{text.Type} total = {text.Start};");
            Over(writer, text.Step(x));
            writer.Line($"{y} = {text.Finish(layer.Count)};");
        }

        private void Over(StepWriter writer, string statement)
        {
            using var reduced = new LoopScope(writer);
            foreach (ReduceAxis axis in layer.Axes.Where(a => a.IsReduced)) reduced.Loop(axis.Variable, axis.Length);
            writer.Line(statement);
        }
    }
}
