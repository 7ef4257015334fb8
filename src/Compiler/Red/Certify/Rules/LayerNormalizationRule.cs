using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// LayerNormalization: z = D ⁄ s with D = x − mean and s = √(ΣD² ⁄ n + ε). |z| ≤ √(n − 1); s is 1-Lipschitz in D ⁄ √n, so with
/// e = ‖δD‖ ⁄ √n ≥ |δs| the difference is δz = (δD − z δs) ⁄ s~. Coarse where s may be small.
/// </summary>
internal static class LayerNormalizationRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        if (context.Node.HasOutput(1) || context.Node.HasOutput(2)) throw new UncertifiableException("gives its statistics as outputs, for which there is no rule");
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        AxisView view = LayerNormalization.View(context.Node, x.Lengths);
        int[] row = new int[x.Lengths.Length == 0 ? 0 : AxisCount(x.Lengths, view.Length)];
        Array.Copy(x.Lengths, x.Lengths.Length - row.Length, row, 0, row.Length);
        ReferenceTensor scale = context.Exact(1);
        ReferenceTensor? shift = context.HasInput(2) ? context.Exact(2) : null;
        var scales = new BroadcastReader(scale.Lengths, row);
        BroadcastReader? shifts = shift is null ? null : new BroadcastReader(shift.Lengths, row);
        double epsilon = context.Node.Attributes.Float("epsilon", 1e-5f);
        var line = new PairInterval[view.Length];
        for (int outer = 0; outer < view.Outer; outer++)
        {
            for (int i = 0; i < line.Length; i++) line[i] = x[(outer * view.Length) + i];
            PairInterval[] z = Normalised(line, epsilon);
            for (int i = 0; i < line.Length; i++)
            {
                Interval by = Interval.Point(scale.Reals![scales.IndexOf(i)]);
                Interval plus = Interval.Point(shift is null ? 0 : shift.Reals![shifts!.IndexOf(i)]);
                var value = new PairInterval((by * z[i].Original) + plus, (by * z[i].Reduced) + plus, by * z[i].Delta);
                y[(outer * view.Length) + i] = value
                    .Rounded(FloatRounding.OfSum(2, (by * z[i].Original).MaxAbs + plus.MaxAbs), FloatRounding.OfSum(2, (by * z[i].Reduced).MaxAbs + plus.MaxAbs)).Refined();
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>How many trailing axes make a row.</summary>
    private static int AxisCount(int[] lengths, int length)
    {
        int count = 0;
        for (int product = 1; count < lengths.Length && (product < length || count == 0); count++) product *= lengths[lengths.Length - 1 - count];
        return count;
    }

    private static PairInterval[] Normalised(PairInterval[] x, double epsilon)
    {
        (Interval[] original, double originalRoot, double originalError) = Centred(x, v => v.Original, epsilon);
        (Interval[] reduced, double reducedRoot, double reducedError) = Centred(x, v => v.Reduced, epsilon);
        Interval[] delta = Centred(x, v => v.Delta, epsilon).Values;
        int n = x.Length;
        double squares = 0;
        foreach (Interval d in delta) squares += d.MaxAbs * d.MaxAbs;
        double rootError = Math.Sqrt(squares / n) * (1 + 1e-9);
        double limit = Math.Sqrt(Math.Max(0, n - 1)) * (1 + 1e-9);
        var z = new PairInterval[n];
        for (int i = 0; i < n; i++)
        {
            Interval o = (original[i] * new Interval(0, 1 / originalRoot)).Meet(new(-limit, limit));
            Interval r = (reduced[i] * new Interval(0, 1 / reducedRoot)).Meet(new(-limit, limit));
            double by = (delta[i].MaxAbs + (o.MaxAbs * rootError)) / reducedRoot;
            // An error of D in the float program counts as a δD of that size, over the s that it computes.
            double Error(Interval value, double error, double root)
                => (error * (1 + value.MaxAbs) / (0.9999 * Math.Max(Math.Sqrt(epsilon), root - error))) + (value.MaxAbs * (FloatRounding.Function + (2 * n * FloatRounding.Unit)));
            PairInterval wide = new PairInterval(o, r, new(-by, by)).Rounded(Error(o, originalError, originalRoot), Error(r, reducedError, reducedRoot));
            // However wrong a float program's D is, it is divided by the s of all of its D, and cannot be over √n of it.
            double most = Math.Sqrt(n) * (1 + (4 * (n + 16) * FloatRounding.Unit));
            z[i] = new PairInterval(wide.Original.Meet(new(-most, most)), wide.Reduced.Meet(new(-most, most)), wide.Delta).Refined();
        }

        return z;
    }

    /// <summary>x − mean of each element, the smallest s, and the rounding error of an element.</summary>
    private static (Interval[] Values, double Root, double Error) Centred(PairInterval[] x, Func<PairInterval, Interval> side, double epsilon)
    {
        int n = x.Length;
        var sum = Interval.Point(0);
        double magnitude = 0;
        foreach (PairInterval v in x)
        {
            sum += side(v);
            magnitude += side(v).MaxAbs;
        }

        var values = new Interval[n];
        double squares = 0;
        double largest = 0;
        for (int i = 0; i < n; i++)
        {
            Interval own = side(x[i]);
            // The element's own share of the mean is one value, not two.
            var others = new Interval(sum.Low - own.Low, sum.High - own.High);
            values[i] = ((own * Interval.Point((n - 1.0) / n)) - (others * Interval.Point(1.0 / n))).Widened(((magnitude / n) + own.MaxAbs) * 1e-12);
            squares += values[i].MinAbs * values[i].MinAbs;
            largest = Math.Max(largest, own.MaxAbs);
        }

        double root = Math.Sqrt((squares / n * (1 - 1e-9)) + epsilon);
        return (values, root, (FloatRounding.OfSum(n, magnitude) / n) + FloatRounding.OfSum(2, 2 * largest));
    }
}
