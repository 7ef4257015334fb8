using System.Collections.Immutable;

namespace RedGen.Compiler.Report;

/// <summary>One step of the reduced model's plan.</summary>
public sealed record LayerReport
{
    /// <summary>The step's name, as its method in generated code begins: <c>Conv3</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The model's name of the first node that the step computes; empty for a copy.</summary>
    public required string Node { get; init; }

    /// <summary>That node's operator.</summary>
    public required string Operator { get; init; }

    /// <summary>What the step computes, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>The kernel that runs.</summary>
    public required string Kernel { get; init; }

    /// <summary>About how long the kernel takes, in microseconds, by a table of costs; null where the table has no row for it.</summary>
    public required double? EstimatedMicroseconds { get; init; }

    /// <summary>The exact lowering with the fewest multiplications, by which they are counted; empty where the weights are not hashed.</summary>
    public required string Lowering { get; init; }

    /// <summary>What kernel and count were chosen for, in words; empty for steps without weights.</summary>
    public required string Reason { get; init; }

    /// <summary>Types of the values that it reads at run time, constants left out.</summary>
    public required ImmutableArray<string> InputShapes { get; init; }

    /// <summary>Types of the values that it writes.</summary>
    public required ImmutableArray<string> OutputShapes { get; init; }

    /// <summary>The step's cost without the reduction; its bytes are the layer's weights as floats.</summary>
    public required ReportCost Before { get; init; }

    /// <summary>The cost now; its bytes are indices, codebook and scales, or floats where the weights are not hashed.</summary>
    public required ReportCost After { get; init; }

    /// <summary>Bytes of all constants that the step reads in the generated code, biases and packing included.</summary>
    public required long EmittedBytes { get; init; }

    /// <summary>The constant of weights; null where there is none, or where an earlier step reads it too and tells it.</summary>
    public required WeightsReport? Weights { get; init; }
}

/// <summary>A layer's constant of weights before and after hashing.</summary>
public sealed record WeightsReport
{
    /// <summary>The initializer's name.</summary>
    public required string Name { get; init; }

    /// <summary>The number of weights before the reduction.</summary>
    public required int Count { get; init; }

    /// <summary>The number of different weights before.</summary>
    public required int DistinctBefore { get; init; }

    /// <summary>The number of values that codes can say, with a second code one for each pair; that of different weights where the layer is not hashed.</summary>
    public required int DistinctAfter { get; init; }

    /// <summary>Whether the weights are hashed.</summary>
    public required bool IsHashed { get; init; }

    /// <summary>The values of the codebook, ascending, without scales; empty where the layer is not hashed.</summary>
    public required ImmutableArray<float> Codebook { get; init; }

    /// <summary>The values that a second code adds to those of the codebook, ascending; empty where there is one code.</summary>
    public required ImmutableArray<float> FineCodebook { get; init; }

    /// <summary>How many outputs have a scale of their own; 0: the codebook holds the weights themselves.</summary>
    public required int ScaleCount { get; init; }

    /// <summary>Signal to noise of the weights in decibels; infinite where nothing changed.</summary>
    public required double SqnrDecibels { get; init; }

    /// <summary>The share of the squared error at the outputs, 0 … 1, as the allocator estimated it.</summary>
    public required double ErrorShare { get; init; }

    /// <summary>Outputs that were merged into others or removed.</summary>
    public required int OutputsMerged { get; init; }

    /// <summary>The papers' count: the different values in each column, summed; null where the layer is not hashed.</summary>
    public required long? ValuesPerColumn { get; init; }

    /// <summary>The distribution of the weights before hashing, each divided by its output's scale where there is one.</summary>
    public required WeightHistogram Histogram { get; init; }
}
