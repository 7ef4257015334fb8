using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>How far two networks are apart over a box.</summary>
/// <param name="Bound">No output element differs by more, for any input of the box.</param>
/// <param name="Found">The largest difference that was found, in double.</param>
/// <param name="Input">Where.</param>
/// <param name="Nodes">Boxes whose bound was computed.</param>
public sealed record DifferenceOutcome(double Bound, double Found, double[] Input, long Nodes)
{
    /// <summary>How much of the bound is not known to be error: 1 for a bound that is reached.</summary>
    public double Ratio => Found > 0 ? Bound / Found : double.PositiveInfinity;
}

/// <summary>
/// Bounds the difference of two networks by splitting the box where the bound is largest, and looks for large differences by gradient ascent.
/// Deterministic for any number of threads.
/// </summary>
internal sealed class DifferenceSearch
{
    /// <summary>Inputs up to which each is tried as the one to split.</summary>
    private const int MostTried = 8;

    /// <summary>Boxes that are split at once, whatever the number of threads.</summary>
    private const int BatchLength = 16;
    private const int Starts = 48;
    private const int Steps = 40;

    private readonly DifferenceNetwork _pair;
    private readonly ForwardPass _original;
    private readonly ForwardPass _reduced;
    private readonly DifferenceBounds[] _bounds;
    private readonly SortedSet<(double Bound, long Number)> _order = [];
    private readonly Dictionary<long, (double[] Lower, double[] Upper, int Split)> _boxes = [];
    private readonly CancellationToken _cancellation;
    private readonly SplitMix64 _random = new(0xD1FF);
    private long _count;
    private long _nodes;
    private double _found;
    private double[] _input = [];
    private double? _limit;

    private DifferenceSearch(BoundNetwork original, BoundNetwork reduced, int threads, CancellationToken cancellation)
    {
        _pair = DifferenceNetwork.Of(original, reduced);
        (_original, _reduced) = (new ForwardPass(original), new ForwardPass(reduced));
        _bounds = [.. Enumerable.Range(0, Math.Max(1, threads)).Select(_ => new DifferenceBounds(_pair))];
        _cancellation = cancellation;
    }

    /// <summary>Bounds a difference.</summary>
    /// <param name="original">The one network.</param>
    /// <param name="reduced">The other one.</param>
    /// <param name="box">The inputs.</param>
    /// <param name="nodes">Boxes whose bound may be computed.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellation">Ends the search; what was proven until then is returned.</param>
    /// <param name="limit">Ends the search as soon as the bound is at most that, or more was found; null: the bound is to be good.</param>
    /// <exception cref="UnverifiableException">The networks are beyond these bounds.</exception>
    public static DifferenceOutcome Run(BoundNetwork original, BoundNetwork reduced, VerifiedBox box, long nodes, int threads, CancellationToken cancellation, double? limit = null)
        => new DifferenceSearch(original, reduced, threads, cancellation).Run(box, nodes, limit);

    /// <summary>A bound that is good enough.</summary>
    private double Target => _limit ?? _found * 1.02;

    private DifferenceOutcome Run(VerifiedBox box, long nodes, double? limit)
    {
        _limit = limit;
        (double[] lower, double[] upper) = Check.LeafProver.BoxOf(box);
        Attack(lower, upper);
        double whole = _bounds[0].Largest(lower, upper, out int split);
        Add(whole, lower, upper, split);
        _nodes = 1;
        while (_nodes < nodes && _order.Max.Bound > Target && !(_found > _limit) && !double.IsInfinity(whole) && !_cancellation.IsCancellationRequested)
            if (!Step()) break;
        return new DifferenceOutcome(_order.Max.Bound, _found, _input, _nodes);
    }

