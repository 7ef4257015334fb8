namespace RedGen.Compiler.Verify.Network;

/// <summary>Elements of a node as an operator reads them.</summary>
/// <param name="Node">The node.</param>
/// <param name="Length">Its number of elements.</param>
/// <param name="Elements">By element of the result the node's element.</param>
internal sealed record Operand(int Node, int Length, int[] Elements)
{
    /// <summary>The matrix that gives the elements, each times a factor.</summary>
    public LinearMap Map(double factor = 1) => LinearMapBuilder.Selection(Length, Elements, factor == 1 ? null : System.Array.ConvertAll(Elements, _ => factor));

    /// <summary>The matrix that gives the elements, each times its own factor.</summary>
    public LinearMap Map(double[] factors) => LinearMapBuilder.Selection(Length, Elements, factors);
}
