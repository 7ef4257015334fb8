using System.Collections.Generic;
using System.Linq;

namespace RedGen.Compiler.Plan;

/// <summary>How generated code makes an array of weights from their hashed form, once, at its first use.</summary>
/// <param name="Function">The runtime's function, such as <c>HashedWeights.ToConvBlocks</c>.</param>
/// <param name="Indices">The indices as bytes, outputs × columns.</param>
/// <param name="Values">The codebook; null where <paramref name="Levels"/> says it.</param>
/// <param name="Levels">The codebook as a call that makes it, <c>HashedWeights.Levels(-15, 15)</c>; empty where it is a constant.</param>
/// <param name="Scales">One factor an output; null: all 1.</param>
/// <param name="Sizes">The function's further arguments as C#, such as <c>first: 48, outputs: 16, columns: 9</c>.</param>
public sealed record WeightExpansion(string Function, Weight Indices, Weight? Values, string Levels, Weight? Scales, string Sizes)
{
    /// <summary>Whether the function takes scales; a kernel that applies them itself has them apart.</summary>
    public bool TakesScales { get; init; } = true;

    /// <summary>What is added to each weight; null: nothing.</summary>
    public FineExpansion? Fine { get; init; }

    /// <summary>The arrays that it reads.</summary>
    public IEnumerable<Weight> Parts => new[] { Indices, Values, Scales, Fine?.Digits, Fine?.Values }.OfType<Weight>();
}

/// <summary>The second code of hashed weights, expanded by the same function and with the same scales as the first.</summary>
/// <param name="Digits">Its digits, several in a byte.</param>
/// <param name="Values">Its codebook; null where <paramref name="Levels"/> says it.</param>
/// <param name="Levels">The codebook as a call that makes it; empty where it is a constant.</param>
/// <param name="Packing">How the digits lie in their bytes, as C#.</param>
/// <param name="Sizes">The function's further arguments as C#.</param>
public sealed record FineExpansion(Weight Digits, Weight? Values, string Levels, string Packing, string Sizes);
