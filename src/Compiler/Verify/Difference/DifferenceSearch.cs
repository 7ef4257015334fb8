using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Difference;

/// <summary>How far two networks are apart over a box.</summary>
/// <param name="Bound">No output element differs by more, for any input of the box.</param>
/// <param name="Found">The largest difference that was found, in double.</param>
/// <param name="Input">Where: float32 numbers of the box; empty where none was found.</param>
/// <param name="Nodes">Parts of the box whose bound was computed.</param>
public sealed record DifferenceOutcome(double Bound, double Found, float[] Input, long Nodes)
{
    /// <summary>How much of the bound is not known to be error: 1 for a bound that is reached.</summary>
    public double Ratio => Found > 0 ? Bound / Found : double.PositiveInfinity;
}

/// <summary>
/// Bounds the difference of two networks: the part of the box where the bound is largest is analysed, what may be beyond the target in it is halved. Deterministic for any number of threads.
/// </summary>
internal sealed class DifferenceSearch
{
    /// <summary>Parts that are analysed at once, whatever the number of threads.</summary>
    private const int BatchLength = 16;

    /// <summary>A bound this near to what was found is good enough.</summary>
    private const double Near = 1.02;

    private readonly DifferenceBounds[] _bounds;
    private readonly DifferenceAttack _attack;
    private readonly SortedDictionary<(double Bound, long Number), DifferenceRegion> _regions = [];
    private readonly CancellationToken _cancellation;
    private readonly double? _limit;
    private readonly long _mostKept;
    private (double Difference, double[] Input) _found = (0, []);
    private double _proven;
    private long _count;
    private long _nodes;

    private DifferenceSearch(BoundNetwork original, BoundNetwork reduced, int threads, double? limit, CancellationToken cancellation)
    {
        _bounds = [.. Enumerable.Range(0, Math.Min(BatchLength, Math.Max(1, threads))).Select(_ => new DifferenceBounds(original, reduced))];
        _attack = new DifferenceAttack(original, reduced);
        _mostKept = _bounds[0].MostKept;
        (_limit, _cancellation) = (limit, cancellation);
    }

    /// <summary>Bounds a difference.</summary>
    /// <param name="original">The one network.</param>
    /// <param name="reduced">The other one.</param>
    /// <param name="box">The inputs.</param>
    /// <param name="nodes">Parts whose bound may be computed.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellation">Ends the search; what was proven until then is returned.</param>
    /// <param name="limit">Ends the search as soon as the bound is at most that, or more was found; null: the bound is to be good.</param>
    /// <exception cref="UnverifiableException">The networks are beyond these bounds.</exception>
    public static DifferenceOutcome Run(BoundNetwork original, BoundNetwork reduced, VerifiedBox box, long nodes, int threads, CancellationToken cancellation, double? limit = null)
        => new DifferenceSearch(original, reduced, threads, limit, cancellation).Run(new FloatBox(box), nodes);

    private double Target => _limit ?? _found.Difference * Near;

    private double Bound => Math.Max(_proven, _regions.Count == 0 ? 0 : _regions.Keys.First().Bound * -1);

    private DifferenceOutcome Run(FloatBox box, long nodes)
    {
        VerifiedBox hull = box.Hull;
        _found = _attack.Run(hull.Lower, hull.Upper, _cancellation);
        Add(new DifferenceRegion([.. hull.Lower], [.. hull.Upper], double.PositiveInfinity, null));
        try
        {
            while (_nodes < nodes && _regions.Count > 0 && Bound > Target && !(_found.Difference > _limit)) Step(nodes);
        }
        catch (OperationCanceledException)
        {
            // What is proven of the parts that are left is in their bounds.
        }

        if (_found.Input.Length == 0) return new DifferenceOutcome(Bound, 0, [], _nodes);
        float[] input = box.Round(_found.Input);
        return new DifferenceOutcome(Bound, _attack.At([.. input.Select(static x => (double)x)]).Difference, input, _nodes);
    }

    /// <summary>Analyses the parts with the largest bounds.</summary>
    private void Step(long nodes)
    {
        KeyValuePair<(double Bound, long Number), DifferenceRegion>[] batch = [.. _regions.Take((int)Math.Min(BatchLength, nodes - _nodes))];
        double target = Target;
        bool keepsBounds = _regions.Count < _mostKept;
        var results = new DifferenceParts[batch.Length];
        int next = -1;
        void Work(DifferenceBounds bounds)
        {
            for (int i = Interlocked.Increment(ref next); i < batch.Length; i = Interlocked.Increment(ref next)) results[i] = bounds.Analyse(batch[i].Value, target, keepsBounds, _cancellation);
        }

        _cancellation.ThrowIfCancellationRequested();
        if (_bounds.Length == 1 || batch.Length == 1) Work(_bounds[0]);
        else Parallel.For(0, _bounds.Length, new ParallelOptions { MaxDegreeOfParallelism = _bounds.Length, CancellationToken = _cancellation }, k => Work(_bounds[k]));
        for (int i = 0; i < batch.Length; i++)
        {
            _regions.Remove(batch[i].Key);
            _found = DifferenceAttack.Better(_found, results[i].Found);
            // What no part holds any more is within the target, or its bound is all there is.
            _proven = Math.Max(_proven, results[i].Parts.IsEmpty ? results[i].Bound : Math.Min(results[i].Bound, target));
            foreach (DifferenceRegion part in results[i].Parts) Add(part);
        }

        _nodes += batch.Length;
    }

    private void Add(DifferenceRegion region) => _regions.Add((-region.Bound, _count++), region);
}
