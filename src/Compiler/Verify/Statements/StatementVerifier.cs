using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.FixedPoints;
using RedGen.Compiler.Verify.Monotone;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>What came of a statement about two runs of a network, or about two networks.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Property">What was verified.</param>
/// <param name="Bound">What is proven of the slack, or of the difference; null where nothing is.</param>
public sealed record StatementOutcome(Verdict Verdict, VerifiedProperty Property, double? Bound);

/// <summary>
/// Verifies statements by what is known of them: monotonicity by bounds of slopes, equivalence by bounds of the difference, and both as
/// properties of two networks where such bounds do not reach.
/// </summary>
public static class StatementVerifier
{
    /// <summary>What is added to the slack that rounding needs, as its share, beside half a unit in the last place: so much may slopes be wrong by the analysis' own rounding.</summary>
    private const double SlackShare = 1.0 / 16;

    /// <summary>Values of the input that rises which are tried along a line.</summary>
    private const int LinePoints = 33;

    /// <summary>Verifies monotonicity.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="plan">The compiled model.</param>
    /// <param name="inputRange">The inputs where the statement says nothing.</param>
    /// <param name="predict">Runs the generated code of the model.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="onProgress">Told the regions that were analysed and those that wait; may be null.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FormatException">A name in the statement is not the network's.</exception>
    public static StatementOutcome Run(MonotoneStatement statement, ExecutionPlan plan, string inputRange, Func<float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress, CancellationToken cancellationToken)
    {
        NetworkSignature network = NetworkSignature.Of(plan, out string problem) ?? throw new FormatException(problem);
        VerifiedProperty property = statement.Property(network, inputRange, statement.Slack ?? 0);
        Func<float[], float[]> twice = property.Runner((_, x) => predict(x));
        long nodes = 0;
        double? slack = statement.Slack;
        try
        {
            BoundNetwork bounded = NetworkBuilder.Build(plan);
            VerifiedBox box = new FloatBox(statement.BoxOf(network, inputRange)).Hull;
            double rounding = 2 * MonotoneSearch.Rounding(bounded, box, out double unit);
            slack ??= (rounding * (1 + SlackShare)) + unit;
            property = statement.Property(network, inputRange, slack.Value);
            (int input, int output) = (statement.InputOf(network), statement.OutputOf(network));
            double width = box.Upper[input] - box.Lower[input];
            if (double.IsInfinity(slack.Value) || double.IsNaN(slack.Value)) throw new UnverifiableException("no bound of the rounding errors was found");
            var search = new MonotoneSearch(bounded, input, output, statement.IsIncreasing ? 1 : -1, limits.Threads, cancellationToken);
            MonotoneOutcome outcome = search.Run(box, width > 0 ? Math.Max(0, (slack.Value - rounding) / width * (1 - 1e-9)) : double.PositiveInfinity, Math.Min(limits.Nodes, limits.Boxes));
            nodes = outcome.Nodes;
            if (outcome.IsProven && slack.Value >= rounding) return new(FixedPointTest.Held(new Verdict(VerificationResult.Holds, nodes, 0, [], [], ""), [plan], property, cancellationToken), property, slack);
            if (Falls(statement, network, property, outcome.Suspects, predict) is { } found) return new(Violated(found, twice, nodes), property, slack);
        }
        catch (UnverifiableException unbounded)
        {
            if (slack is null or double.PositiveInfinity or double.NaN) return new(new Verdict(VerificationResult.Unknown, nodes, 0, [], [], unbounded.Message + "; state a slack, and the two runs are compared as two networks"), property, null);
        }

        Verdict verdict = Verifier.Run([plan], property, twice, limits with { Nodes = Math.Max(1, Math.Min(limits.Boxes, limits.Nodes - nodes)) }, onProgress, null, cancellationToken);
        return new(verdict with { Nodes = verdict.Nodes + nodes }, property, slack);
    }

