using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Dropout in inference: a view, or where the mask is asked for, a copy and a mask of which everything is kept.</summary>
internal sealed class DropoutKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || Dropout.MayTrain(node, context.Constant) || !CopyPlan.CanMove(context.ElementType(node.Inputs[0]))) return null;
        string summary = "Dropout, which keeps all in inference";
        if (!node.HasOutput(1)) return ViewStep.Create(node, node.Inputs[0], summary);
        return new MaskStep(CSharpLiteral.Of(context.ElementType(node.Outputs[1]), 1, 1))
        {
            Nodes = group.Nodes,
            Inputs = [node.Inputs[0]],
            Outputs = node.Outputs,
            Summary = summary + ", with its mask",
        };
    }

    private sealed class MaskStep(string kept) : Step
    {
        public override string Kernel => "Copy";

        internal override StepRounding? Rounding => StepRounding.OfNodes;

        public override void Emit(StepWriter writer)
        {
            if (writer.Output(0).Length > 0) writer.Line($"{writer.Input(0)}.CopyTo({writer.Output(0)});");
            writer.Line($"{writer.Output(1)}.Fill({kept});");
        }
    }
}
