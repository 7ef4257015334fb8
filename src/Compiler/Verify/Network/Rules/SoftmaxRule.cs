using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Softmax: yᵢ = 1 ⁄ (1 + Σⱼ exp(xⱼ − xᵢ)), j ≠ i. What the code computes, exp(xᵢ − max) ⁄ Σⱼ exp(xⱼ − max), differs from that by at most
/// 2·2⁻²⁰ for the exponentials, u·(n + 1) for the differences that they are of (d·e⁻ᵈ is below 1 ⁄ e) and u·(n + 3) for sum and quotient.
/// </summary>
internal static class SoftmaxRule
{
    /// <summary>Differences of elements: one for every two of a line.</summary>
    private const long DifferenceLimit = 1 << 18;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] shape = builder.Graph.TensorTypeOf(name)!.Shape!.ToArray();
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
        int sum = builder.AddHidden(new AffineNode(name, [e], [sums.ToMap()], [.. Enumerable.Repeat(1.0, length)], new AffineRounding(n)));
        double error = (2 * FloatRounding.Function) + (((2 * n) + 4) * FloatRounding.Operation);
        builder.Add(name, new ActivationNode(name, length, sum, new ReciprocalActivation(error)));
    }

    private static int Count(int[] shape, int from, int to) => shape.Skip(from).Take(to - from).Aggregate(1, static (a, b) => a * b);
}
