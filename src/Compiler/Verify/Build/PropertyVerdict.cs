using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Build;

/// <summary>What is known of one property of a build.</summary>
public enum PropertyResult
{
    /// <summary>It is proven.</summary>
    Holds,

    /// <summary>An input violates it.</summary>
    Violated,

    /// <summary>Neither, within the limits.</summary>
    Unknown,

    /// <summary>The property could not be read.</summary>
    Error,
}

/// <summary>The verdict about one property, as a build keeps it.</summary>
/// <param name="Name">The property's file name.</param>
/// <param name="Sha256">The SHA-256 of its text, in lower-case hex.</param>
/// <param name="Result">What is known.</param>
public sealed record PropertyVerdict(string Name, string Sha256, PropertyResult Result)
{
    /// <summary>Regions that were analysed.</summary>
    public long Nodes { get; init; }

    /// <summary>The line of the property's file that the verdict is about, from 1.</summary>
    public int Line { get; init; } = 1;

    /// <summary>The column, from 1.</summary>
    public int Column { get; init; } = 1;

    /// <summary>Why it is unknown or an error; empty otherwise.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The violating input; empty where there is none.</summary>
    public ImmutableArray<float> Input { get; init; } = [];

    /// <summary>What generated code gives for it.</summary>
    public ImmutableArray<float> Output { get; init; } = [];

    /// <summary>What belongs to the property beside its name: a statement's inputs, its slack, its number of samples; empty: nothing.</summary>
    public string Detail { get; init; } = "";

    /// <summary>The file of a test that shows the violation; empty where there is none.</summary>
    public string Test { get; init; } = "";
}
