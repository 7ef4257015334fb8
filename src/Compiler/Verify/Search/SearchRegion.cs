using System.Collections.Immutable;
using RedGen.Compiler.Verify.Bounds;

namespace RedGen.Compiler.Verify.Search;

/// <summary>What waits to be analysed.</summary>
internal interface IRegion
{
    /// <summary>A lower bound that is above zero once there is a proof: how far that is.</summary>
    double Bound { get; }
}

/// <summary>A part of a case's box that is still to be proven.</summary>
/// <param name="Case">The case's number.</param>
/// <param name="Lower">The lower ends.</param>
/// <param name="Upper">The upper ends.</param>
/// <param name="Alive">The numbers of the conjunctions that a point of it may still fulfil.</param>
/// <param name="Known">Bounds of a region around it; null for a whole case.</param>
/// <param name="Bound">How far the region it came from was from a proof: the lower, the more likely it holds a counterexample.</param>
/// <param name="Depth">The number of splits.</param>
internal sealed record SearchRegion(int Case, double[] Lower, double[] Upper, ImmutableArray<int> Alive, BoundSnapshot? Known, double Bound, int Depth) : IRegion;

/// <summary>What the analysis of a region gives.</summary>
/// <param name="Parts">The parts that are left; none: the region is proven.</param>
/// <param name="Counterexample">An input that generated code confirmed; null: none found.</param>
/// <param name="IsStuck">Whether the region is too small to be split: nothing more can be said of it.</param>
internal sealed record RegionOutcome(ImmutableArray<SearchRegion> Parts, float[]? Counterexample, bool IsStuck)
{
    /// <summary>The region is proven.</summary>
    public static RegionOutcome Proven { get; } = new([], null, false);
}
