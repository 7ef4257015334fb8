using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Pow: a power function for each constant exponent; where the exponent depends on the input, exp(y · ln x), of which the result has the error of a power.</summary>
internal static class PowRule
{
    /// <summary>Roundings of a power, of 2⁻²⁴ each, where the exponent is 1.</summary>
    private const int PowerTerms = 16;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] shape = builder.Shape(name);
        if (builder.IsVariable(node.Inputs[1]))
        {
            ReadVariable(builder, node, shape);
            return;
        }

        double[] exponents = builder.SpreadConstant(node.Inputs[1], shape);
        if (exponents.Any(static e => double.IsNaN(e) || double.IsInfinity(e))) throw new UnverifiableException("has an exponent that is not finite");
        Operand x = builder.Spread(node.Inputs[0], shape);
        double[] distinct = [.. exponents.Distinct()];
        if (distinct is [var only and not (0 or 1)] && x.Length == exponents.Length)
        {
            builder.Add(name, new ActivationNode(name, exponents.Length, x.Node, new PowerActivation(only, IsExact: false)));
            return;
        }

        var sum = new AffineSum(exponents.Length);
        foreach (double exponent in distinct) AddPower(builder, name, sum, x, exponents, exponent);
        builder.Add(name, sum.ToNode(name, distinct.Contains(1) ? new AffineRounding(PowerTerms) : null));
    }

    /// <summary>Adds the elements with an exponent.</summary>
    private static void AddPower(NetworkBuilder builder, string name, AffineSum sum, Operand x, double[] exponents, double exponent)
    {
        int[] places = [.. Enumerable.Range(0, exponents.Length).Where(i => exponents[i] == exponent)];
        if (exponent == 0)
        {
            sum.Add(Array.ConvertAll(exponents, static e => e == 0 ? 1.0 : 0));
            return;
        }

        if (exponent == 1)
        {
            sum.Add(x.Node, LinearMapBuilder.Selection(x.Length, [.. x.Elements.Select((e, i) => exponents[i] == 1 ? e : -1)]));
            return;
        }

        var own = new Operand(x.Node, x.Length, [.. places.Select(i => x.Elements[i])]);
        int chosen = builder.AddHidden(new AffineNode(name, [x.Node], [own.Map()], new double[places.Length], null));
        int power = builder.AddHidden(new ActivationNode(name, places.Length, chosen, new PowerActivation(exponent, IsExact: false)));
        int[] columns = [.. Enumerable.Repeat(-1, exponents.Length)];
        for (int k = 0; k < places.Length; k++) columns[places[k]] = k;
        sum.Add(power, LinearMapBuilder.Selection(places.Length, columns));
    }

    private static void ReadVariable(NetworkBuilder builder, Node node, int[] shape)
    {
        string name = node.Outputs[0];
        Operand exponent = builder.Spread(node.Inputs[1], shape);
        int length = exponent.Elements.Length, argument;
        if (builder.IsVariable(node.Inputs[0]))
        {
            Operand x = builder.Spread(node.Inputs[0], shape);
            int logarithm = builder.AddHidden(new ActivationNode(name, x.Length, x.Node, new LogActivation { IsExact = true }));
            argument = ProductRule.AddExact(builder, name, x with { Node = logarithm }, exponent);
            argument = builder.AddHidden(new AffineNode(name, [argument], [LinearMapBuilder.Identity(length)], new double[length], AffineRounding.OfNoCode));
        }
        else
        {
            double[] bases = builder.SpreadConstant(node.Inputs[0], shape);
            if (bases.Any(static b => !(b > 0) || double.IsInfinity(b))) throw new UnverifiableException("raises a number that is not above 0 to a power that depends on the input");
            argument = builder.AddHidden(new AffineNode(name, [exponent.Node], [exponent.Map(Array.ConvertAll(bases, Math.Log))], new double[length], AffineRounding.OfNoCode));
        }

        builder.Add(name, new ActivationNode(name, length, argument, new ExpActivation(Red.Certify.FloatRounding.Function)));
    }
}
