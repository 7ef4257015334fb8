using RedGen.Compiler.Verify.Bounds;

namespace RedGen.Compiler.Verify.Search;

/// <summary>A part of a case's box by splits of neurons, in which one condition of a conjunction is still to be refuted.</summary>
/// <param name="Conjunction">The conjunction's number.</param>
/// <param name="Row">The number of its condition.</param>
/// <param name="Chain">The splits; null: the whole box.</param>
/// <param name="Multipliers">The multipliers of the splits in the region's bound, the newest split's first.</param>
/// <param name="Slopes">The slopes of the region's bound.</param>
/// <param name="Bound">The condition's lower bound: above zero, and the region is proven.</param>
internal sealed record NeuronRegion(int Conjunction, int Row, NeuronSplit? Chain, double[] Multipliers, byte[]? Slopes, double Bound) : IRegion
{
    /// <summary>The number of splits.</summary>
    public int Depth => Chain?.Depth ?? 0;
}
