using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Softmax: yᵢ = 1 ⁄ (1 + Σⱼ exp(xⱼ − xᵢ)), j ≠ i. What the code computes, exp(xᵢ − max) ⁄ Σⱼ exp(xⱼ − max), differs from that by at most
/// 2·2⁻²⁰ for the exponentials, u·(n + 1) for the differences that they are of (d·e⁻ᵈ is below 1 ⁄ e) and u·(n + 3) for sum and quotient.
/// LogSoftmax is the negative of that sum's logarithm.
/// </summary>
internal static class SoftmaxRule
{
    /// <summary>Differences of elements: one for every two of a line.</summary>
    private const long DifferenceLimit = 1 << 18;

    /// <summary>Reads a Softmax.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        (int sum, int n) = AddSum(builder, node);
        builder.Add(name, new ActivationNode(name, builder.Length(name), sum, new ReciprocalActivation(Error(n))));
    }

    /// <summary>
    /// Reads a LogSoftmax: xᵢ − max − ln Σⱼ exp(xⱼ − max). The sum's relative error, 2·2⁻²⁰ and n + 4 roundings, is an absolute one of its logarithm;
    /// the differences and the logarithm, at most |y| + ln n, have 2⁻²⁰ and 3 roundings of that.
    /// </summary>
    public static void Log(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        (int sum, int n) = AddSum(builder, node);
        int length = builder.Length(name);
        int logarithm = builder.AddHidden(new ActivationNode(name, length, sum, new LogActivation()));
        double[] constants = [.. Enumerable.Repeat(4 + System.Math.Log(n), length)];
        LinearMap negative = new Operand(logarithm, length, [.. Enumerable.Range(0, length)]).Map(-1);
        builder.Add(name, new AffineNode(name, [logarithm], [negative], new double[length], new AffineRounding(n + 40) { Constants = [.. constants] }));
    }

    /// <summary>Adds the softmax of each line of a node's elements: lines of different lengths that stand one behind the other.</summary>
    /// <returns>Its node.</returns>
    public static int AddWeights(NetworkBuilder builder, string name, int x, int length, int[][] lines)
    {
        int n = lines.Max(static l => l.Length);
        return builder.AddHidden(new ActivationNode(name, length, AddSums(builder, name, x, length, lines), new ReciprocalActivation(Error(n))));
    }

    private static double Error(int n) => (2 * FloatRounding.Function) + (((2 * n) + 4) * FloatRounding.Operation);

    /// <summary>Adds 1 + Σⱼ exp(xⱼ − xᵢ) of every element.</summary>
    private static (int Sum, int Elements) AddSum(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[][] lines = ElementGroups.OfLines(Softmaxes.View(node, builder.Shape(name)));
        return (AddSums(builder, name, builder.Index(node.Inputs[0]), builder.Length(name), lines), lines[0].Length);
    }

    private static int AddSums(NetworkBuilder builder, string name, int x, int length, int[][] lines)
    {
        int n = lines.Max(static l => l.Length);
        if ((long)length * n > DifferenceLimit) throw new UnverifiableException("has more differences of elements than the analysis has memory for");
        var line = new int[length][];
        foreach (int[] own in lines)
            foreach (int i in own) line[i] = own;
        var differences = new LinearMapBuilder(length);
        var counts = new int[length];
        for (int i = 0; i < length; i++)
        {
            foreach (int j in line[i])
            {
                if (j == i) continue;
                differences.Add(System.Math.Min(i, j), j < i ? 1 : -1);
                differences.Add(System.Math.Max(i, j), j < i ? -1 : 1);
                differences.EndRow();
            }

            counts[i] = line[i].Length - 1;
        }

        int next = 0;
        int[][] terms = [.. counts.Select(c => Enumerable.Range(0, c).Select(_ => next++).ToArray())];
        LinearMap map = differences.ToMap();
        int d = builder.AddHidden(new AffineNode(name, [x], [map], new double[map.Outputs], new AffineRounding(2)));
        int e = builder.AddHidden(new ActivationNode(name, map.Outputs, d, new ExpActivation(0)));
        return builder.AddHidden(new AffineNode(name, [e], [ElementGroups.Sums(map.Outputs, terms)], [.. Enumerable.Repeat(1.0, length)], new AffineRounding(n) { KeepsSign = true }));
    }
}
