using System.Collections.Immutable;
using RedGen.Compiler.Kernels.ChannelsLast;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>What computing a group channels last would mean.</summary>
/// <param name="Values">The values that the group would read and write channels last; all others are as they are.</param>
/// <param name="Gain">The time that it would save against planes, in picoseconds; negative where it costs.</param>
internal sealed record LayoutOffer(ImmutableArray<string> Values, long Gain)
{
    /// <summary>The kernel's name, as the steps and a table of costs have it; empty where the group has no other way to be computed channels last.</summary>
    public string Kernel { get; init; } = "";

    /// <summary>Values that the group would read in either layout.</summary>
    public ImmutableArray<string> Either { get; init; } = [];

    /// <summary>Constants that the group would read in another order.</summary>
    public ImmutableArray<LayoutConstant> Constants { get; init; } = [];
}

/// <summary>An offer and the kernel that made it.</summary>
internal sealed record LayoutChoice(LayoutOffer Offer, ChannelsLastKernel Kernel)
{
    /// <summary>The same, said to gain so much.</summary>
    public LayoutChoice WithGain(long gain) => this with { Offer = Offer with { Gain = gain } };
}
