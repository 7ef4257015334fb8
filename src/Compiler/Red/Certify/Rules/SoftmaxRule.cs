using System;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// Softmax and its logarithm. yᵢ = 1 ⁄ Σⱼ exp(xⱼ − xᵢ) falls with every xⱼ and grows with xᵢ; and since yᵢ~ ⁄ yᵢ = 1 ⁄ Σⱼ yⱼ exp(δⱼ − δᵢ) with
/// Σ y = 1, the logarithm of that ratio lies between the smallest and the largest δᵢ − δⱼ (0 for j = i among them).
/// </summary>
internal static class SoftmaxRule
{
    /// <summary>Bounds Softmax.</summary>
    public static void Softmax(PropagationContext context) => Run(context, Probability);

    /// <summary>Bounds LogSoftmax.</summary>
    public static void LogSoftmax(PropagationContext context) => Run(context, Logarithm);

    private static void Run(PropagationContext context, Func<PairInterval, double, int, PairInterval> finish)
    {
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        AxisView view = Softmaxes.View(context.Node, x.Lengths);
        var line = new PairInterval[view.Length];
        for (int outer = 0; outer < view.Outer; outer++)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            for (int inner = 0; inner < view.Inner; inner++)
            {
                int start = view.Start(outer, inner);
                Interval all = line.Length == 0 ? default : x[start].Hull;
                for (int i = 0; i < line.Length; i++)
                {
                    line[i] = x[start + (i * view.Inner)];
                    all = all.Hull(line[i].Hull);
                }

                for (int i = 0; i < line.Length; i++) y[start + (i * view.Inner)] = finish(Logarithms(line, i), all.High - all.Low, line.Length).Refined();
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>ln y of one element, exactly, and the logarithm of the ratio of the two networks' y as the difference.</summary>
    private static PairInterval Logarithms(PairInterval[] x, int i)
    {
        double low = 0;
        double high = 0;
        for (int j = 0; j < x.Length; j++)
        {
            if (j == i) continue;
            low = Math.Min(low, x[i].Delta.Low - x[j].Delta.High);
            high = Math.Max(high, x[i].Delta.High - x[j].Delta.Low);
        }

        return new PairInterval(
            new(-LogSum(x, i, v => v.Original, highest: true), -LogSum(x, i, v => v.Original, highest: false)),
            new(-LogSum(x, i, v => v.Reduced, highest: true), -LogSum(x, i, v => v.Reduced, highest: false)),
            new(low, high));
    }

    /// <summary>The largest or smallest ln Σⱼ exp(xⱼ − xᵢ).</summary>
    private static double LogSum(PairInterval[] x, int i, Func<PairInterval, Interval> side, bool highest)
    {
        double Exponent(int j) => j == i ? 0 : highest ? side(x[j]).High - side(x[i]).Low : side(x[j]).Low - side(x[i]).High;
        double max = 0;
        for (int j = 0; j < x.Length; j++) max = Math.Max(max, Exponent(j));
        double sum = 0;
        for (int j = 0; j < x.Length; j++) sum += Math.Exp(Exponent(j) - max);
        return max + Math.Log(sum);
    }

    /// <summary>The relative error of a float32 softmax: that of each xⱼ − max becomes relative under the power; functions, sum and division on top.</summary>
    private static double Relative(double spread, int length)
    {
        double error = (4 * FloatRounding.Unit * spread) + (4 * FloatRounding.Function) + (2 * length * FloatRounding.Unit);
        return error < 0.05 ? 1.1 * error : double.PositiveInfinity;
    }

    private static PairInterval Logarithm(PairInterval y, double spread, int length)
    {
        // Powers that underflow are lost beside the largest, which is 1.
        double error = (Relative(spread, length) * (1 + Math.Log(length))) + (4 * FloatRounding.Unit * (spread + Math.Log(length)));
        return y.Rounded(error, error);
    }

    private static PairInterval Probability(PairInterval log, double spread, int length)
    {
        var original = new Interval(Math.Exp(log.Original.Low), Math.Min(1, Math.Exp(log.Original.High)));
        var reduced = new Interval(Math.Exp(log.Reduced.Low), Math.Min(1, Math.Exp(log.Reduced.High)));
        // y~ − y = y (e^d − 1) = y~ (1 − e^−d).
        double low = -Least(original.High * -ExpMinusOne(log.Delta.Low), reduced.High * ExpMinusOne(-log.Delta.Low));
        double high = Least(reduced.High * -ExpMinusOne(-log.Delta.High), original.High * ExpMinusOne(log.Delta.High));
        double relative = Relative(spread, length);
        // The largest power is 1, so that a float program divides each by a sum that is no smaller: what it finds lies in [0, 1].
        var all = new Interval(0, 1 + FloatRounding.Function);
        if (spread > float.MaxValue / 2) return PairInterval.Unbounded;
        if (double.IsInfinity(relative)) return new PairInterval(all, all, all - all);
        PairInterval wide = new PairInterval(original, reduced, new(low, high)).Rounded(FloatRounding.Of(original.High, relative), FloatRounding.Of(reduced.High, relative));
        return new PairInterval(wide.Original.Meet(all), wide.Reduced.Meet(all), wide.Delta.Meet(all - all));
    }

    /// <summary>The smaller one; the first where the second overflows to no number.</summary>
    private static double Least(double a, double b) => b < a ? b : a;

    private static double ExpMinusOne(double x) => Operators.Elementwise.ReferenceMath.ExpMinusOne(x);
}
