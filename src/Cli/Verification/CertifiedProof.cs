using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Cli.Verification;

/// <summary>What a certificate is made of.</summary>
/// <param name="Plans">The models that the property is about.</param>
/// <param name="Property">The property, which holds.</param>
/// <param name="Trees">The splits of the search, a tree a case.</param>
internal sealed record CertifiedProof(IReadOnlyList<ExecutionPlan> Plans, VerifiedProperty Property, ImmutableArray<ProofTree> Trees)
{
    /// <summary>Makes the certificate.</summary>
    /// <param name="hash">What tells the property from others.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="problem">Why there is none; empty where there is one.</param>
    /// <param name="cancellation">Ends it.</param>
    public Certificate? Certify(string hash, int threads, out string problem, CancellationToken cancellation)
        => CertificateBuilder.Run(Plans, Property, hash, Trees, threads, out problem, cancellation);
}
