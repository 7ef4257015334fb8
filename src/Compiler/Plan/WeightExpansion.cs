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

    /// <summary>The arrays that it reads.</summary>
    public IEnumerable<Weight> Parts => new[] { Indices, Values, Scales }.OfType<Weight>();
}
