using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>One loop over the elements.</summary>
internal sealed class ElementwiseKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle || context.ElementType(group.Head.Inputs[0]) != ElementType.Float32) return null;
        return new ElementwiseStep
        {
            Nodes = group.Nodes,
            Inputs = group.Head.Inputs,
            Outputs = group.Head.Outputs,
            InPlaceInputs = [0],
            Summary = group.Head.Operator.Name + " over " + context.Type(group.Head.Outputs[0]).Shape,
        };
    }

    private sealed class ElementwiseStep : Step
    {
        public override string Kernel => "Elementwise";

        public override void Emit(StepWriter writer)
        {
            string x = writer.Input(0);
            string y = writer.Output(0);
            using (writer.Block($"for (int i = 0; i < {y}.Length; i++)"))
                writer.Line($"{y}[i] = MathF.Max({x}[i], 0f);");
        }
    }
}
