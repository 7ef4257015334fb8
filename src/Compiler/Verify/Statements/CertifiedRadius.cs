using System;
using System.Threading;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Statements;

/// <summary>How far a sample may be moved, in the largest norm, before its class is not proven to stay: found by bisection, each radius by a search of its own.</summary>
/// <param name="plan">The compiled model.</param>
/// <param name="inputRange">The range that inputs do not leave; empty: there is none.</param>
/// <param name="predict">Runs the generated code.</param>
/// <param name="limits">When a search gives up: by regions, so that a radius is the same on every machine.</param>
public sealed class CertifiedRadius(ExecutionPlan plan, string inputRange, Func<float[], float[]> predict, VerificationLimits limits)
{
    /// <summary>Halvings of the interval that the radius lies in.</summary>
    private const int Bisections = 12;

    private static readonly RobustStatement Statement = new("", [], "", 0, "", null);

    /// <summary>The largest radius of the bisection that is proven.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="label">Its class; negative: the one that the network gives it.</param>
    /// <param name="most">The largest radius that is tried.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The radius; 0 where the network gives the sample another class, or no radius is proven.</returns>
    /// <exception cref="FormatException">The network has no classes, or its inputs and outputs are none that properties are about.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public double Of(float[] sample, int label, double most, CancellationToken cancellationToken)
    {
        NetworkSignature network = NetworkSignature.Of(plan, out string problem) ?? throw new FormatException(problem);
        float[] outputs = predict(sample);
        int own = RobustStatement.ClassOf(outputs);
        if (label >= 0 && label != own) return 0;
        (double proven, double open) = (0, most);
        for (int k = 0; k < Bisections; k++)
        {
            // The largest one first: it may be proven at once.
            double radius = k == 0 ? most : (proven + open) / 2;
            Verdict verdict = Verifier.Run(plan, Statement.Property(network, inputRange, sample, outputs, own, radius), predict, limits, null, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (verdict.Result == VerificationResult.Holds) proven = radius;
            else open = radius;
            if (proven == most) break;
        }

        return proven;
    }
}
