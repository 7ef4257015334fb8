using System;
using System.Collections.Generic;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.FixedPoints;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Compiler.Verify.Build;

/// <summary>
/// Proves what a few bounds prove, in milliseconds: a range of outputs of a small network. So a statement of an attribute, which no build searches
/// for, can be proven by the generator.
/// </summary>
internal static class BoundedProof
{
    private const int MostRegions = 16;
    private const long MostMultiplyAdds = 50_000;

    /// <summary>Whether a statement is proven.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="plan">The plan that is emitted.</param>
    /// <param name="regions">The number of regions that were bounded.</param>
    public static bool Proves(Statement statement, ExecutionPlan plan, out long regions)
    {
        regions = 0;
        if (statement is not RangeStatement range || plan.MultiplyAdds > MostMultiplyAdds || NetworkSignature.Of(plan, out _) is not { } network) return false;
        try
        {
            VerifiedProperty property = range.Property(network, plan.Options.InputRange);
            PropertyCase part = property.Cases[0];
            var bounds = new LeafBounds(NetworkBuilder.Build(plan));
            var open = new Stack<(double[] Lower, double[] Upper)>();
            open.Push(LeafProver.BoxOf(new FloatBox(part.Box).Hull));
            while (open.Count > 0)
            {
                (double[] lower, double[] upper) = open.Pop();
                regions++;
                if (bounds.Proves(lower, upper, part.Conjunctions, out int input)) continue;
                if (input < 0 || regions + open.Count >= MostRegions) return false;
                double[] left = (double[])upper.Clone(), right = (double[])lower.Clone();
                left[input] = right[input] = lower[input] + ((upper[input] - lower[input]) / 2);
                open.Push((right, upper));
                open.Push((lower, left));
            }

            return FixedPointTest.Problem([plan], property, default).Length == 0;
        }
        catch (Exception problem) when (problem is UnverifiableException or FormatException)
        {
            return false;
        }
    }
}
