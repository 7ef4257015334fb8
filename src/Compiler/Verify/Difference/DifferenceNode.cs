using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>f(z~) − f(z) by element, f being a function whose slopes are bounded: the difference z~ − z times a slope between the least and the largest.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Source">The node of z~ − z.</param>
/// <param name="Original">The node of z.</param>
/// <param name="Function">The function.</param>
internal sealed record DifferenceNode(string Name, int Length, int Source, int Original, Activation Function) : BoundNode(Name, Length, [Source])
{
    /// <summary>Whether the node's values are quotients (f(z~) − f(z)) ⁄ t and (z~ − z) ⁄ t of real numbers, z~ being inside of z's bounds too.</summary>
    public bool IsQuotient { get; init; }
}

/// <summary>The layer of a reduced network as differences: W~·δ + (W~ − W)·a + (b~ − b).</summary>
/// <param name="Original">The node of the original layer.</param>
/// <param name="Reduced">The reduced layer, whose sources are those of the original.</param>
internal sealed record LayerPair(int Original, AffineNode Reduced);
