using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Sampling;

/// <summary>Dropout in training, or where run time decides: a uniform number is compared with the ratio for each element.</summary>
internal sealed class TrainingDropoutKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Arithmetic.Of(context.ElementType(node.Inputs[0])) is not { IsReal: true } arithmetic || !Dropout.MayTrain(node, context.Constant)) return null;
        return new TrainingStep(context, arithmetic.ElementType)
        {
            Nodes = group.Nodes,
            Inputs = [.. node.Inputs.Where(i => i.Length > 0)],
            Outputs = CopyPlan.TrimmedOutputs(node),
            Summary = "Dropout of " + context.Type(node.Inputs[0]).Shape + ", in training",
        };
    }

    private sealed class TrainingStep(KernelContext context, ElementType type) : Step
    {
        private Node Node => Nodes[0];

        public override string Kernel => "Random";

        public override void Emit(StepWriter writer)
        {
            RandomText.Begin(writer);
            string ratio = Node.HasInput(1) ? DoubleText.Load(context.ElementType(Node.Inputs[1]), writer.Input(1) + "[0]") : CSharpLiteral.Of(Dropout.Ratio(Node));
            writer.Line($"double ratio = {(Node.HasInput(2) ? $"{writer.Input(Inputs.Length - 1)}[0] ? {ratio} : 0d" : ratio)};");
            writer.Line("double scale = 1d / (1d - ratio);");
            using (writer.Block($"for (int i = 0; i < {CSharpLiteral.Of(context.Count(Node.Inputs[0]))}; i++)"))
            {
                writer.Line("bool isKept = random.NextUnit(53) >= ratio;");
                string kept = DoubleText.Store(type, DoubleText.Load(type, writer.Input(0) + "[i]") + " * scale");
                if (Outputs[0].Length > 0) writer.Line($"{writer.Output(0)}[i] = isKept ? {kept} : {CSharpLiteral.Of(type, 0, 0)};");
                if (Outputs.Length > 1) writer.Line($"{writer.Output(1)}[i] = {Mask(context.ElementType(Outputs[1]))};");
            }
        }

        private static string Mask(ElementType type) => type == ElementType.Bool ? "isKept" : $"isKept ? {CSharpLiteral.Of(type, 1, 1)} : {CSharpLiteral.Of(type, 0, 0)}";
    }
}