    /// <summary>Splits the boxes with the largest bounds.</summary>
    /// <returns>Whether any could be split.</returns>
    private bool Step()
    {
        long[] batch = [.. _order.Reverse().Take(BatchLength).Where(o => o.Bound > Target && _boxes[o.Number].Split >= 0).Select(static o => o.Number)];
        if (batch.Length == 0) return false;
        var parts = new Part[batch.Length][];
        int next = -1;
        void Work(DifferenceBounds bounds)
        {
            for (int i = Interlocked.Increment(ref next); i < batch.Length; i = Interlocked.Increment(ref next)) parts[i] = Split(bounds, _boxes[batch[i]]);
        }

        if (_bounds.Length == 1) Work(_bounds[0]);
        else Parallel.ForEach(_bounds, Work);
        foreach ((double bound, long number) in _order.Where(o => batch.Contains(o.Number)).ToArray())
        {
            Part[] halves = parts[Array.IndexOf(batch, number)];
            _order.Remove((bound, number));
            _boxes.Remove(number);
            foreach (Part half in halves)
            {
                // What holds in a box holds in its parts.
                Add(Math.Min(bound, half.Bound), half.Lower, half.Upper, half.Split);
                Try([.. half.Lower.Zip(half.Upper, static (l, u) => (l + u) / 2)]);
            }
        }

        return true;
    }

    private Part[] Split(DifferenceBounds bounds, (double[] Lower, double[] Upper, int Split) box)
    {
        int[] inputs = box.Lower.Length <= MostTried ? [.. Enumerable.Range(0, box.Lower.Length).Where(i => box.Upper[i] - box.Lower[i] > 1e-7 * (Math.Abs(box.Lower[i]) + Math.Abs(box.Upper[i])))] : [box.Split];
        Part[] best = [];
        foreach (int input in inputs.DefaultIfEmpty(box.Split))
        {
            Part[] halves = Halves(bounds, box.Lower, box.Upper, input);
            if (best.Length == 0 || halves.Max(static h => h.Bound) < best.Max(static h => h.Bound)) best = halves;
        }

        return best;
    }

    private Part[] Halves(DifferenceBounds bounds, double[] lower, double[] upper, int input)
    {
        double middle = lower[input] + ((upper[input] - lower[input]) / 2);
        double[] left = (double[])upper.Clone(), right = (double[])lower.Clone();
        left[input] = right[input] = middle;
        double low = bounds.Largest(lower, left, out int first), high = bounds.Largest(right, upper, out int second);
        Interlocked.Add(ref _nodes, 2);
        return [new Part(low, lower, left, first), new Part(high, right, upper, second)];
    }

    private void Add(double bound, double[] lower, double[] upper, int split)
    {
        _order.Add((bound, _count));
        _boxes.Add(_count++, (lower, upper, split));
    }

    /// <summary>Ascends from many points, for each output and sign in turn.</summary>
    private void Attack(double[] lower, double[] upper)
    {
        int outputs = _pair.Network.Outputs;
        for (int start = 0; start < Starts; start++)
        {
            if (_cancellation.IsCancellationRequested) return;
            double[] point = [.. lower.Select((l, i) => l + ((upper[i] - l) * (start == 0 ? 0.5 : _random.NextUnit())))];
            var factors = new double[outputs];
            factors[start / 2 % outputs] = start % 2 == 0 ? 1 : -1;
            double[] opposite = [.. factors.Select(static f => -f)];
            double step = 0.25;
            for (int k = 0; k < Steps; k++, step *= 0.9)
            {
                Try(point);
                double[] gradient = [.. _reduced.Gradient(factors).ToArray().Zip(_original.Gradient(opposite).ToArray(), static (a, b) => a + b)];
                for (int i = 0; i < point.Length; i++) point[i] = Math.Min(Math.Max(point[i] + (SlopeSign.Of(gradient[i]) * step * (upper[i] - lower[i])), lower[i]), upper[i]);
            }

            Try(point);
        }
    }

    private void Try(double[] point)
    {
        ReadOnlySpan<double> original = _original.Run(point), reduced = _reduced.Run(point);
        for (int j = 0; j < original.Length; j++)
        {
            double difference = Math.Abs(reduced[j] - original[j]);
            if (difference > _found) (_found, _input) = (difference, (double[])point.Clone());
        }
    }

    private readonly record struct Part(double Bound, double[] Lower, double[] Upper, int Split);
}
