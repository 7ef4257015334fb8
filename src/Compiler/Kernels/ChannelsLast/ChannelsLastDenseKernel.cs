using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Products of whole samples that lie channels last: the plain kernels, with the constant weights in the order of the sample.</summary>
internal sealed class ChannelsLastDenseKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (DenseLayer.TryRead(group, context) is not { } layer || context.Split(layer.Input) is not { IsSame: false } split) return null;
        if (layer.Addend == layer.Input || layer.Inputs != split.Channels * split.Pixels || layer.Rows != split.Batch) return null;
        bool outputsFirst = node.Operator.Name == "Conv" || node.Attributes.Int("transB", 0) != 0;
        return new LayoutOffer([layer.Input], 0)
        {
            Constants = [new LayoutConstant(node.Inputs[1], split with { Batch = outputsFirst ? layer.Outputs : 1 }, outputsFirst ? 1 : layer.Outputs)],
        };
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context)
        => KernelTable.For(group.Head.Operator.QualifiedName).Select(k => k.TryPlan(group, context)).First(s => s is not null)!;
}
