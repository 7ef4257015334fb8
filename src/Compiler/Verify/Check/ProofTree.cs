using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// A box cut in two, and its parts again, until each part can be proven by itself. Whatever the numbers are, the leaves cover the box: a node's
/// parts are what lies below and what lies above its value, both with it. Besides inputs, elements of the network's values are split, as the code
/// computes them: places are the inputs, then the elements of all further nodes in their order.
/// </summary>
/// <param name="Inputs">By node, each before its parts, lower first: the place that is split; <see cref="Leaf"/> for a leaf.</param>
/// <param name="Values">By split, in the same order: where.</param>
public sealed record ProofTree(ImmutableArray<int> Inputs, ImmutableArray<double> Values)
{
    /// <summary>Marks a leaf.</summary>
    public const int Leaf = -1;

    /// <summary>The box as a whole.</summary>
    public static ProofTree Whole { get; } = new([Leaf], []);
}
