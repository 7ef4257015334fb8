using RedGen.Compiler.Emit;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>Refuse: throws.</summary>
internal sealed class RefuseKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context) => new RefuseStep
    {
        Nodes = group.Nodes,
        Inputs = [],
        Outputs = group.Head.Outputs,
        Summary = "A branch that cannot run",
    };

    private sealed class RefuseStep : Step
    {
        public override string Kernel => "Refuse";

        public override void Emit(StepWriter writer) => writer.Line($"throw new ArgumentException({CSharpLiteral.Of(Refuse.Message(Nodes[0]))});");
    }
}
