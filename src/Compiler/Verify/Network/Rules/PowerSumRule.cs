using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>LpPool and GlobalLpPool: (Σ |x|ᵖ)^(1 ⁄ p) over a window, each power rounded as a function is.</summary>
internal static class PowerSumRule
{
    /// <summary>Roundings of a power, of 2⁻²⁴ each: 2⁻²⁰ and one more.</summary>
    private const int PowerTerms = 17;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] x = builder.Shape(node.Inputs[0]);
        int length = builder.Length(node.Inputs[0]), plane = x.Skip(2).Aggregate(1, static (a, b) => a * b);
        IEnumerable<int>[] windows = [Enumerable.Range(0, plane)];
        if (node.Operator.Name == "LpPool")
        {
            WindowGeometry window = PoolShapes.Geometry(node, x);
            windows = [.. Enumerable.Range(0, window.OutLength).Select(place => PoolShapes.Elements(window, place))];
        }

        int[][] groups = [.. Enumerable.Range(0, x[0] * x[1]).SelectMany(p => windows.Select(w => w.Select(i => (p * plane) + i).ToArray()))];
        double exponent = LpPool.P(node);
        int powers = builder.AddHidden(new ActivationNode(name, length, builder.Index(node.Inputs[0]), new AbsActivation()));
        if (exponent != 1) powers = builder.AddHidden(new ActivationNode(name, length, powers, new PowerActivation(exponent, IsExact: true)));
        var sum = new AffineNode(name, [powers], [ElementGroups.Sums(length, groups)], new double[groups.Length], new AffineRounding(groups.Max(static g => g.Length) + PowerTerms) { KeepsSign = true });
        if (exponent == 1) builder.Add(name, sum);
        else builder.Add(name, new ActivationNode(name, groups.Length, builder.AddHidden(sum), new PowerActivation(1 / exponent, IsExact: false)));
    }
}
