using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Operators whose output is their first input under another shape: nothing is computed, the buffer is shared.</summary>
internal sealed class ViewKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context) => !group.IsSingle ? null : new ViewStep
    {
        Nodes = group.Nodes,
        Inputs = [group.Head.Inputs[0]],
        Outputs = [group.Head.Outputs[0]],
        Summary = group.Head.Operator.Name + " to " + context.Type(group.Head.Outputs[0]).Shape,
    };

    private sealed class ViewStep : Step
    {
        public override string Kernel => "View";

        public override bool IsView => true;

        public override void Emit(StepWriter writer)
        {
        }
    }
}
