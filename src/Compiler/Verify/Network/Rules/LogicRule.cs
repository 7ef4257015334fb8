using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Comparisons, whose results are 1 or 0, and what is made of them. A comparison is a step of the exact difference of two floats.</summary>
internal static class LogicRule
{
    /// <summary>Reads a Greater.</summary>
    public static void Greater(NetworkBuilder builder, Node node) => Compare(builder, node, 1, ComparisonKind.Above);

    /// <summary>Reads a GreaterOrEqual.</summary>
    public static void GreaterOrEqual(NetworkBuilder builder, Node node) => Compare(builder, node, 1, ComparisonKind.NotBelow);

    /// <summary>Reads a Less.</summary>
    public static void Less(NetworkBuilder builder, Node node) => Compare(builder, node, -1, ComparisonKind.Above);

    /// <summary>Reads a LessOrEqual.</summary>
    public static void LessOrEqual(NetworkBuilder builder, Node node) => Compare(builder, node, -1, ComparisonKind.NotBelow);

    /// <summary>Reads an Equal.</summary>
    public static void Equal(NetworkBuilder builder, Node node) => Compare(builder, node, 1, ComparisonKind.Same);

    /// <summary>Reads a Not.</summary>
    public static void Not(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int length = builder.Length(name);
        builder.Add(name, new AffineNode(name, [builder.Index(node.Inputs[0])], [builder.Spread(node.Inputs[0], builder.Shape(name)).Map(-1)], [.. Enumerable.Repeat(1.0, length)], null));
    }

    /// <summary>Reads an Xor: whether the two are not the same.</summary>
    public static void Xor(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int same = builder.AddHidden(Comparison(builder, node, 1, ComparisonKind.Same)), length = builder.Length(name);
        LinearMap negative = new Operand(same, length, [.. Enumerable.Range(0, length)]).Map(-1);
        builder.Add(name, new AffineNode(name, [same], [negative], [.. Enumerable.Repeat(1.0, length)], null));
    }

    /// <summary>Reads a Where whose condition c depends on the input: y + c·(x − y).</summary>
    public static void Where(NetworkBuilder builder, Node node)
    {
        if (!builder.IsVariable(node.Inputs[0]))
        {
            MovementRule.Read(builder, node);
            return;
        }

        string name = node.Outputs[0];
        int[] shape = builder.Shape(name);
        var sum = new AffineSum(builder.Length(name));
        Operand condition = builder.Spread(node.Inputs[0], shape);
        foreach ((string value, double sign) in new[] { (node.Inputs[1], 1.0), (node.Inputs[2], -1.0) })
        {
            if (!builder.IsVariable(value))
            {
                double[] constant = builder.SpreadConstant(value, shape);
                if (constant.Any(static c => double.IsNaN(c) || double.IsInfinity(c))) throw new UnverifiableException("chooses a constant that is not finite");
                sum.Add(condition.Node, condition.Map(Array.ConvertAll(constant, c => sign * c)));
                if (sign < 0) sum.Add(constant);
                continue;
            }

            Operand operand = builder.Spread(value, shape);
            int product = ProductRule.AddExact(builder, name, condition, operand), length = operand.Elements.Length;
            sum.Add(product, new Operand(product, length, [.. Enumerable.Range(0, length)]).Map(sign));
            if (sign < 0) sum.Add(operand.Node, operand.Map());
        }

        builder.Add(name, sum.ToNode(name, AffineRounding.OfNoCode));
    }

    private static void Compare(NetworkBuilder builder, Node node, double sign, ComparisonKind kind)
        => builder.Add(node.Outputs[0], Comparison(builder, node, sign, kind));

    private static ActivationNode Comparison(NetworkBuilder builder, Node node, double sign, ComparisonKind kind)
    {
        string name = node.Outputs[0];
        int[] shape = builder.Shape(name);
        var difference = new AffineSum(builder.Length(name));
        foreach ((string value, double factor) in new[] { (node.Inputs[0], sign), (node.Inputs[1], -sign) })
        {
            if (builder.IsVariable(value))
            {
                Operand operand = builder.Spread(value, shape);
                difference.Add(operand.Node, operand.Map(factor));
                continue;
            }

            double[] constant = builder.SpreadConstant(value, shape);
            if (constant.Any(static c => double.IsNaN(c) || double.IsInfinity(c))) throw new UnverifiableException("compares with a constant that is not finite");
            difference.Add(Array.ConvertAll(constant, c => factor * c));
        }

        return new ActivationNode(name, builder.Length(name), builder.AddHidden(difference.ToNode(name, AffineRounding.OfNoCode)), new ComparisonActivation(kind));
    }
}
