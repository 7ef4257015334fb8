using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>LayerNormalization: three walks over each row, for the mean, the variance, and the result.</summary>
internal sealed class LayerNormKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        if (node.Outputs.Any(o => o.Length > 0 && context.ElementType(o).CSharpName() is null)) return null;
        int[] x = context.Lengths(node.Inputs[0]);
        AxisView view = LayerNormalization.View(node, x);
        if (node.Inputs.Skip(1).Any(i => i.Length > 0 && context.Count(i) != view.Length && context.Count(i) != 1)) return null;
        string[] operands = [.. node.Inputs.Where(i => i.Length > 0)];
        return new LayerNormStep(node, view, arithmetic, [.. operands.Select(context.Count)])
        {
            Nodes = group.Nodes,
            Inputs = [.. operands],
            Outputs = node.Outputs,
            MultiplyAdds = 2L * context.Count(node.Inputs[0]),
            Summary = AxisText.Of(node, view),
        };
    }

    private sealed class LayerNormStep(Node node, AxisView view, Arithmetic arithmetic, int[] counts) : Step
    {
        public override string Kernel => "LayerNorm.Loops";

        public override void Emit(StepWriter writer)
        {
            string sum = arithmetic.Sum;
            string narrow = sum == "float" ? "(float)" : "";
            string epsilon = sum == "float" ? CSharpLiteral.Of(node.Attributes.Float("epsilon", 1e-5f)) : CSharpLiteral.Of((double)node.Attributes.Float("epsilon", 1e-5f));
            if (view.Length == 0) return;
            using var nest = new LoopScope(writer);
            nest.Loop("row", view.Outer);
            string start = nest.Index(("row", view.Length));
            writer.Line($"ReadOnlySpan<{arithmetic.Type}> from = {writer.Input(0)}.Slice({start}, {view.Length});");
            writer.Line($"{sum} mean = {arithmetic.Zero};");
            writer.Line($"for (int i = 0; i < from.Length; i++) mean += {arithmetic.Load("from[i]")};");
            writer.Line($"mean /= {view.Length};");
            writer.Line($"{sum} variance = {arithmetic.Zero};");
            writer.Line($"for (int i = 0; i < from.Length; i++) variance += ({arithmetic.Load("from[i]")} - mean) * ({arithmetic.Load("from[i]")} - mean);");
            writer.Line($"{sum} inverse = {narrow}(1d / Math.Sqrt((variance / {view.Length}) + {epsilon}));");
            if (Outputs[0].Length > 0) WriteResult(writer, start);
            string outer = nest.Index(("row", 1));
            for (int i = 1; i < Outputs.Length; i++)
            {
                if (Outputs[i].Length == 0) continue;
                string value = i == 1 ? "mean" : "inverse";
                writer.Line($"{writer.Output(i)}[{outer}] = {(sum == "float" ? value : "(float)" + value)};");
            }
        }

        private void WriteResult(StepWriter writer, string start)
        {
            string Operand(int input) => arithmetic.Load(writer.Input(input) + (counts[input] == 1 ? "[0]" : "[i]"));
            string shift = counts.Length > 2 ? " + " + Operand(2) : "";
            writer.Line($"Span<{arithmetic.Type}> to = {writer.Output(0)}.Slice({start}, {view.Length});");
            writer.Line($"for (int i = 0; i < from.Length; i++) to[i] = {arithmetic.Store($"((({arithmetic.Load("from[i]")} - mean) * inverse * {Operand(1)}){shift})")};");
        }
    }
}
