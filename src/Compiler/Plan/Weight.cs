using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>A constant array that a step reads, laid out as its kernel wants it.</summary>
/// <param name="Role">What it is to the step: <c>Weights</c>, <c>Bias</c>, …; part of its name in generated code.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Data">The elements, little-endian.</param>
public sealed record Weight(string Role, ElementType ElementType, ReadOnlyMemory<byte> Data)
{
    /// <summary>The number of elements.</summary>
    public int Length => Data.Length / ElementType.Bytes();

    /// <summary>A weight of floats.</summary>
    public static Weight Of(string role, float[] values)
        => new(role, ElementType.Float32, System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray());

    /// <summary>A constant as it stands.</summary>
    public static Weight Of(string role, Tensor tensor) => new(role, tensor.ElementType, tensor.Data);
}
