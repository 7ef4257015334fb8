using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// ReduceLogSumExp: with any element x₀ of a group, x₀ + ln(1 + Σⱼ exp(xⱼ − x₀)). Kernels take the largest element for x₀: their sum's relative error,
/// 2·2⁻²⁰ and n + 4 roundings, is an absolute one of the logarithm, which is at most ln n and has 2⁻²⁰ of that; the last sum rounds once.
/// </summary>
internal static class ExponentialSumRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] groups = ElementGroups.OfReduction(builder, node);
        int x = builder.Index(node.Inputs[0]), length = builder.Length(node.Inputs[0]), n = groups.Max(static g => g.Length);
        var firsts = new Operand(x, length, [.. groups.Select(static g => g[0])]);
        if (n == 1)
        {
            builder.Add(name, new AffineNode(name, [x], [firsts.Map()], new double[groups.Length], null));
            return;
        }

        var differences = new LinearMapBuilder(length);
        foreach (int[] group in groups)
        {
            foreach (int i in group.Skip(1))
            {
                differences.Add(System.Math.Min(i, group[0]), i < group[0] ? 1 : -1);
                differences.Add(System.Math.Max(i, group[0]), i < group[0] ? -1 : 1);
                differences.EndRow();
            }
        }

        int count = groups.Sum(static g => g.Length - 1), next = 0;
        int[][] rest = [.. groups.Select(g => Enumerable.Range(0, g.Length - 1).Select(_ => next++).ToArray())];
        int d = builder.AddHidden(new AffineNode(name, [x], [differences.ToMap()], new double[count], AffineRounding.OfNoCode));
        int e = builder.AddHidden(new ActivationNode(name, count, d, new ExpActivation(0)));
        int sum = builder.AddHidden(new AffineNode(name, [e], [ElementGroups.Sums(count, rest)], [.. Enumerable.Repeat(1.0, groups.Length)], new AffineRounding(n) { KeepsSign = true }));
        int logarithm = builder.AddHidden(new ActivationNode(name, groups.Length, sum, new LogActivation()));
        double[] constants = [.. Enumerable.Repeat(4 + System.Math.Log(n), groups.Length)];
        LinearMap all = LinearMapBuilder.Identity(groups.Length);
        builder.Add(name, new AffineNode(name, [x, logarithm], [firsts.Map(), all], new double[groups.Length], new AffineRounding(n + 40) { Constants = [.. constants] }));
    }
}
