using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>LRN: for every element the sum of squares over its window of channels.</summary>
internal sealed class LrnKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        AxisView view = AxisView.Of(context.Lengths(node.Inputs[0]), 1);
        return new LrnStep(node, view, type)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = context.Count(node.Inputs[0]) * node.Attributes.Int("size", 1),
            Summary = $"LRN of {view.Length} channels over {node.Attributes.Int("size", 1)}",
        };
    }

    private sealed class LrnStep(Node node, AxisView view, Arithmetic type) : Step
    {
        public override string Kernel => "Lrn.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (view.Outer == 0 || view.Length == 0 || view.Inner == 0) return;
            (int before, int behind) = LRN.Window(node, view.Length);
            double factor = node.Attributes.Float("alpha", 1e-4f) / (double)node.Attributes.Int("size", 1);
            using var nest = new LoopScope(writer);
            nest.Loop("n", view.Outer).Loop("channel", view.Length, always: true);
            writer.Line($"int first = Math.Max(0, channel - {before});");
            writer.Line($"int last = Math.Min({view.Length - 1}, channel + {behind});");
            nest.Loop("i", view.Inner);
            string sample = nest.Index(("n", view.Length * view.Inner), ("i", 1));
            string place = sample == "0" ? "" : "(" + sample + ") + ";
            string at = nest.Index(("n", view.Length * view.Inner), ("channel", view.Inner), ("i", 1));
            writer.Line($"{type.Sum} squares = {type.Zero};");
            using (writer.Block("for (int c = first; c <= last; c++)"))
            {
                writer.Line($"{type.Sum} value = {type.Load($"{writer.Input(0)}[{place}(c * {view.Inner})]")};");
                writer.Line("squares += value * value;");
            }

            string divisor = $"Math.Pow({CSharpLiteral.Of((double)node.Attributes.Float("bias", 1))} + ({CSharpLiteral.Of(factor)} * squares), {CSharpLiteral.Of((double)node.Attributes.Float("beta", 0.75f))})";
            string quotient = $"({type.Load($"{writer.Input(0)}[{at}]")} / {divisor})";
            writer.Line($"{writer.Output(0)}[{at}] = {(type.Type == "double" ? quotient : "(" + type.Type + ")" + quotient)};");
        }
    }
}
