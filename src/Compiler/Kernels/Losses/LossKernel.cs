using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Losses;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Losses;

/// <summary>NegativeLogLikelihoodLoss: one score a target, weighted, and added up unless every element keeps its loss.</summary>
internal sealed class LossKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } type) return null;
        AxisView view = AxisView.Of(context.Lengths(node.Inputs[0]), 1);
        return new LossStep(LossReduction.Of(node), view, type)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            InputNames = ["scores", "targets", "weights"],
            Outputs = [node.Outputs[0]],
            MultiplyAdds = context.Count(node.Inputs[1]),
            Summary = $"{node.Operator.Name} of {view.Length} classes",
        };
    }

    private sealed class LossStep(LossReduction reduction, AxisView view, Arithmetic type) : Step
    {
        public override string Kernel => "Loss.Loops";

        private bool HasWeights => Inputs.Length > 2;

        private bool IsMean => reduction.Kind == "mean";

        public override void Emit(StepWriter writer)
        {
            if (!reduction.IsNone) writer.Line($"{type.Sum} total = {type.Zero};");
            if (IsMean && HasWeights) writer.Line($"{type.Sum} divisor = {type.Zero};");
            else if (IsMean) writer.Line("int divisor = 0;");
            if (view.Outer > 0 && view.Inner > 0) WriteLoops(writer);
            if (!reduction.IsNone) writer.Line($"{writer.Output(0)}[0] = {type.Store(IsMean ? "(total / divisor)" : "total")};");
        }

        private void WriteLoops(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            // What is ignored is left by 'continue'.
            nest.Loop("n", view.Outer, always: reduction.IgnoreIndex is not null).Loop("i", view.Inner);
            string at = nest.Index(("n", view.Inner), ("i", 1));
            writer.Line($"long target = {writer.Input(1)}[{at}];");
            if (reduction.IgnoreIndex is { } ignored)
            {
                using (writer.Block($"if (target == {CSharpLiteral.Of(ElementType.Int64, ignored)})"))
                {
                    if (reduction.IsNone) writer.Line($"{writer.Output(0)}[{at}] = {type.Store(type.Zero)};");
                    writer.Line("continue;");
                }
            }

            using (writer.Block($"if (target < 0L || target >= {view.Length}L)"))
                writer.Line($"throw new ArgumentOutOfRangeException(\"targets\", target, \"{Nodes[0].Operator.Name}: a target is outside the {view.Length} classes.\");");
            string sample = nest.Index(("n", view.Length * view.Inner), ("i", 1));
            string place = view.Inner == 1 ? "(int)target" : $"((int)target * {view.Inner})";
            string score = type.Load($"{writer.Input(0)}[{(sample == "0" ? place : "(" + sample + ") + " + place)}]");
            if (HasWeights) writer.Line($"{type.Sum} weight = {type.Load(writer.Input(2) + "[(int)target]")};");
            string loss = HasWeights ? $"(weight * {score})" : score;
            writer.Line(reduction.IsNone ? $"{writer.Output(0)}[{at}] = {type.Store("(-" + loss + ")")};" : $"total -= {loss};");
            if (IsMean) writer.Line(HasWeights ? "divisor += weight;" : "divisor++;");
        }
    }
}
