using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>Verifies instances; a model that several are about is compiled once.</summary>
internal sealed class InstanceRunner(ToolConsole console, CompilerOptions options, VerificationLimits limits, bool isTraced, KeptCertificates certificates, Func<string, CompilerOptions, Compiler.ModelSource> open) : IDisposable
{
    private readonly Dictionary<string, ModelProgram> _programs = new(StringComparer.Ordinal);

    /// <summary>Verifies an instance; its problems are printed.</summary>
    public InstanceOutcome Run(PropertyInstance instance, Action<long, int>? onProgress)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            PropertyModel[] models = instance.Models.Count > 0 ? [.. instance.Models] : [new PropertyModel(instance.Model, "")];
            ModelProgram[] programs = [.. models.Select(m => Load(m.Path))];
            start = Stopwatch.GetTimestamp();
            using var time = CancellationTokenSource.CreateLinkedTokenSource(console.Cancellation);
            if (instance.Timeout is { } seconds) time.CancelAfter(TimeSpan.FromSeconds(seconds));
            InstanceOutcome outcome = instance.Statement is not null && certificates.IsOnly
                ? new InstanceOutcome(instance, new Verdict(VerificationResult.Unknown, 0, 0, [], [], "statements have no certificates, and nothing is searched"), 0, "") { Property = new VerifiedProperty(0, 0, []) }
                : instance.Statement is not null
                ? new StatementRun(options, limits, onProgress, isTraced, time.Token).Run(instance, programs[0], LoadOther)
                : Verify(instance, models, programs, onProgress, time.Token);
            console.Cancellation.ThrowIfCancellationRequested();
            return outcome with { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
        }
        catch (PropertyException problem)
        {
            return Failed(FormattableString.Invariant($"{instance.Property}({problem.Line},{problem.Column}): {problem.Message}")) with { Problem = problem };
        }
        catch (Exception problem) when (problem is ToolException or IOException or UnauthorizedAccessException or FormatException)
        {
            return Failed(problem.Message);
        }

        InstanceOutcome Failed(string message)
        {
            console.Note("redgen: error: " + message);
            return new InstanceOutcome(instance, null, Stopwatch.GetElapsedTime(start).TotalSeconds, message);
        }
    }

    /// <summary>The plan of a model; its problems are printed.</summary>
    /// <exception cref="ToolException">The model cannot be compiled.</exception>
    public ExecutionPlan PlanOf(string model) => Load(model).Result.Plan!;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ModelProgram program in _programs.Values) program.Dispose();
    }

    private ModelProgram Load(string path)
    {
        if (!_programs.TryGetValue(path, out ModelProgram? program)) _programs[path] = program = ModelProgram.Load(path, open(path, options), options, console);
        return program;
    }

    /// <summary>Another model with the same options; without a reduction where it is the model itself.</summary>
    private ModelProgram LoadOther(string path, bool isTrained)
    {
        if (!isTrained) return Load(path);
        CompilerOptions trained = options with { Hashing = Hashing.None, MaxError = null };
        string key = path + "\0" + EquivalenceStatement.Trained;
        if (!_programs.TryGetValue(key, out ModelProgram? program)) _programs[key] = program = ModelProgram.Load(path, open(path, trained), trained, console);
        return program;
    }

    private InstanceOutcome Verify(PropertyInstance instance, PropertyModel[] models, ModelProgram[] programs, Action<long, int>? onProgress, CancellationToken cancellationToken)
    {
        ExecutionPlan[] plans = [.. programs.Select(static p => p.Result.Plan!)];
        VerifiedProperty property = PropertyFile.Read(models, plans, instance.Property);
        if (certificates.Check(plans, property, instance.Property, limits.Threads, out string reason, cancellationToken) is { } proven) return new InstanceOutcome(instance, proven, 0, "") { Property = property, IsChecked = true };
        if (reason.Length > 0) console.Note("redgen: " + reason);
        if (certificates.IsOnly)
        {
            string none = reason.Length > 0 ? reason : "there is no " + Path.GetFileName(KeptCertificates.PathBeside(instance.Property));
            return new InstanceOutcome(instance, new Verdict(VerificationResult.Unknown, 0, 0, [], [], none + ", and nothing is searched"), 0, "") { Property = property };
        }

        SplitTrace? trace = isTraced || certificates.AreWritten ? new SplitTrace() : null;
        Verdict verdict = Verifier.Run(plans, property, property.Runner((m, x) => programs[m].OutputsOf(x)), limits, onProgress, trace, cancellationToken);
        if (certificates.AreWritten && verdict.Result == VerificationResult.Holds && certificates.Write(plans, property, instance.Property, trace!, limits.Threads, cancellationToken) is { Length: > 0 } problem)
            console.Note("redgen: no certificate of " + Path.GetFileName(instance.Property) + ": " + problem);
        return new InstanceOutcome(instance, verdict, 0, "") { Property = property, Proof = trace is null ? null : new CertifiedProof(plans, property, trace.Trees(property.Cases.Length)) };
    }
}
