using System.Collections.Generic;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// How a group is computed whose values lie channels last. Only such kernels are ever given one that does; the planner chooses the
/// groups (Plan/Layouts) and puts the conversions between them and the others.
/// </summary>
internal abstract class ChannelsLastKernel
{
    /// <summary>What it would mean to compute the group so; null when the kernel does not serve it.</summary>
    public abstract LayoutOffer? TryOffer(NodeGroup group, KernelContext context);

    /// <summary>All that the kernel offers for the group, the best first; none where it does not serve it.</summary>
    public virtual IEnumerable<LayoutOffer> Offers(NodeGroup group, KernelContext context) => TryOffer(group, context) is { } offer ? [offer] : [];

    /// <summary>Plans a group by one of the kernel's offers.</summary>
    public virtual Step Plan(NodeGroup group, KernelContext context, LayoutOffer offer) => Plan(group, context);

    /// <summary>Plans a group that the kernel has made an offer for; <see cref="KernelContext.Layout"/> tells how a value lies.</summary>
    public abstract Step Plan(NodeGroup group, KernelContext context);
}
