using System;
using System.Collections.Immutable;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// A function that is twice differentiable between some points. Between two samples at a distance h, f(x) − s·x is at least the lesser
/// end's less M·h² ⁄ 8, M the largest |f''| there: the error of linear interpolation. So a line of any slope s gets an offset that is
/// sound, and the best of a few slopes is taken.
/// </summary>
internal abstract record SmoothActivation : Activation
{
    /// <summary>Parts of an interval, beside those that breaks make.</summary>
    private const int Parts = 32;

    /// <summary>What lines lose to the analyser's rounding, relative to all magnitudes in them.</summary>
    private const double Slack = 64 * FloatRounding.Analyser;

    /// <summary>Where the function, or its slope, jumps: ascending.</summary>
    protected virtual ImmutableArray<double> Breaks => [];

    /// <inheritdoc/>
    public override double Domain => 1e30;

    /// <summary>The numbers that the function, as float32 code computes it, never leaves.</summary>
    protected virtual Interval Range => Interval.Unbounded;

    /// <summary>The largest |f''| over an interval without breaks inside.</summary>
    protected abstract double Curvature(double lower, double upper);

    /// <inheritdoc/>
    public abstract override double Error(double reach, double largest);

    /// <summary>The limit at a break from the one side (−1) or the other (1).</summary>
    protected virtual double Limit(double x, int side) => Apply(x);

    /// <inheritdoc/>
    public sealed override Interval Bound(double lower, double upper)
    {
        if (!(lower >= -Domain && upper <= Domain)) return Range;
        Samples samples = Sample(lower, upper);
        return Computed(samples.Around(0), Math.Max(Math.Abs(lower), Math.Abs(upper)));
    }

    /// <inheritdoc/>
    public sealed override Relaxation Relax(double lower, double upper)
    {
        if (!(lower >= -Domain && upper <= Domain)) return Relaxation.Constant(Range.Low, Range.High);
        Samples samples = Sample(lower, upper);
        Interval values = samples.Around(0);
        double reach = Math.Max(Math.Abs(lower), Math.Abs(upper)), middle = lower + ((upper - lower) / 2);
        Interval range = Computed(values, reach);
        Relaxation best = Relaxation.Constant(range.Low, range.High);
        if (!(upper - lower > 1e-9) || double.IsInfinity(range.High)) return best;
        double below = range.Low, above = range.High;
        foreach (double slope in (ReadOnlySpan<double>)[(Apply(upper) - Apply(lower)) / (upper - lower), Slope(lower), Slope(middle), Slope(upper)])
        {
            Interval offsets = samples.Around(slope);
            double error = Error(reach, values.MaxAbs) + ((values.MaxAbs + (Math.Abs(slope) * reach)) * Slack);
            if (!(offsets.MaxAbs < double.MaxValue)) continue;
            if ((slope * middle) + offsets.Low - error > below) (below, best) = ((slope * middle) + offsets.Low - error, best with { LowerSlope = slope, LowerOffset = offsets.Low - error });
            if ((slope * middle) + offsets.High + error < above) (above, best) = ((slope * middle) + offsets.High + error, best with { UpperSlope = slope, UpperOffset = offsets.High + error });
        }

        return best;
    }

    private Interval Computed(Interval values, double reach)
    {
        if (!(values.MaxAbs < float.MaxValue / 2)) return Range;
        Interval widened = values.Widened(Error(reach, values.MaxAbs) + (values.MaxAbs * Slack));
        return new(Math.Max(widened.Low, Range.Low), Math.Min(widened.High, Range.High));
    }

    private Samples Sample(double lower, double upper)
    {
        ImmutableArray<double> breaks = Breaks;
        var samples = new Samples(Parts + 1 + breaks.Length);
        double from = lower;
        foreach (double stop in breaks)
        {
            if (stop == lower || stop == upper) samples.AddPoint(stop, Apply(stop));
            if (!(stop > lower && stop < upper)) continue;
            AddPart(samples, from, stop, upper - lower);
            samples.AddPoint(stop, Apply(stop));
            from = stop;
        }

        AddPart(samples, from, upper, upper - lower);
        return samples;
    }

    /// <summary>Samples a part between breaks, as densely as the whole interval.</summary>
    private void AddPart(Samples samples, double from, double to, double whole)
    {
        int parts = whole > 0 ? Math.Max(1, (int)(Parts * (to - from) / whole)) : 1;
        double step = (to - from) / parts, gap = Curvature(from, to) * step * step / 8;
        for (int k = 0; k <= parts; k++)
        {
            double x = k == parts ? to : from + (k * step);
            samples.AddPoint(x, k == 0 ? Limit(x, 1) : k == parts ? Limit(x, -1) : Apply(x), gap);
        }
    }

    /// <summary>Points of the function, and how far it may be beyond the lines between them.</summary>
    private sealed class Samples(int capacity)
    {
        private double[] _x = new double[2 * capacity];
        private double[] _y = new double[2 * capacity];
        private double[] _gap = new double[2 * capacity];
        private int _count;

        public void AddPoint(double x, double y, double gap = 0)
        {
            if (_count == _x.Length)
            {
                Array.Resize(ref _x, 2 * _count);
                Array.Resize(ref _y, 2 * _count);
                Array.Resize(ref _gap, 2 * _count);
            }

            (_x[_count], _y[_count], _gap[_count]) = (x, y, gap);
            _count++;
        }

        /// <summary>The least and largest f(x) − slope·x.</summary>
        public Interval Around(double slope)
        {
            (double least, double most) = (double.PositiveInfinity, double.NegativeInfinity);
            for (int i = 0; i < _count; i++)
            {
                double value = _y[i] - (slope * _x[i]);
                if (double.IsNaN(value) || double.IsNaN(_gap[i])) return Interval.Unbounded;
                least = Math.Min(least, value - _gap[i]);
                most = Math.Max(most, value + _gap[i]);
            }

            return new(least, most);
        }
    }
}
