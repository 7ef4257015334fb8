using System;
using System.Collections.Generic;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>A constant array that a step reads, laid out as its kernel wants it.</summary>
/// <param name="Role">What it is to the step: <c>Weights</c>, <c>Bias</c>, …; part of its name in generated code.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Data">The elements, little-endian; none where the array is expanded from others.</param>
public sealed record Weight(string Role, ElementType ElementType, ReadOnlyMemory<byte> Data)
{
    /// <summary>The number of elements.</summary>
    public int Length => Data.Length / ElementType.Bytes();

    /// <summary>Bytes that a kernel reads: of an expanded array, a float for each index; of a transformed one, what it is made into.</summary>
    public long RunBytes => Transform is { } transform ? 4L * transform.Length : Expansion is { } expansion ? 4L * expansion.Indices.Length : Data.Length;

    /// <summary>Whether the elements are bytes of 0 … 127 that are written as a <c>u8</c> literal.</summary>
    public bool IsText { get; init; }

    /// <summary>What the array is made from at its first use; null where its own elements are emitted.</summary>
    public WeightExpansion? Expansion { get; init; }

    /// <summary>What the array is made from by another function; null where there is none.</summary>
    public WeightTransform? Transform { get; init; }

    /// <summary>Whether generated code makes the array at its first use.</summary>
    public bool IsMade => Expansion is not null || Transform is not null;

    /// <summary>The arrays that are emitted for it: itself, or those that it is made from.</summary>
    public IEnumerable<Weight> Emitted => Transform?.Source.Emitted ?? Expansion?.Parts ?? [this];

    /// <summary>A weight of floats.</summary>
    public static Weight Of(string role, float[] values)
        => new(role, ElementType.Float32, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>The same weights where a cache line begins: .NET places constants at multiples of their elements, arrays 16 bytes into a line.</summary>
    public Weight Aligned()
    {
        long length = RunBytes / ElementType.Bytes();
        Weight source = IsMade ? this : this with { Role = "Packed" };
        return new Weight(Role, ElementType, default) { Transform = new WeightTransform("AlignedMemory.Copy", source, "", length) { IsAligned = true } };
    }

    /// <summary>A constant as it stands; narrow types as bytes.</summary>
    public static Weight Of(string role, Tensor tensor) => new(role, tensor.ElementType.Storage(), tensor.Unpacked);

    /// <summary>Bytes of 0 … 127 as the characters of a literal.</summary>
    public static Weight OfText(string role, byte[] codes) => new(role, ElementType.UInt8, codes) { IsText = true };
}
