using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Products of many elements. CumProd rounds after each factor, in order. ReduceProd multiplies in any order: n − 1 roundings of the product, and
/// what partial products that underflow lose, times the factors that come then; factors are bounded so that no partial product leaves float32.
/// </summary>
internal static class ProductChainRule
{
    /// <summary>Factors of a product: each is a node of the analysis.</summary>
    private const int MostFactors = 256;

    /// <summary>What no partial product may exceed.</summary>
    private const double LargestProduct = 1e24;

    /// <summary>Reads a ReduceProd.</summary>
    public static void Reduce(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] groups = ElementGroups.OfReduction(builder, node);
        int length = builder.Length(node.Inputs[0]), factors = groups.Max(static g => g.Length);
        if (factors > MostFactors) throw new UnverifiableException("has products of more factors than the analysis follows");
        double most = Math.Pow(LargestProduct, 1.0 / factors);
        int x = builder.AddHidden(new ActivationNode(name, length, builder.Index(node.Inputs[0]), new WithinActivation(-most, most)));
        int product = builder.AddHidden(new AffineNode(name, [x], [new Operand(x, length, [.. groups.Select(static g => g[0])]).Map()], new double[groups.Length], null));
        for (int k = 1; k < factors; k++) product = ProductRule.AddExact(builder, name, All(product, groups.Length), new Operand(x, length, [.. groups.Select(g => g[k])]));
        // (n + 8)·2⁻²⁴ of this is what n underflows lose.
        double lost = LargestProduct * FloatRounding.Tiny / FloatRounding.Unit;
        builder.Add(name, new AffineNode(name, [product], [LinearMapBuilder.Identity(groups.Length)], new double[groups.Length], new AffineRounding(factors) { Constants = [.. Enumerable.Repeat(lost, groups.Length)] }));
    }

    /// <summary>Reads a CumProd.</summary>
    public static void Cumulate(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (builder.IsVariable(node.Inputs[1])) throw new UnverifiableException("goes along an axis that depends on the input");
        int[] shape = builder.Shape(name);
        int[][] lines = ElementGroups.OfLines(AxisView.Of(shape, Cumulative.Axis(builder.Parameters(node))));
        int n = lines.Length == 0 ? 0 : lines[0].Length, length = builder.Length(name), x = builder.Index(node.Inputs[0]);
        if (n is 0 or > MostFactors) throw new UnverifiableException("has products of no factors, or of more than the analysis follows");
        if (node.Attributes.Int("reverse", 0) != 0) lines = [.. lines.Select(static l => l.Reverse().ToArray())];
        bool isExclusive = node.Attributes.Int("exclusive", 0) != 0;
        var sum = new AffineSum(length);
        int product = builder.AddHidden(new AffineNode(name, [x], [new Operand(x, length, [.. lines.Select(static l => l[0])]).Map()], new double[lines.Length], null));
        if (isExclusive) sum.Add([.. Ones(lines, length)]);
        for (int k = 0; k < (isExclusive ? n - 1 : n); k++)
        {
            if (k > 0) product = ProductRule.AddHidden(builder, name, All(product, lines.Length), new Operand(x, length, [.. lines.Select(l => l[k])]));
            int[] columns = [.. Enumerable.Repeat(-1, length)];
            for (int l = 0; l < lines.Length; l++) columns[lines[l][isExclusive ? k + 1 : k]] = l;
            sum.Add(product, LinearMapBuilder.Selection(lines.Length, columns));
        }

        builder.Add(name, sum.ToNode(name, null));
    }

    private static IEnumerable<double> Ones(int[][] lines, int length)
    {
        var first = new HashSet<int>(lines.Select(static l => l[0]));
        return Enumerable.Range(0, length).Select(i => first.Contains(i) ? 1.0 : 0);
    }

    private static Operand All(int node, int length) => new(node, length, [.. Enumerable.Range(0, length)]);
}
