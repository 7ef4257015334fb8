using System.Linq;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Products and quotients of two values that depend on the input: x·y = ((x + y)² − (x − y)²) ⁄ 4, squares being convex, and
/// x ⁄ y = x · (1 ⁄ y). Nothing computes these steps, so each may err by as little as it likes; the result has the error of a product.
/// </summary>
internal static class ProductRule
{
    /// <summary>Adds a product of two nodes.</summary>
    /// <param name="builder">The network.</param>
    /// <param name="name">The product's name.</param>
    /// <param name="x">A factor and by element of the product the element of it.</param>
    /// <param name="y">The other factor.</param>
    public static void Add(NetworkBuilder builder, string name, (int Node, int Length, int[] Elements) x, (int Node, int Length, int[] Elements) y)
    {
        int length = x.Elements.Length;
        if (x.Node == y.Node && x.Elements.SequenceEqual(y.Elements))
        {
            int same = builder.AddHidden(new AffineNode(name, [x.Node], [LinearMapBuilder.Selection(x.Length, x.Elements)], new double[length], null));
            builder.Add(name, new ActivationNode(name, length, same, new PowerActivation(2, IsExact: false)));
            return;
        }

        int[] squares = [.. new[] { 1.0, -1 }.Select(sign =>
        {
            LinearMap second = LinearMapBuilder.Selection(y.Length, y.Elements, [.. Enumerable.Repeat(sign, length)]);
            int sum = builder.AddHidden(new AffineNode(name, [x.Node, y.Node], [LinearMapBuilder.Selection(x.Length, x.Elements), second], new double[length], new AffineRounding(2)));
            return builder.AddHidden(new ActivationNode(name, length, sum, new PowerActivation(2, IsExact: true)));
        })];
        LinearMap[] quarters = [.. new[] { 0.25, -0.25 }.Select(factor => LinearMapBuilder.Selection(length, [.. Enumerable.Range(0, length)], [.. Enumerable.Repeat(factor, length)]))];
        builder.Add(name, new AffineNode(name, [.. squares], [.. quarters], new double[length], new AffineRounding(2)));
    }

    /// <summary>Adds the reciprocal of a node.</summary>
    public static int AddReciprocal(NetworkBuilder builder, string name, int node, int length)
        => builder.AddHidden(new ActivationNode(name, length, node, new ReciprocalActivation(0)));
}
