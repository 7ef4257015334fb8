using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan;

/// <summary>Where a buffer lives.</summary>
public enum Storage
{
    /// <summary>The caller's input; read only.</summary>
    Input,

    /// <summary>The caller's output.</summary>
    Output,

    /// <summary>A place in the scratch arena.</summary>
    Arena,

    /// <summary>A constant of the model; read only.</summary>
    Constant,

    /// <summary>A ring of rows in the arena.</summary>
    LineBuffer,

    /// <summary>Kept from call to call.</summary>
    State,

    /// <summary>Sized at run time.</summary>
    Dynamic,
}

/// <summary>Memory that holds one value, or several values one after the other.</summary>
/// <param name="Name">The name in generated code.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Length">The number of elements; 0 for what is sized at run time.</param>
/// <param name="Storage">Where it lives.</param>
/// <param name="Offset">Bytes from the arena's start; 0 for other storage.</param>
public sealed record Buffer(string Name, ElementType ElementType, int Length, Storage Storage, int Offset)
{
    /// <summary>The name of the input or output of which it is a part; null for others. Parts of the arena's buffers have their own offset.</summary>
    public string? Whole { get; init; }

    /// <summary>The element of <see cref="Whole"/> with which it begins.</summary>
    public int Start { get; init; }

    /// <summary>The size in bytes.</summary>
    public long Bytes => (long)Length * ElementType.Bytes();
}
