using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Build;
using RedGen.Compiler.Verify.FixedPoints;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Check;

/// <summary>What came of checking a certificate.</summary>
/// <param name="Leaves">Leaves that were proven.</param>
/// <param name="Problem">Why it is no proof; empty: the property holds.</param>
public sealed record CheckOutcome(long Leaves, string Problem);

/// <summary>
/// Checks a proof: that it is about this network and this property, that its leaves cover the property's boxes, and that each leaf is proven. It
/// shares the network and the kernels' error terms with the search, and nothing else.
/// </summary>
public static class CertificateCheck
{
    /// <summary>Checks a certificate.</summary>
    /// <param name="plans">The compiled models that the property is about.</param>
    /// <param name="property">The property.</param>
    /// <param name="propertySha256">The SHA-256 of its file.</param>
    /// <param name="certificate">The certificate.</param>
    /// <param name="threads">Threads; what comes out does not depend on them.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static CheckOutcome Run(IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, string propertySha256, Certificate certificate, int threads, CancellationToken cancellationToken)
    {
        if (certificate.Network != NetworkDigest.Of(plans)) return new(0, "the certificate is about another network: another model, options, or version of RedGen");
        if (certificate.Property != propertySha256) return new(0, "the certificate is about another property");
        if (certificate.Trees.Length != property.Cases.Length) return new(0, "the certificate has not one tree for each box of the property");
        long leaves = 0;
        try
        {
            var prover = new LeafProver(JoinedNetwork.Of(plans, property), threads, cancellationToken);
            foreach ((PropertyCase part, ProofTree tree) in property.Cases.Zip(certificate.Trees, static (c, t) => (c, t)))
            {
                foreach (bool isProven in prover.Map(tree, part.Box, (bounds, leaf) => bounds.Proves(leaf, part.Conjunctions, splitsElements: false, out _)))
                {
                    if (!isProven) return new(leaves, "leaf " + leaves.ToString(CultureInfo.InvariantCulture) + " of the certificate is not proven");
                    leaves++;
                }
            }
        }
        catch (Exception problem) when (problem is FormatException or UnverifiableException)
        {
            return new(leaves, problem.Message);
        }

        return new(leaves, FixedPointTest.Problem(plans, property, cancellationToken));
    }
}
