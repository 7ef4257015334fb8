using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Reduction;

/// <summary>ArgMax and ArgMin: a walk along the axis that remembers the best place.</summary>
internal sealed class ArgKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { } arithmetic) return null;
        AxisView view = ArgExtremes.View(node, context.Lengths(node.Inputs[0]));
        return new ArgStep(node, view, arithmetic)
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = [node.Outputs[0]],
            Summary = AxisText.Of(node, view),
        };
    }

    private sealed class ArgStep(Node node, AxisView view, Arithmetic arithmetic) : Step
    {
        public override string Kernel => "Arg.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            string comparison = (node.Operator.Name == "ArgMax" ? ">" : "<") + (node.Attributes.Int("select_last_index", 0) != 0 ? "=" : "");
            using var nest = new LoopScope(writer);
            nest.Loop("o", view.Outer).Loop("i", view.Inner);
            string start = nest.Index(("o", view.Length * view.Inner), ("i", 1));
            string[] all = [.. new[] { "o", "i" }, "k"];
            string element = LoopScope.Index(nest.Has("o") ? nest.Has("i") ? all : ["o", "k"] : nest.Has("i") ? ["i", "k"] : ["k"], ("o", view.Length * view.Inner), ("k", view.Inner), ("i", 1));
            writer.Line("int place = 0;");
            writer.Line($"{arithmetic.Type} best = {writer.Input(0)}[{start}];");
            using (writer.Block($"for (int k = 1; k < {view.Length}; k++)"))
            {
                writer.Line($"{arithmetic.Type} value = {writer.Input(0)}[{element}];");
                writer.Line($"if (!(value {comparison} best)) continue;");
                writer.Line("best = value;");
                writer.Line("place = k;");
            }

            writer.Line($"{writer.Output(0)}[{nest.Index(("o", view.Inner), ("i", 1))}] = place;");
        }
    }
}
