using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Search;

/// <summary>What is known of a property at the end.</summary>
public enum VerificationResult
{
    /// <summary>It holds for every input, rounding errors included.</summary>
    Holds,

    /// <summary>An input violates it; generated code confirmed that.</summary>
    Violated,

    /// <summary>Neither was found within the limits.</summary>
    Unknown,

    /// <summary>The time was over: neither was found until then.</summary>
    TimedOut,
}

/// <summary>The end of a verification.</summary>
/// <param name="Result">What is known.</param>
/// <param name="Nodes">Regions that were analysed.</param>
/// <param name="Depth">The most splits of one region.</param>
/// <param name="Input">The violating input; empty where there is none.</param>
/// <param name="Output">What generated code gives for it.</param>
/// <param name="Reason">Why nothing is known; empty otherwise.</param>
public sealed record Verdict(VerificationResult Result, long Nodes, int Depth, ImmutableArray<float> Input, ImmutableArray<float> Output, string Reason);
