using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Add, Sub, Mul, Div and Neg, of values and constants.</summary>
internal static class ElementwiseRule
{
    /// <summary>Reads an Add, or a Sum of several.</summary>
    public static void Add(NetworkBuilder builder, Node node) => Sum(builder, node, 1);

    /// <summary>Reads a Mean of several.</summary>
    public static void Mean(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] shape = Shape(builder, name);
        var sum = new AffineSum(builder.Length(name));
        foreach (string value in node.Inputs) ContractionRule.AddTerm(builder, sum, value, shape, 1.0 / node.Inputs.Length);
        builder.Add(name, sum.ToNode(name, new AffineRounding(node.Inputs.Length + 1) { SumFactor = node.Inputs.Length, KeepsSign = true }));
    }

    /// <summary>Reads a Sub.</summary>
    public static void Subtract(NetworkBuilder builder, Node node) => Sum(builder, node, -1);

    /// <summary>Reads a Neg, which is exact.</summary>
    public static void Negate(NetworkBuilder builder, Node node)
        => Scale(builder, node, node.Inputs[0], [.. Enumerable.Repeat(-1.0, builder.Length(node.Inputs[0]))], isExact: true);

    /// <summary>Reads a Mul.</summary>
    public static void Multiply(NetworkBuilder builder, Node node)
    {
        (bool first, bool second) = (builder.IsVariable(node.Inputs[0]), builder.IsVariable(node.Inputs[1]));
        if (first && second)
        {
            ProductRule.Add(builder, node.Outputs[0], Operand(builder, node, 0), Operand(builder, node, 1));
            return;
        }

        (string value, string factor) = first ? (node.Inputs[0], node.Inputs[1]) : (node.Inputs[1], node.Inputs[0]);
        Scale(builder, node, value, Spread(builder, node, factor), isExact: false);
    }

    /// <summary>Reads a Div.</summary>
    public static void Divide(NetworkBuilder builder, Node node)
    {
        if (builder.IsVariable(node.Inputs[1]))
        {
            DivideByValue(builder, node);
            return;
        }

        double[] divisors = Spread(builder, node, node.Inputs[1]);
        if (divisors.Any(static d => d == 0)) throw new UnverifiableException("divides by zero");
        Scale(builder, node, node.Inputs[0], Array.ConvertAll(divisors, static d => 1 / d), isExact: false);
    }

    private static void DivideByValue(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        Operand divisor = Operand(builder, node, 1);
        int reciprocal = ProductRule.AddReciprocal(builder, name, divisor.Node, divisor.Length);
        Operand inverse = divisor with { Node = reciprocal };
        if (builder.IsVariable(node.Inputs[0]))
        {
            ProductRule.Add(builder, name, Operand(builder, node, 0), inverse);
            return;
        }

        builder.Add(name, new AffineNode(name, [reciprocal], [inverse.Map(Spread(builder, node, node.Inputs[0]))], new double[inverse.Elements.Length], new AffineRounding(1)));
    }

    private static Operand Operand(NetworkBuilder builder, Node node, int index) => builder.Spread(node.Inputs[index], Shape(builder, node.Outputs[0]));

    private static void Sum(NetworkBuilder builder, Node node, double sign)
    {
        int length = builder.Length(node.Outputs[0]);
        double[] bias = new double[length];
        string[] variables = [.. node.Inputs.Where(builder.IsVariable)];
        LinearMap[] maps = [.. node.Inputs.Select((name, i) => (Name: name, Sign: i == 0 ? 1 : sign)).Where(o => builder.IsVariable(o.Name)).Select(o => Map(builder, node, o.Name, o.Sign))];
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            if (builder.IsVariable(node.Inputs[i])) continue;
            double[] constant = Spread(builder, node, node.Inputs[i]);
            for (int k = 0; k < length; k++) bias[k] += (i == 0 ? 1 : sign) * constant[k];
        }

        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [.. variables.Select(builder.Index)], [.. maps], bias, new AffineRounding(node.Inputs.Length) { KeepsSign = true }));
    }

    private static void Scale(NetworkBuilder builder, Node node, string value, double[] factors, bool isExact)
    {
        LinearMap map = LinearMapBuilder.Selection(builder.Length(value), Broadcast.Indices(Shape(builder, value), Shape(builder, node.Outputs[0])), factors);
        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(value)], [map], new double[factors.Length], isExact ? null : new AffineRounding(1)));
    }

    private static LinearMap Map(NetworkBuilder builder, Node node, string value, double sign)
    {
        int[] indices = Broadcast.Indices(Shape(builder, value), Shape(builder, node.Outputs[0]));
        return LinearMapBuilder.Selection(builder.Length(value), indices, sign == 1 ? null : Array.ConvertAll(indices, _ => sign));
    }

    private static double[] Spread(NetworkBuilder builder, Node node, string constant)
        => Broadcast.Constant(builder.Constant(constant), [.. builder.Graph.ConstantOf(constant)!.Dimensions], Shape(builder, node.Outputs[0]));

    private static int[] Shape(NetworkBuilder builder, string name) => builder.Graph.TensorTypeOf(name)!.Shape!.ToArray();
}