    /// <summary>Verifies that two networks are equivalent.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="plans">The compiled model, and the other one.</param>
    /// <param name="inputRange">The inputs where the statement says nothing.</param>
    /// <param name="predict">Runs the generated code of both.</param>
    /// <param name="limits">When to give up.</param>
    /// <param name="onProgress">Told the regions that were analysed and those that wait; may be null.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="FormatException">A name in the statement is not the network's, or the networks do not fit.</exception>
    public static StatementOutcome Run(EquivalenceStatement statement, IReadOnlyList<ExecutionPlan> plans, string inputRange, Func<int, float[], float[]> predict, VerificationLimits limits, Action<long, int>? onProgress, CancellationToken cancellationToken)
    {
        NetworkSignature[] networks = [.. plans.Select(static p => NetworkSignature.Of(p, out string problem) ?? throw new FormatException(problem))];
        VerifiedProperty property = statement.Property(networks[0], networks[1], inputRange);
        Func<float[], float[]> both = property.Runner(predict);
        long nodes = 0;
        string reason = "";
        try
        {
            var box = new FloatBox(property.Cases[0].Box);
            DifferenceOutcome outcome = DifferenceSearch.Run(NetworkBuilder.Build(plans[0]), NetworkBuilder.Build(plans[1]), box.Hull, Math.Min(limits.Nodes, limits.Boxes), limits.Threads, cancellationToken, statement.Within);
            nodes = outcome.Nodes;
            if (outcome.Bound <= statement.Within) return new(FixedPointTest.Held(new Verdict(VerificationResult.Holds, nodes, 0, [], [], ""), plans, property, cancellationToken), property, outcome.Bound);
            if (outcome.Input.Length > 0 && new Witness(box, property.Cases[0].Conjunctions, both).Confirm([.. outcome.Input.Select(static x => (double)x)]) is { } found) return new(Violated(found, both, nodes), property, null);
            reason = FormattableString.Invariant($"the outputs differ by at most {outcome.Bound:G4}, and by {outcome.Found:G4} somewhere");
            VerificationResult end = cancellationToken.IsCancellationRequested ? VerificationResult.TimedOut : VerificationResult.Unknown;
            if (end == VerificationResult.TimedOut || outcome.Found < statement.Within) return new(new Verdict(end, nodes, 0, [], [], reason), property, double.IsInfinity(outcome.Bound) ? null : outcome.Bound);
        }
        catch (UnverifiableException)
        {
            // Of other structures, or with operators that have no bound of differences: as any two networks.
        }

        Verdict verdict = Verifier.Run(plans, property, both, limits, onProgress, null, cancellationToken);
        return new(verdict with { Nodes = verdict.Nodes + nodes, Reason = verdict.Reason.Length > 0 && reason.Length > 0 ? reason + "; " + verdict.Reason : verdict.Reason }, property, null);
    }

    /// <summary>Runs the generated code along lines in which the input rises, through inputs where the slope has the wrong sign.</summary>
    private static float[]? Falls(MonotoneStatement statement, NetworkSignature network, VerifiedProperty property, IReadOnlyList<double[]> suspects, Func<float[], float[]> predict)
    {
        (int input, int output, int sign) = (statement.InputOf(network), statement.OutputOf(network), statement.IsIncreasing ? 1 : -1);
        (double lower, double upper) = (property.Cases[0].Box.Lower[input], property.Cases[0].Box.Upper[input]);
        var witness = new Witness(new FloatBox(property.Cases[0].Box), property.Cases[0].Conjunctions, property.Runner((_, x) => predict(x)));
        foreach (double[] suspect in suspects)
        {
            // The whole line first, then nearer steps.
            for (double reach = upper - lower; reach > 1e-4 * (upper - lower); reach /= 4)
            {
                (double low, double high) = (Math.Max(lower, suspect[input] - reach), Math.Min(upper, suspect[input] + reach));
                (double from, double to) = LargestFall(suspect, input, low, high, x => sign * (double)predict(x)[output]);
                double[] pair = [.. suspect, to];
                pair[input] = from;
                if (from < to && witness.Confirm(pair) is { } found) return found;
            }
        }

        return null;
    }

    /// <summary>The two values of an input along a line between which a function falls most.</summary>
    private static (double From, double To) LargestFall(double[] point, int input, double low, double high, Func<float[], double> function)
    {
        float[] x = [.. point.Select(static v => (float)v)];
        (double top, double topAt, double most, double from, double to) = (double.NegativeInfinity, low, 0, low, low);
        for (int k = 0; k < LinePoints; k++)
        {
            double at = low + ((high - low) * k / (LinePoints - 1));
            x[input] = (float)at;
            double value = function(x);
            if (value > top) (top, topAt) = (value, at);
            if (top - value > most) (most, from, to) = (top - value, topAt, at);
        }

        return (from, to);
    }

    private static Verdict Violated(float[] input, Func<float[], float[]> predict, long nodes) => new(VerificationResult.Violated, nodes, 0, [.. input], [.. predict(input)], "");
}
