using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>What came of a search for slopes of the wrong sign.</summary>
/// <param name="IsProven">Whether there is none that the slack does not cover.</param>
/// <param name="Suspects">Inputs where the slope has the wrong sign, in double; empty where none was found.</param>
/// <param name="Nodes">Boxes that were bounded.</param>
internal sealed record MonotoneOutcome(bool IsProven, IReadOnlyList<double[]> Suspects, long Nodes);

/// <summary>
/// Proves that an output is monotone in an input: bounds its slopes, and splits the box where they may have the wrong sign. Deterministic for any
/// number of threads.
/// </summary>
internal sealed class MonotoneSearch
{
    /// <summary>Boxes that are bounded at once, whatever the number of threads.</summary>
    private const int BatchLength = 64;

    /// <summary>Inputs up to which each is tried as the one to split.</summary>
    private const int MostTried = 6;
    private const int MostSuspects = 16;

    private readonly SecantBounds[] _bounds;
    private readonly ForwardPassOfSlope _slope;
    private readonly double[] _weights;
    private readonly int _output;
    private readonly int _sign;
    private readonly CancellationToken _cancellation;

    /// <summary>Makes a search.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The input that rises.</param>
    /// <param name="output">The output.</param>
    /// <param name="sign">1 where it must not fall, −1 where it must not rise.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="UnverifiableException">The network is beyond these bounds.</exception>
    public MonotoneSearch(BoundNetwork network, int input, int output, int sign, int threads, CancellationToken cancellation)
    {
        SecantNetwork secants = SecantNetwork.Of(network, input);
        _bounds = [.. Enumerable.Range(0, Math.Max(1, threads)).Select(_ => new SecantBounds(secants))];
        _slope = new ForwardPassOfSlope(network, input, output, sign);
        (_output, _sign, _cancellation) = (output, sign, cancellation);
        _weights = WeightsOf(network);
    }

    /// <summary>How far float32 rounding can move any output of a network over a box.</summary>
    /// <param name="network">The network.</param>
    /// <param name="box">The inputs.</param>
    /// <param name="unit">Half a unit in the last place of the largest output.</param>
    /// <exception cref="UnverifiableException">The network is beyond these bounds.</exception>
    public static double Rounding(BoundNetwork network, VerifiedBox box, out double unit)
    {
        // The difference to the same network in real numbers.
        BoundNetwork real = network with { Nodes = [.. network.Nodes.Select(static n => n is AffineNode affine ? affine with { Rounding = null } : n)] };
        (double[] lower, double[] upper) = LeafProver.BoxOf(box);
        var bounds = new DifferenceBounds(network, real);
        double error = bounds.Largest(lower, upper, default);
        unit = bounds.LargestOutput / (1 << 24);
        return error;
    }

    /// <summary>Searches.</summary>
    /// <param name="box">The inputs.</param>
    /// <param name="tolerance">How far slopes may have the wrong sign.</param>
    /// <param name="nodes">Boxes that may be bounded.</param>
    public MonotoneOutcome Run(VerifiedBox box, double tolerance, long nodes)
    {
        (double[] lower, double[] upper) = LeafProver.BoxOf(box);
        var suspects = new List<double[]>();
        var waiting = new Queue<(double[] Lower, double[] Upper)>();
        waiting.Enqueue((lower, upper));
        long bounded = 0;
        while (waiting.Count > 0 && suspects.Count < MostSuspects)
        {
            if (bounded >= nodes || _cancellation.IsCancellationRequested) return new(false, suspects, bounded);
            var batch = new List<(double[] Lower, double[] Upper)>();
            while (batch.Count < BatchLength && waiting.Count > 0) batch.Add(waiting.Dequeue());
            (double[] Lower, double[] Upper)[][] parts = InParallel(batch, tolerance, ref bounded);
            for (int k = 0; k < batch.Count; k++)
            {
                foreach ((double[] Lower, double[] Upper) part in parts[k]) waiting.Enqueue(part);
                if (parts[k].Length == 0) continue;
                double[] middle = [.. batch[k].Lower.Zip(batch[k].Upper, static (l, u) => l + ((u - l) / 2))];
                if (_slope.At(middle) < -tolerance) suspects.Add(middle);
                if (parts[k].Length == 1) return new(false, suspects, bounded);
            }
        }

        return new(suspects.Count == 0, suspects, bounded);
    }

    /// <summary>The parts that are left of each box: none where it is proven, the box itself where it cannot be split.</summary>
    private (double[] Lower, double[] Upper)[][] InParallel(List<(double[] Lower, double[] Upper)> batch, double tolerance, ref long bounded)
    {
        var parts = new (double[] Lower, double[] Upper)[batch.Count][];
        long count = 0;
        int next = -1;
        void Work(SecantBounds bounds)
        {
            for (int k = Interlocked.Increment(ref next); k < parts.Length; k = Interlocked.Increment(ref next))
            {
                parts[k] = Parts(bounds, batch[k], tolerance, out int own);
                Interlocked.Add(ref count, own);
            }
        }

        if (_bounds.Length == 1 || batch.Count == 1) Work(_bounds[0]);
        else Parallel.ForEach(_bounds, Work);
        bounded += count;
        return parts;
    }

    private (double[] Lower, double[] Upper)[] Parts(SecantBounds bounds, (double[] Lower, double[] Upper) box, double tolerance, out int bounded)
    {
        bounded = 1;
        if (bounds.Least(box.Lower, box.Upper, _output, _sign) >= -tolerance) return [];
        int[] inputs = [.. Enumerable.Range(0, box.Lower.Length).Where(i => box.Upper[i] - box.Lower[i] > 1e-6 * (Math.Abs(box.Lower[i]) + Math.Abs(box.Upper[i])))];
        if (inputs.Length == 0) return [box];
        int best = inputs.OrderByDescending(i => _weights[i] * (box.Upper[i] - box.Lower[i])).First();
        if (inputs.Length is > 1 and <= MostTried)
        {
            double most = double.NegativeInfinity;
            foreach (int input in inputs)
            {
                bounded += 2;
                double worse = Halves(box, input).Min(h => bounds.Least(h.Lower, h.Upper, _output, _sign));
                if (worse > most) (best, most) = (input, worse);
            }
        }

        return Halves(box, best);
    }

    private static (double[] Lower, double[] Upper)[] Halves((double[] Lower, double[] Upper) box, int input)
    {
        double middle = box.Lower[input] + ((box.Upper[input] - box.Lower[input]) / 2);
        double[] left = (double[])box.Upper.Clone(), right = (double[])box.Lower.Clone();
        left[input] = right[input] = middle;
        return [(box.Lower, left), (right, box.Upper)];
    }

    /// <summary>By input the sum of the magnitudes of what reads it.</summary>
    private static double[] WeightsOf(BoundNetwork network)
    {
        var weights = new double[network.Inputs];
        foreach (AffineNode node in network.Nodes.OfType<AffineNode>())
        {
            for (int s = 0; s < node.Sources.Length; s++)
            {
                if (node.Sources[s] != 0) continue;
                for (int row = 0; row < node.Length; row++)
                {
                    ReadOnlySpan<int> columns = node.Maps[s].Columns(row);
                    ReadOnlySpan<double> values = node.Maps[s].Values(row);
                    for (int k = 0; k < columns.Length; k++) weights[columns[k]] += Math.Abs(values[k]);
                }
            }
        }

        return weights;
    }
}
