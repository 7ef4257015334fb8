namespace RedGen.Compiler.Plan;

/// <summary>How generated code makes an array of weights from the layer's own ones, once, at its first use.</summary>
/// <param name="Function">The runtime's function, such as <c>WinogradWeights.Transform</c>.</param>
/// <param name="Source">The layer's weights, emitted as they are or expanded from their hashed form.</param>
/// <param name="Sizes">The function's further arguments as C#.</param>
/// <param name="Length">Elements of the array that it makes.</param>
public sealed record WeightTransform(string Function, Weight Source, string Sizes, long Length)
{
    /// <summary>Whether the array holds the weights from the first cache line in it on, so that no vector crosses one.</summary>
    public bool IsAligned { get; init; }

    /// <summary>
    /// The runtime's class that makes the arrays of all such layers of a model, and keeps them from the second run on; null for an array of its own, made at the first use.
    /// The kernel then takes the source, that class's object and the layer's number in it.
    /// </summary>
    public string? Keeper { get; init; }
}
