using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Gather: a copy by a table where the indices are constant, else a loop over the indices that checks each.</summary>
internal sealed class GatherKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(group.Head.Outputs[0]))) return null;
        Node node = group.Head;
        int axis = Gather.Axis(context.Parameters(node));
        int[] x = context.Lengths(node.Inputs[0]);
        int outer = (int)Positions.Product(x.Take(axis));
        int inner = (int)Positions.Product(x.Skip(axis + 1));
        int count = context.Count(node.Inputs[1]);
        string summary = $"Gather {context.Type(node.Inputs[1]).Shape} slices along axis {axis.ToString(CultureInfo.InvariantCulture)} of {Shape.Of(x)}";
        if (context.Constant(node.Inputs[1]) is { } constant)
        {
            int[] map = [.. IndexCheck.Normal(constant, x[axis]).Select(i => unchecked(i * inner))];
            StridedCopy? copy = context.Count(node.Outputs[0]) == 0 ? null : StridedCopy.Create(0, 0, 0, 0,
            [
                new CopyAxis(outer, x[axis] * inner, count * inner), new CopyAxis(count, 0, inner, map), new CopyAxis(inner, 1, 1),
            ]);
            return CopyPlan.Make(node, [node.Inputs[0]], [copy], context, summary);
        }

        return new GatherStep(outer, x[axis], inner, count)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0], node.Inputs[1]],
            Outputs = [node.Outputs[0]],
            Summary = summary,
        };
    }

    /// <summary>The data are outer × axis × inner; the output is outer × count × inner.</summary>
    private sealed class GatherStep(int outer, int axis, int inner, int count) : Step
    {
        public override string Kernel => "Gather";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string x = writer.Input(0);
            string y = writer.Output(0);
            if (count == 0)
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            using (writer.Block($"for (int j = 0; j < {IndexText.Number(count)}; j++)"))
            {
                RunTimeIndex.Emit(writer, writer.Input(1), "j", axis, "index");
                if (outer == 0 || inner == 0) return;
                string from = new IndexText().Add(outer == 1 ? "" : $"(i * {IndexText.Number(axis * inner)})").Add("index", inner).ToString();
                string to = new IndexText().Add(outer == 1 ? "" : $"(i * {IndexText.Number(count * inner)})").Add("j", inner).ToString();
                string copy = inner == 1 ? $"{y}[{to}] = {x}[{from}];"
                    : $"{x}.Slice({from}, {IndexText.Number(inner)}).CopyTo({y}.Slice({to}, {IndexText.Number(inner)}));";
                writer.Line(outer == 1 ? copy : $"for (int i = 0; i < {IndexText.Number(outer)}; i++) {copy}");
            }
        }
    }
}
