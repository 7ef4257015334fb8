using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>BatchNormalization as plain loops: statistics computed at run time, and other element types.</summary>
internal sealed class BatchNormLoopKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        Arithmetic?[] types = [.. node.Inputs.Select(i => Arithmetic.Of(context.ElementType(i)))];
        if (!group.IsSingle || types.Any(t => t is null) || BatchNormalization.IsTraining(node)) return null;
        AxisView view = BatchNormalization.View(node, context.Lengths(node.Inputs[0]));
        return new BatchNormLoopStep(node, view, [.. types.Select(t => t!)])
        {
            Nodes = group.Nodes,
            Inputs = node.Inputs,
            Outputs = [node.Outputs[0]],
            MultiplyAdds = context.Count(node.Inputs[0]),
            Summary = $"BatchNormalization of {view.Length} channels, in {types[0]!.Type}",
        };
    }

    private sealed class BatchNormLoopStep(Node node, AxisView view, Arithmetic[] types) : Step
    {
        public override string Kernel => "BatchNorm.Loops";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            using var nest = new LoopScope(writer);
            nest.Loop("n", view.Outer).Loop("channel", view.Length);
            string c = nest.Index(("channel", 1));
            string Channel(int input) => types[input].Load(writer.Input(input) + "[" + c + "]");
            string epsilon = CSharpLiteral.Of((double)node.Attributes.Float("epsilon", 1e-5f));
            writer.Line($"double scale = {Channel(1)} / Math.Sqrt({Channel(4)} + {epsilon});");
            writer.Line($"double shift = {Channel(2)} - (scale * {Channel(3)});");
            nest.Loop("i", view.Inner);
            string at = nest.Index(("n", view.Length * view.Inner), ("channel", view.Inner), ("i", 1));
            string value = $"(({types[0].Load(writer.Input(0) + "[" + at + "]")} * scale) + shift)";
            writer.Line($"{writer.Output(0)}[{at}] = {(types[0].Type == "double" ? value : "(" + types[0].Type + ")" + value)};");
        }
    }
}
