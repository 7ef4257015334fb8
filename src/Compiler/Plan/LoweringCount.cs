namespace RedGen.Compiler.Plan;

/// <summary>
/// What one inference of a layer with hashed weights costs under its exact lowering with the fewest multiplications (docs/red.md): ±v share
/// one product, zeros are skipped, the scales of the outputs are counted.
/// </summary>
/// <param name="Lowering">The lowering's name, such as <c>channel-wise products</c>.</param>
/// <param name="Multiplications">Multiplications of one inference.</param>
/// <param name="Additions">Additions and subtractions of one inference.</param>
/// <param name="ValuesPerColumn">The papers' count: the sum over columns of the number of different values in the column (compare with the number of weights).</param>
public sealed record LoweringCount(string Lowering, long Multiplications, long Additions, long ValuesPerColumn)
{
    /// <summary>Multiplications where products by powers of two are done by additions, as the lowering's loops do not.</summary>
    public long TrueMultiplications { get; init; }
}
