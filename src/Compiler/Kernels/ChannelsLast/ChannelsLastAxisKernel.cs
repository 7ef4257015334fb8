using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>Reductions and Softmax channels last: the plain kernels, which follow the order of the axes.</summary>
internal sealed class ChannelsLastAxisKernel : ChannelsLastKernel
{
    /// <inheritdoc/>
    public override LayoutOffer? TryOffer(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || ChannelSplit.Of(context.Type(node.Inputs[0])) is not { IsSame: false }) return null;
        if (LayoutKernels.Find(group, context) is null || !IsPossible(node, context)) return null;
        // What is left of a reduction lies the same in either layout.
        return new LayoutOffer(IsReduction(node) ? [node.Inputs[0]] : [node.Inputs[0], node.Outputs[0]], 0);
    }

    /// <inheritdoc/>
    public override Step Plan(NodeGroup group, KernelContext context) => LayoutKernels.Find(group, context)!;

    private static bool IsReduction(Node node) => node.Operator.Name.StartsWith("Reduce", StringComparison.Ordinal);

    /// <summary>Whether the elements that the operator takes together stand side by side channels last too.</summary>
    private static bool IsPossible(Node node, KernelContext context)
    {
        int rank = context.Lengths(node.Inputs[0]).Length;
        if (!IsReduction(node)) return Softmaxes.IsOneAxis(node) || Softmaxes.Axis(node, rank) == 1;
        if (ReduceAxes.Of(node, rank, node.HasInput(1) ? context.Constant(node.Inputs[1]) : null) is not { } reduced || reduced.Contains(0)) return false;
        int spatial = reduced.Count(a => a > 1);
        return spatial == rank - 2 || (spatial == 0 && reduced.Contains(1));
    }
}
