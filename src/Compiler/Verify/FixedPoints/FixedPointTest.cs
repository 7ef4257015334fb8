using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.FixedPoints;

/// <summary>
/// Whether the implicit layers of a network are what they say: for every input of a box f has exactly one fixed point among the values that the iteration may take, and the iteration goes there. Proven by a box Z with
/// f(Z) ⊂ Z that holds the start (Brouwer), over which f contracts in a weighted maximum norm: |∂f|·v ≤ L·v with v &gt; 0 and L &lt; 1 (Banach).
/// </summary>
internal static class FixedPointTest
{
    /// <summary>Parts of a box at most.</summary>
    private const int MostParts = 128;
    private const int MostRounds = 60;

    /// <summary>A box that is tried is wider than the values that led to it by this share of their width, and of their size.</summary>
    private const double Wider = 0.05, WiderThanPoint = 1e-6;

    /// <summary>A factor below this is less than 1 whatever its own computation rounds.</summary>
    private const double Contracts = 1 - 1e-9;

    /// <summary>A verdict, which is no proof where an implicit layer may not have exactly one fixed point.</summary>
    public static Verdict Held(Verdict verdict, IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, CancellationToken cancellationToken)
    {
        if (verdict.Result != VerificationResult.Holds) return verdict;
        try
        {
            return Problem(plans, property, cancellationToken) is { Length: > 0 } problem ? verdict with { Result = VerificationResult.Unknown, Reason = problem } : verdict;
        }
        catch (OperationCanceledException)
        {
            return verdict with { Result = VerificationResult.TimedOut };
        }
    }

    /// <summary>Why an implicit layer of a property's networks may not have exactly one fixed point; empty where all have, or where there are none.</summary>
    public static string Problem(IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, CancellationToken cancellationToken)
    {
        IEnumerable<(ExecutionPlan Plan, ImmutableArray<int>? Inputs)> uses = property.Networks.IsEmpty ? [(plans[0], null)] : property.Networks.Select(n => (plans[n.Model], (ImmutableArray<int>?)n.Inputs));
        foreach ((ExecutionPlan plan, ImmutableArray<int>? inputs) in uses)
        {
            if (!plan.Graph.Nodes.Any(static n => n.Is("Loop"))) continue;
            foreach (VerifiedBox box in property.Cases.Select(static c => new FloatBox(c.Box).Hull))
            {
                VerifiedBox own = inputs is { } places ? new VerifiedBox([.. places.Select(i => box.Lower[i])], [.. places.Select(i => box.Upper[i])]) : box;
                if (Problem(plan.Graph, own, cancellationToken) is { Length: > 0 } problem) return problem;
            }
        }

        return "";
    }

    /// <summary>The same of one network and its inputs.</summary>
    public static string Problem(Graph graph, VerifiedBox box, CancellationToken cancellationToken)
    {
        try
        {
            ImmutableArray<FixedPointLoop> loops = FixedPointLoop.In(graph);
            if (loops.IsEmpty) return "";
            (BoundNetwork network, IReadOnlyDictionary<string, int> values) = NetworkBuilder.BuildNamed(graph);
            var bounds = new NetworkBounds(network);
            foreach (FixedPointLoop loop in loops)
                if (new LoopTest(graph, values, bounds, loop, cancellationToken).Run(box) is { Length: > 0 } reason) return loop.Label + " is not known to have exactly one fixed point for every input of the box: " + reason;
            return "";
        }
        catch (UnverifiableException problem)
        {
            return "an implicit layer is not known to have exactly one fixed point for every input of the box: " + problem.Message;
        }
    }

    private sealed class LoopTest(Graph graph, IReadOnlyDictionary<string, int> values, NetworkBounds outer, FixedPointLoop loop, CancellationToken cancellation)
    {
        private readonly NetworkBounds _bounds = new(loop.Function);

