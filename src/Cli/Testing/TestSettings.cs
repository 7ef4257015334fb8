using System;
using System.Collections.Generic;
using Microsoft.CodeAnalysis;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Testing;

/// <summary>How cases are run.</summary>
internal sealed record TestSettings
{
    /// <summary>Options for every model; its namespace is replaced, and its dimensions come from the data unless some are given.</summary>
    public CompilerOptions Options { get; init; } = new() { Hashing = Hashing.None };

    /// <summary>How near floats must be; null: as ONNX's own runner has it for its data sets, 1e-4 × max(1, |expected|) for expected.npy.</summary>
    public Tolerance? Tolerance { get; init; }

    /// <summary>Whether the reference interpreter runs instead of generated code.</summary>
    public bool UseReference { get; init; }

    /// <summary>What generated code is compiled against; null: the framework of this process.</summary>
    public IReadOnlyList<MetadataReference>? References { get; init; }

    /// <summary>How long one case may compile, and how long it may run.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Cases whose code is compiled together.</summary>
    public int BatchSize { get; init; } = 64;
}
