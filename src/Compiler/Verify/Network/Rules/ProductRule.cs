using System.Linq;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Products and quotients of two values that depend on the input; x ⁄ y = x · (1 ⁄ y), of which the result has the error of a product.</summary>
internal static class ProductRule
{
    /// <summary>Adds a product of two operands, element by element.</summary>
    public static void Add(NetworkBuilder builder, string name, Operand x, Operand y) => Add(builder, name, x, y, new AffineRounding(1));

    /// <summary>Adds a product of two operands with its rounding.</summary>
    public static void Add(NetworkBuilder builder, string name, Operand x, Operand y, AffineRounding rounding)
        => builder.Add(name, Rounded(builder, name, x, y, rounding));

    /// <summary>Adds a product that is no value of the model.</summary>
    /// <returns>Its node.</returns>
    public static int AddHidden(NetworkBuilder builder, string name, Operand x, Operand y) => builder.AddHidden(Rounded(builder, name, x, y, new AffineRounding(1)));

    /// <summary>Adds the exact product, which the reader has to round.</summary>
    /// <returns>Its node.</returns>
    public static int AddExact(NetworkBuilder builder, string name, Operand x, Operand y)
    {
        if (x.Node != y.Node || !x.Elements.SequenceEqual(y.Elements)) return builder.AddHidden(new ProductNode(name, x.Node, x.Elements, y.Node, y.Elements));
        int same = builder.AddHidden(new AffineNode(name, [x.Node], [x.Map()], new double[x.Elements.Length], null));
        return builder.AddHidden(new ActivationNode(name, x.Elements.Length, same, new PowerActivation(2, IsExact: true)));
    }

    /// <summary>Adds the reciprocal of a node.</summary>
    public static int AddReciprocal(NetworkBuilder builder, string name, int node, int length)
        => builder.AddHidden(new ActivationNode(name, length, node, new ReciprocalActivation(0)));

    private static AffineNode Rounded(NetworkBuilder builder, string name, Operand x, Operand y, AffineRounding rounding)
    {
        int length = x.Elements.Length;
        return new AffineNode(name, [AddExact(builder, name, x, y)], [LinearMapBuilder.Identity(length)], new double[length], rounding);
    }
}
