using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>What is to be shown to be above zero: the left side of a condition, or ± an element of a layer.</summary>
/// <param name="Row">The condition; null: an element.</param>
/// <param name="Layer">The element's layer.</param>
/// <param name="Node">The layer's number; for a condition that of the output.</param>
/// <param name="Element">The element.</param>
/// <param name="Sign">1 or −1.</param>
internal sealed record Objective(LinearRow? Row, AffineNode? Layer, int Node, int Element, double Sign)
{
    /// <summary>The node that the objective's factors begin at.</summary>
    public int From => Row is null ? Node - 1 : Node;

    /// <summary>Makes it a functional of a pass.</summary>
    public void AddTo(LagrangianPass pass, int functional, NetworkBounds bounds)
    {
        if (Row is not null) pass.Row(functional, Row);
        else pass.Element(functional, Layer!, Element, Sign, bounds.Errors(Node).IsEmpty ? 0 : bounds.Errors(Node)[Element]);
    }
}

/// <summary>A part of a case's box by splits of neurons, over which an objective is still to be bounded.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="Owner">The number of what the objective belongs to: a conjunction, say.</param>
/// <param name="Chain">The splits; null: the whole box.</param>
/// <param name="Multipliers">The multipliers of the splits in the region's bound, the newest split's first.</param>
/// <param name="Slopes">The slopes of the region's bound; null: the relaxations' own.</param>
/// <param name="Bound">The objective's lower bound: above zero, and the region is proven.</param>
internal sealed record NeuronRegion(Objective Objective, int Owner, NeuronSplit? Chain, double[] Multipliers, byte[]? Slopes, double Bound) : IRegion
{
    /// <summary>The number of splits.</summary>
    public int Depth => Chain?.Depth ?? 0;
}
