namespace RedGen.Compiler.Verify.Search;

/// <summary>When a search gives up.</summary>
public sealed record VerificationLimits
{
    /// <summary>Regions that are analysed at most: this limit, unlike time, gives the same verdict on every machine.</summary>
    public long Nodes { get; init; } = 10_000_000;

    /// <summary>Boxes that are bounded at most where the difference or the slopes of networks are: such bounds take longer.</summary>
    public long Boxes { get; init; } = 20_000;

    /// <summary>Threads; the verdict does not depend on them.</summary>
    public int Threads { get; init; } = 1;
}
