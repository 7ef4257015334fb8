using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Sorting;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Sorting;

/// <summary>TopK: a heap along each line.</summary>
internal sealed class TopKKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        ElementType type = context.ElementType(node.Inputs[0]);
        if (!group.IsSingle || !DoubleText.Serves(type)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        int axis = TopK.Axis(context.Parameters(node));
        ImmutableArray<string> outputs = CopyPlan.TrimmedOutputs(node);
        bool hasBoth = node.HasOutput(0) && node.HasOutput(1);
        int[] y = context.Lengths(node.HasOutput(0) ? node.Outputs[0] : node.Outputs[1]);
        bool isChecked = RunTimeParameters.AreGiven(node, context, 1);
        AxisView view = AxisView.Of(x, axis);
        return new TopKStep(view, y[axis], isChecked)
        {
            Nodes = group.Nodes,
            Inputs = isChecked ? [node.Inputs[0], node.Inputs[1]] : [node.Inputs[0]],
            Outputs = outputs,
            // What is not asked for is needed on the way all the same.
            WorkspaceLength = hasBoth ? 0 : System.Math.Max(1, y[axis] == 0 ? 0 : ((y[axis] - 1) * view.Inner) + 1),
            WorkspaceType = node.HasOutput(0) ? ElementType.Int64 : type,
            Summary = $"The {IndexText.Number(y[axis])} {(node.Attributes.Int("largest", 1) != 0 ? "largest" : "smallest")} of {Shape.Of(x)} along axis {IndexText.Number(axis)}",
        };
    }

    private sealed class TopKStep(AxisView view, int count, bool isChecked) : Step
    {
        public override string Kernel => "TopK";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (isChecked)
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Lengths({RunTimeParameters.Label(Nodes[0])}, {writer.Input(1)}, [{IndexText.Number(count)}]);");
            }

            if (count == 0 || view.Outer == 0 || view.Inner == 0)
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            using var nest = new LoopScope(writer);
            nest.Loop("o", view.Outer).Loop("i", view.Inner);
            string from = nest.Index(("o", view.Length * view.Inner), ("i", 1));
            string to = nest.Index(("o", count * view.Inner), ("i", 1));
            string name = Nodes[0].Attributes.Int("largest", 1) != 0 ? "Largest" : "Smallest";
            writer.Line($"Ranking.{name}(");
            using (writer.Code.Indent())
            {
                writer.Line($"{From(writer.Input(0), from)}, length: {IndexText.Number(view.Length)}, stride: {IndexText.Number(view.Inner)}, count: {IndexText.Number(count)},");
                writer.Line($"{Target(writer, 0, to)}, {Target(writer, 1, to)});");
            }
        }

        private string Target(StepWriter writer, int output, string start)
            => output < Outputs.Length && Outputs[output].Length > 0 ? From(writer.Output(output), start) : writer.Workspace;

        private static string From(string span, string start) => start == "0" ? span : $"{span}.Slice({start})";
    }
}
