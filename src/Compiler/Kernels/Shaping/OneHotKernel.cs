using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>OneHot: everything off, then one element an index on.</summary>
internal sealed class OneHotKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Outputs[0])) || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        int axis = OneHot.Axis(context.Parameters(node));
        int[] y = context.Lengths(node.Outputs[0]);
        bool isChecked = context.Constant(node.Inputs[1]) is null;
        if (isChecked && !CopyPlan.CanMove(context.ElementType(node.Inputs[1]))) return null;
        return new OneHotStep(isChecked, context.ElementType(node.Inputs[0]), (int)Positions.Product(y.Take(axis)), y[axis], (int)Positions.Product(y.Skip(axis + 1)))
        {
            Nodes = group.Nodes,
            Inputs = isChecked ? [node.Inputs[0], node.Inputs[2], node.Inputs[1]] : [node.Inputs[0], node.Inputs[2]],
            Outputs = [node.Outputs[0]],
            Summary = "OneHot to " + Shape.Of(y),
        };
    }

    /// <summary>The indices are outer × inner; the output is outer × depth × inner.</summary>
    private sealed class OneHotStep(bool isChecked, ElementType indices, int outer, int depth, int inner) : Step
    {
        public override string Kernel => "OneHot";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string y = writer.Output(0);
            string length = IndexText.Number(depth);
            if (isChecked)
            {
                writer.Line(RunTimeParameters.Why);
                writer.Line($"ShapeCheck.Depth({RunTimeParameters.Label(Nodes[0])}, (double){writer.Input(2)}[0], {length});");
            }

            writer.Line($"{y}.Fill({writer.Input(1)}[0]);");
            if (outer == 0 || inner == 0 || depth == 0) return;
            using (writer.Block($"for (int i = 0; i < {IndexText.Number(outer * inner)}; i++)"))
            {
                writer.Line($"long index = unchecked((long){(indices.IsShortFloat() ? "(float)" : "")}{writer.Input(0)}[i]);");
                writer.Line($"if (index < 0) index += {length};");
                string at = inner == 1 ? $"(i * {length}) + (int)index"
                    : $"(((i / {IndexText.Number(inner)} * {length}) + (int)index) * {IndexText.Number(inner)}) + (i % {IndexText.Number(inner)})";
                writer.Line($"if (index >= 0 && index < {length}) {y}[{at}] = {writer.Input(1)}[1];");
            }
        }
    }
}
