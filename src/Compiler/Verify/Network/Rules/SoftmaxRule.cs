using System.Linq;
using RedGen.Compiler.Graphs;
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
        double error = (2 * FloatRounding.Function) + (((2 * n) + 4) * FloatRounding.Operation);
        builder.Add(name, new ActivationNode(name, builder.Length(name), sum, new ReciprocalActivation(error)));
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

    /// <summary>Adds 1 + Σⱼ exp(xⱼ − xᵢ) of every element.</summary>
    private static (int Sum, int Elements) AddSum(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] shape = builder.Shape(name);
        bool isFlat = node.Operator.Version < 13;
        int axis = (int)node.Attributes.Int("axis", isFlat ? 1 : -1);
        if (axis < 0) axis += shape.Length;
        int inner = isFlat ? 1 : Count(shape, axis + 1, shape.Length);
        int n = isFlat ? Count(shape, axis, shape.Length) : shape[axis];
        int length = builder.Length(name);
        if ((long)length * n > DifferenceLimit) throw new UnverifiableException("has more differences of elements than the analysis has memory for");
        var differences = new LinearMapBuilder(length);
        var sums = new LinearMapBuilder(length * (n - 1));
        int next = 0;
        for (int i = 0; i < length; i++)
        {
            int first = (i / (n * inner) * n * inner) + (i % inner);
            for (int k = 0; k < n; k++)
            {
                int j = first + (k * inner);
                if (j == i) continue;
                differences.Add(System.Math.Min(i, j), j < i ? 1 : -1);
                differences.Add(System.Math.Max(i, j), j < i ? -1 : 1);
                differences.EndRow();
                sums.Add(next++, 1);
            }

            sums.EndRow();
        }

        int d = builder.AddHidden(new AffineNode(name, [builder.Index(node.Inputs[0])], [differences.ToMap()], new double[next], new AffineRounding(2)));
        int e = builder.AddHidden(new ActivationNode(name, next, d, new ExpActivation(0)));
        return (builder.AddHidden(new AffineNode(name, [e], [sums.ToMap()], [.. Enumerable.Repeat(1.0, length)], new AffineRounding(n) { KeepsSign = true })), n);
    }

    private static int Count(int[] shape, int from, int to) => shape.Skip(from).Take(to - from).Aggregate(1, static (a, b) => a * b);
}
