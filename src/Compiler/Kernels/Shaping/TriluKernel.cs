using System;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Trilu: each row is cut in two, one part copied and the other cleared.</summary>
internal sealed class TriluKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        InferenceContext parameters = context.Parameters(node);
        int[] x = context.Lengths(node.Inputs[0]);
        bool atRunTime = parameters.HasInput(1) && parameters.Constant(1) is null;
        int? k = atRunTime ? null : parameters.HasInput(1) ? (int)Math.Max(-x[^2], Math.Min(x[^1], parameters.RequireIntegers(1, "k")[0])) : 0;
        bool upper = node.Attributes.Int("upper", 1) != 0;
        return new TriluStep(context.Count(node.Inputs[0]), x[^2], x[^1], k, upper)
        {
            Nodes = group.Nodes,
            Inputs = atRunTime ? [node.Inputs[0], node.Inputs[1]] : [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            InPlaceInputs = [0],
            Summary = (upper ? "Upper" : "Lower") + " triangle of " + Shape.Of(x),
        };
    }

    private sealed class TriluStep(int count, int rows, int columns, int? k, bool upper) : Step
    {
        public override string Kernel => "Trilu";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (count == 0)
            {
                writer.Line("// The tensor is empty.");
                return;
            }

            string x = writer.Input(0);
            string y = writer.Output(0);
            string width = IndexText.Number(columns);
            if (k is null) writer.Line($"int k = (int)Math.Max(-{IndexText.Number(rows)}L, Math.Min({width}L, {writer.Input(1)}[0]));");
            using (writer.Block($"for (int i = 0; i < {IndexText.Number(count / columns)}; i++)"))
            {
                string row = count / columns == rows ? "i" : $"(i % {IndexText.Number(rows)})";
                var cut = new IndexText().Add(row).Add(k is null ? "k" : "");
                int offset = (k ?? 0) + (upper ? 0 : 1);
                string edge = cut + (offset == 0 ? "" : offset > 0 ? " + " + IndexText.Number(offset) : " - " + IndexText.Number(-offset));
                writer.Line($"int cut = Math.Max(0, Math.Min({width}, {edge}));");
                writer.Line($"ReadOnlySpan<{Type(writer)}> from = {x}.Slice(i * {width}, {width});");
                writer.Line($"Span<{Type(writer)}> to = {y}.Slice(i * {width}, {width});");
                writer.Line(upper ? "to.Slice(0, cut).Clear();" : "from.Slice(0, cut).CopyTo(to);");
                writer.Line(upper ? "from.Slice(cut).CopyTo(to.Slice(cut));" : "to.Slice(cut).Clear();");
            }
        }

        private string Type(StepWriter writer) => writer.Plan.Buffers[Outputs[0]].ElementType.CSharpName()!;
    }
}
