using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>An integer of a tensor: a number, a length of run time, or (neither) unknown.</summary>
/// <param name="Value">The number.</param>
/// <param name="Length">The length.</param>
internal readonly record struct SymbolicElement(long? Value, OpenLength? Length);

/// <summary>What is known at build time of a small tensor of integers, such as a shape that run time completes.</summary>
/// <param name="Type">Its type; the shape is static.</param>
/// <param name="Items">The elements.</param>
internal sealed record SymbolicElements(TensorType Type, ImmutableArray<SymbolicElement> Items)
{
    /// <summary>Tensors with more elements are no shapes.</summary>
    public const int MaxCount = 64;

    /// <summary>Whether all elements are numbers.</summary>
    public bool IsConstant => Items.All(i => i.Value is not null);

    /// <summary>The elements of a constant.</summary>
    public static SymbolicElements Of(Tensor tensor)
        => new(tensor.Type, [.. ReferenceTensor.FromTensor(tensor).ToIntegers().Select(v => new SymbolicElement(v, null))]);

    /// <summary>Elements of a run-time value of which nothing is known; null where the type is none of a shape.</summary>
    public static SymbolicElements? Unknown(TensorType type)
        => Describes(type) ? new(type, [.. Enumerable.Repeat(default(SymbolicElement), (int)type.Shape!.ElementCount)]) : null;

    /// <summary>Whether a type is one whose elements are followed.</summary>
    public static bool Describes(TensorType type) => type.ElementType.IsInteger() && type.IsStatic && type.Shape!.ElementCount <= MaxCount;
}
