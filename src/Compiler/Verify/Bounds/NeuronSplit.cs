namespace RedGen.Compiler.Verify.Bounds;

/// <summary>A condition on an element that a nonlinear function reads, as the generated code computes it: at most, or at least, a point. A chain of them is a part of a box.</summary>
/// <param name="Parent">The split before; null: none.</param>
/// <param name="Node">The node.</param>
/// <param name="Element">The element.</param>
/// <param name="Point">The point.</param>
/// <param name="IsAbove">Whether the element is at least the point, otherwise at most.</param>
internal sealed record NeuronSplit(NeuronSplit? Parent, int Node, int Element, double Point, bool IsAbove)
{
    /// <summary>The number of splits of the chain.</summary>
    public int Depth { get; } = (Parent?.Depth ?? 0) + 1;

    /// <summary>An element's interval under a chain of splits.</summary>
    public static (double Lower, double Upper) Narrow(NeuronSplit? chain, NetworkBounds bounds, int node, int element)
    {
        (double lower, double upper) = (bounds.Lower(node)[element], bounds.Upper(node)[element]);
        for (NeuronSplit? split = chain; split is not null; split = split.Parent)
        {
            if (split.Node != node || split.Element != element) continue;
            if (split.IsAbove) lower = System.Math.Max(lower, split.Point);
            else upper = System.Math.Min(upper, split.Point);
        }

        return (lower, upper);
    }
}
