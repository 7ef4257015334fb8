using System;
using System.Collections.Immutable;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Search;

/// <summary>
/// Projected gradient descent (Madry et al. 2018) from many points at once on the largest row of a conjunction, in steps along the signs that
/// shrink from half of the box. Deterministic. Not for several threads at once.
/// </summary>
internal sealed class BatchAttack(BoundNetwork network, int points)
{
    private const double FirstStep = 0.5;
    private const double LastStep = 0.004;

    private readonly BatchForwardPass _pass = new(network, points);
    private readonly double[] _point = new double[network.Inputs];
    private readonly double[] _outputs = new double[network.Outputs];

    /// <summary>Attacks a box from random points.</summary>
    /// <param name="target">The box, the conjunctions and how candidates are confirmed.</param>
    /// <param name="conjunction">The conjunction.</param>
    /// <param name="steps">The number of steps.</param>
    /// <param name="seed">What the points are drawn from.</param>
    /// <param name="cancellationToken">Ends the attack.</param>
    /// <returns>A counterexample, or null.</returns>
    public float[]? Run(AttackTarget target, int conjunction, int steps, ulong seed, CancellationToken cancellationToken)
    {
        var random = new SplitMix64(seed);
        VerifiedBox box = target.Box;
        for (int i = 0; i < box.Length; i++)
            for (int p = 0; p < _pass.Count; p++)
            {
                // The middle, random points, and random corners.
                double share = p == 0 ? 0.5 : p % 2 == 1 ? random.NextUnit() : Math.Round(random.NextUnit());
                _pass.Points[(i * _pass.Count) + p] = box.Lower[i] + ((box.Upper[i] - box.Lower[i]) * share);
            }

        return Descend(target, conjunction, steps, FirstStep, cancellationToken);
    }

    /// <summary>Attacks from given points.</summary>
    public float[]? Run(AttackTarget target, int conjunction, ReadOnlySpan<double[]> starts, int steps, CancellationToken cancellationToken)
    {
        for (int i = 0; i < network.Inputs; i++)
            for (int p = 0; p < _pass.Count; p++) _pass.Points[(i * _pass.Count) + p] = starts[Math.Min(p, starts.Length - 1)][i];
        return Descend(target, conjunction, steps, FirstStep / 4, cancellationToken);
    }

    private float[]? Descend(AttackTarget target, int conjunction, int steps, double first, CancellationToken cancellationToken)
    {
        double decay = Math.Pow(LastStep / first, 1.0 / Math.Max(1, steps - 1));
        double step = first;
        for (int k = 0; ; k++, step *= decay)
        {
            if (cancellationToken.IsCancellationRequested) return null;
            _pass.Run();
            if (Confirm(target, target.Conjunctions[conjunction]) is { } found) return found;
            if (k == steps) return null;
            Move(target.Box, target.Conjunctions[conjunction], step);
        }
    }

    /// <summary>Asks the generated code about the points that seem to fulfil the conjunction, and sets the factors of each point's largest row.</summary>
    private float[]? Confirm(AttackTarget target, Conjunction conjunction)
    {
        _pass.Factors.Clear();
        for (int p = 0; p < _pass.Count; p++)
        {
            double largest = 0;
            for (int j = 0; j < _outputs.Length; j++) largest = Math.Max(largest, Math.Abs(_outputs[j] = _pass.Outputs[(j * _pass.Count) + p]));
            for (int i = 0; i < _point.Length; i++) _point[i] = _pass.Points[(i * _pass.Count) + p];
            LinearRow? worst = null;
            double value = double.NegativeInfinity;
            foreach (LinearRow row in conjunction.Rows)
            {
                double own = row.Value(_point, _outputs);
                if (!(own <= value)) (worst, value) = (row, own);
            }

            // Doubles differ from the generated code's floats by about this.
            if (value <= 1e-6 * largest && target.Witness.Confirm(_point) is { } found) return found;
            if (worst is null) continue;
            for (int j = 0; j < worst.Outputs.Length; j++) _pass.Factors[(j * _pass.Count) + p] = worst.Outputs[j];
        }

        return null;
    }

    private void Move(VerifiedBox box, Conjunction conjunction, double step)
    {
        ReadOnlySpan<double> gradient = _pass.Gradient();
        ImmutableArray<double> inputs = conjunction.Rows.Length == 1 ? conjunction.Rows[0].Inputs : [];
        for (int i = 0; i < box.Length; i++)
        {
            (double lower, double upper) = (box.Lower[i], box.Upper[i]);
            for (int at = i * _pass.Count; at < (i + 1) * _pass.Count; at++)
            {
                int sign = SlopeSign.Of(gradient[at] + (i < inputs.Length ? inputs[i] : 0));
                _pass.Points[at] = Math.Min(Math.Max(_pass.Points[at] - (sign * step * (upper - lower)), lower), upper);
            }
        }
    }
}

/// <summary>What is attacked.</summary>
/// <param name="Box">The inputs.</param>
/// <param name="Conjunctions">What a counterexample fulfils: one of them.</param>
/// <param name="Witness">Confirms candidates.</param>
internal sealed record AttackTarget(VerifiedBox Box, ImmutableArray<Conjunction> Conjunctions, Witness Witness);
