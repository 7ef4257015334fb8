using System;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// Elementwise functions of one operand. The range is that of the ends and the turning points between; the difference is δ times the
/// slopes that occur between the two networks' values (the mean value theorem), and the difference of the two ranges cuts it.
/// </summary>
internal static class FunctionRule
{
    /// <summary>Bounds the output of an operator of <see cref="FunctionTable"/>.</summary>
    public static void Run(PropagationContext context)
    {
        FunctionRow row = FunctionTable.Find(context.Node.Operator.Name);
        ElementwiseRow meaning = ((RowOperator)context.Operator).Row;
        double[] parameters = meaning.Parameters(context.Node.Attributes);
        var operand = new double[1];
        double Function(double x)
        {
            operand[0] = x;
            return meaning.Real!(operand, parameters);
        }

        if (row.Accepts?.Invoke(parameters) == false) throw new UncertifiableException("has attributes that the error bound has no rule for");
        double[] turns = row.Turns(parameters);
        PairBound x = context.Bound(0);
        var y = new PairBound(x.Lengths);
        for (int i = 0; i < y.Count; i++)
        {
            y[i] = row.Domain is { } domain && !(x[i].Hull.Low >= domain.Low && x[i].Hull.High <= domain.High)
                ? PairInterval.Unbounded
                : Apply(x[i], Function, turns, row.Slope is null ? null : h => row.Slope(h, parameters), row.OfResult, row.OfInput);
        }

        context.SetOutput(0, y);
    }

    /// <summary>Bounds a function of one element.</summary>
    /// <param name="x">The element.</param>
    /// <param name="function">The function.</param>
    /// <param name="turns">Points between which it is monotone.</param>
    /// <param name="slope">The slopes that occur in an interval; null: it has none.</param>
    /// <param name="ofResult">The rounding error relative to the result.</param>
    /// <param name="ofInput">The rounding error relative to the operand.</param>
    public static PairInterval Apply(PairInterval x, Func<double, double> function, double[] turns, Func<Interval, Interval>? slope, double ofResult, double ofInput)
    {
        Interval original = Range(x.Original, function, turns);
        Interval reduced = Range(x.Reduced, function, turns);
        Interval delta = reduced - original;
        if (slope is not null)
        {
            Interval byMean = x.Delta * slope(x.Hull);
            // An infinite slope times zero is no number: Meet leaves the difference of the ranges.
            delta = delta.Meet(byMean);
        }

        var y = new PairInterval(original, reduced, delta);
        if (ofResult != 0) y = y.Rounded(ofResult);
        if (ofInput != 0) y = y.Rounded(x.Original.MaxAbs * ofInput, x.Reduced.MaxAbs * ofInput);
        return y.Refined();
    }

    private static Interval Range(Interval x, Func<double, double> function, double[] turns)
    {
        double a = function(x.Low);
        double b = function(x.High);
        double low = Math.Min(a, b);
        double high = Math.Max(a, b);
        foreach (double turn in turns)
        {
            if (!(turn > x.Low && turn < x.High)) continue;
            double value = function(turn);
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return new Interval(low, high);
    }
}
