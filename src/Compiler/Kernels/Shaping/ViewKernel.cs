using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Operators whose output is their first input under another shape: nothing is computed, the buffer is shared.</summary>
internal sealed class ViewKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
        => !group.IsSingle || !CopyPlan.CanMove(context.ElementType(group.Head.Inputs[0])) ? null
        : ViewStep.Create(group.Head, group.Head.Inputs[0], group.Head.Operator.Name + " to " + context.Type(group.Head.Outputs[0]).Shape);
}

/// <summary>A step that does nothing: the output is the input.</summary>
internal sealed class ViewStep : Step
{
    private ViewStep()
    {
    }

    /// <inheritdoc/>
    public override string Kernel => "View";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <summary>A view of a value.</summary>
    public static ViewStep Create(Node node, string input, string summary) => new()
    {
        Nodes = [node],
        Inputs = [input],
        Outputs = [node.Outputs[0]],
        Summary = summary,
    };

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
    }
}