        /// <summary>Splits the box until every part is proven.</summary>
        public string Run(VerifiedBox box)
        {
            var open = new Stack<(double[] Lower, double[] Upper)>([([.. box.Lower], [.. box.Upper])]);
            int parts = 0;
            while (open.Count > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                (double[] lower, double[] upper) = open.Pop();
                parts++;
                // Bounds that cross leave no input.
                if (!outer.Compute(lower, upper, null, null, cancellation) || Part() is not { Length: > 0 } reason) continue;
                int widest = Enumerable.Range(0, lower.Length).OrderByDescending(i => upper[i] - lower[i]).First();
                if (parts + open.Count >= MostParts || !(upper[widest] - lower[widest] > 1e-6)) return reason;
                double[] left = (double[])upper.Clone(), right = (double[])lower.Clone();
                left[widest] = right[widest] = lower[widest] + ((upper[widest] - lower[widest]) / 2);
                open.Push((right, upper));
                open.Push((lower, left));
            }

            return "";
        }

        /// <summary>Looks for a box that the function maps into itself, from the start on.</summary>
        private string Part()
        {
            Interval[] captured = [.. loop.Captures.SelectMany(Values)], around = [.. loop.Starts.SelectMany(Values)];
            for (int round = 0; round < MostRounds; round++)
            {
                Interval[] tried = [.. around.Select(static z => z.Widened(((z.High - z.Low) * Wider) + ((z.MaxAbs + 1) * WiderThanPoint)))];
                if (Image(tried, captured) is not { } image) return "its function has no bounds";
                if (image.Zip(tried, static (f, z) => f.Low > z.Low && f.High < z.High).All(static inside => inside)) return Contraction();
                around = [.. around.Zip(image, static (z, f) => new Interval(Math.Min(z.Low, f.Low), Math.Max(z.High, f.High)))];
            }

            return "no range of values was found that one step does not leave";
        }

        private Interval[] Values(string name)
        {
            if (graph.ConstantOf(name) is { } constant) return [.. Execute.ReferenceTensor.FromTensor(constant).Reals!.Select(Interval.Point)];
            if (!values.TryGetValue(name, out int node)) throw new UnverifiableException("'" + name + "' has no bounds");
            return [.. Enumerable.Range(0, outer.Lower(node).Length).Select(i => outer.Values(node, i))];
        }

        /// <summary>What the function makes of a box; null where nothing is known.</summary>
        private Interval[]? Image(Interval[] around, Interval[] captured)
        {
            Interval[] inputs = [.. around, .. captured];
            if (!inputs.All(static i => i.MaxAbs < double.MaxValue) || !_bounds.Compute([.. inputs.Select(static i => i.Low)], [.. inputs.Select(static i => i.High)], null, null, cancellation)) return null;
            FunctionalPass pass = _bounds.Pass;
            int output = loop.Function.Output, length = loop.Length;
            pass.Start(2 * length);
            for (int i = 0; i < length; i++)
            {
                pass.Add(output, i, i, 1);
                pass.Add(output, i, length + i, -1);
            }

            pass.Run(_bounds, output);
            double[] least = pass.Least(_bounds.Lower(0), _bounds.Upper(0)).ToArray();
            return [.. Enumerable.Range(0, length).Select(i => new Interval(Math.Max(_bounds.Lower(output)[i], least[i]), Math.Min(_bounds.Upper(output)[i], -least[length + i])))];
        }

        /// <summary>Whether the function contracts over the box that was bounded last; why not, where it may not.</summary>
        private string Contraction()
        {
            int length = loop.Length;
            double[] slopes = SlopeMatrix.Of(loop.Function, _bounds, length), weights = [.. Enumerable.Repeat(1.0, length)];
            double least = double.PositiveInfinity;
            // The weights that serve best are the eigenvector of the largest eigenvalue (Collatz and Wielandt): powers of the matrix lead to it.
            for (int round = 0; round < MostRounds; round++)
            {
                double[] image = [.. Enumerable.Range(0, length).Select(i => Enumerable.Range(0, length).Sum(k => slopes[(i * length) + k] * weights[k]))];
                double factor = image.Zip(weights, static (a, b) => a / b).Max();
                if (factor < Contracts) return "";
                least = Math.Min(least, factor);
                double largest = image.Max();
                if (!(largest > 0) || double.IsInfinity(largest)) break;
                for (int i = 0; i < length; i++) weights[i] = ((image[i] / largest) + weights[i]) / 2 is var next && next > 1e-12 ? next : 1e-12;
            }

            return "its function may move values apart, by a factor of " + least.ToString("G3", CultureInfo.InvariantCulture);
        }
    }
}
