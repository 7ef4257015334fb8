using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>Verifies a statement of a model.</summary>
/// <param name="options">The options; <see cref="CompilerOptions.InputRange"/> holds the inputs where a statement says nothing.</param>
/// <param name="limits">When to give up.</param>
/// <param name="onProgress">Told the regions that were analysed and those that wait; may be null.</param>
/// <param name="isTraced">Whether splits are remembered, for a certificate.</param>
/// <param name="cancellation">Ends the search.</param>
internal sealed class StatementRun(CompilerOptions options, VerificationLimits limits, Action<long, int>? onProgress, bool isTraced, CancellationToken cancellation)
{
    /// <summary>Verifies the instance's statement.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="program">The model.</param>
    /// <param name="other">Loads another model, or (true) this one without a reduction.</param>
    /// <exception cref="FormatException">A name in the statement is not the network's.</exception>
    /// <exception cref="ToolException">A file cannot be used.</exception>
    public InstanceOutcome Run(PropertyInstance instance, ModelProgram program, Func<string, bool, ModelProgram> other)
    {
        ExecutionPlan plan = program.Result.Plan!;
        NetworkSignature network = PropertyFile.SignatureOf(instance.Model, plan);
        switch (instance.Statement)
        {
            case RangeStatement range:
                VerifiedProperty property = range.Property(network, options.InputRange);
                SplitTrace? trace = isTraced ? new SplitTrace() : null;
                return new InstanceOutcome(instance, Verifier.Run(plan, property, program.OutputsOf, limits, onProgress, trace, cancellation), 0, "") { Property = property, Proof = trace is null ? null : new CertifiedProof([plan], property, trace.Trees(1)) };
            case MonotoneStatement monotone:
                return Of(instance, StatementVerifier.Run(monotone, plan, options.InputRange, program.OutputsOf, limits, onProgress, cancellation));
            case EquivalenceStatement equivalence:
                bool isTrained = equivalence.Other == EquivalenceStatement.Trained;
                if (isTrained && options.Hashing == Hashing.None) throw new ToolException("'" + equivalence.Text + "' is about a reduced network: ask for a reduction (--hashing adaptive)");
                ModelProgram[] both = [program, other(isTrained ? instance.Model : equivalence.Other, isTrained)];
                ExecutionPlan[] plans = [.. both.Select(static p => p.Result.Plan!)];
                InstanceOutcome outcome = Of(instance, StatementVerifier.Run(equivalence, plans, options.InputRange, (m, x) => both[m].OutputsOf(x), limits, onProgress, cancellation));
                return outcome with { Proof = isTraced ? new CertifiedProof(plans, outcome.Property!, [ProofTree.Whole]) : null };
            case RobustStatement robust:
                return Robust(instance, robust, network, program);
            default:
                throw new InvalidOperationException();
        }
    }

    private static InstanceOutcome Of(PropertyInstance instance, StatementOutcome outcome)
        => new(instance, outcome.Verdict, 0, "") { Property = outcome.Property, Bound = outcome.Bound };

    private InstanceOutcome Robust(PropertyInstance instance, RobustStatement statement, NetworkSignature network, ModelProgram program)
    {
        var outcomes = new List<SampleOutcome>();
        var trees = ImmutableArray.CreateBuilder<ProofTree>();
        IReadOnlyList<RobustCase> cases = RobustSamples.CasesOf(statement, network, options.InputRange, program);
        VerifiedProperty? shown = null;
        foreach (RobustCase sample in cases)
        {
            SplitTrace? trace = isTraced ? new SplitTrace() : null;
            Verdict verdict = sample.IsMisclassified
                ? new Verdict(VerificationResult.Violated, 0, 0, [.. sample.Input], [.. sample.Output], "")
                : Verifier.Run(program.Result.Plan!, sample.Property, program.OutputsOf, limits, onProgress, trace, cancellation);
            if (shown is null || (verdict.Result == VerificationResult.Violated && outcomes.TrueForAll(static o => o.Verdict.Result != VerificationResult.Violated))) shown = sample.Property;
            outcomes.Add(new SampleOutcome(outcomes.Count, sample.Label, sample.IsMisclassified, verdict));
            if (trace is not null) trees.AddRange(trace.Trees(1));
        }

        return new InstanceOutcome(instance, Summary(outcomes), 0, "") { Property = shown, Samples = outcomes, Proof = isTraced ? new CertifiedProof([program.Result.Plan!], RobustCase.All(cases), trees.ToImmutable()) : null };
    }

    /// <summary>The gravest of the samples: the first that is violated, or else one that is undecided.</summary>
    private static Verdict Summary(List<SampleOutcome> outcomes)
    {
        SampleOutcome? worst = outcomes.Find(static o => o.Verdict.Result == VerificationResult.Violated) ?? outcomes.Find(static o => o.Verdict.Result != VerificationResult.Holds);
        (long nodes, int depth) = (outcomes.Sum(static o => o.Verdict.Nodes), outcomes.Max(static o => o.Verdict.Depth));
        if (worst is null) return new Verdict(VerificationResult.Holds, nodes, depth, [], [], "");
        string reason = worst.Verdict.Result == VerificationResult.Violated ? "" : FormattableString.Invariant($"sample {worst.Index}: {worst.Verdict.Reason}");
        return worst.Verdict with { Nodes = nodes, Depth = depth, Reason = reason };
    }
}
