using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Cli.Verification;

/// <summary>What came of an instance.</summary>
/// <param name="Instance">The instance.</param>
/// <param name="Verdict">The verdict; null where there was an error.</param>
/// <param name="Seconds">The time from reading the property to the verdict.</param>
/// <param name="Error">Why there is none; empty otherwise.</param>
internal sealed record InstanceOutcome(PropertyInstance Instance, Verdict? Verdict, double Seconds, string Error)
{
    /// <summary>The property; null where it could not be read.</summary>
    public VerifiedProperty? Property { get; init; }

    /// <summary>How the search split the inputs; null where nobody wants to know.</summary>
    public SplitTrace? Trace { get; init; }

    /// <summary>What in the property's file could not be read; null for other errors.</summary>
    public PropertyException? Problem { get; init; }

    /// <summary>The verdict as JSON has it.</summary>
    public string Result => Verdict?.Result switch
    {
        VerificationResult.Holds => "holds",
        VerificationResult.Violated => "violated",
        VerificationResult.TimedOut => "timeout",
        VerificationResult.Unknown => "unknown",
        _ => "error",
    };

    /// <summary>The verdict as the competition has it.</summary>
    public string CompetitionResult => Result switch { "holds" => "unsat", "violated" => "sat", var other => other };
}

/// <summary>Verifies instances; a model that several are about is compiled once.</summary>
internal sealed class InstanceRunner(ToolConsole console, CompilerOptions options, VerificationLimits limits, bool isTraced, Func<string, CompilerOptions, Compiler.ModelSource> open) : IDisposable
{
    private readonly Dictionary<string, ModelProgram> _programs = new(StringComparer.Ordinal);

    /// <summary>Verifies an instance; its problems are printed.</summary>
    public InstanceOutcome Run(PropertyInstance instance, Action<long, int>? onProgress)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            ModelProgram program = Load(instance.Model);
            start = Stopwatch.GetTimestamp();
            VerifiedProperty property = PropertyFile.Read(instance.Model, program.Result.Plan!, instance.Property);
            SplitTrace? trace = isTraced ? new SplitTrace() : null;
            Verdict verdict = Verify(program, property, instance, onProgress, trace);
            return new InstanceOutcome(instance, verdict, Stopwatch.GetElapsedTime(start).TotalSeconds, "") { Property = property, Trace = trace };
        }
        catch (PropertyException problem)
        {
            return Failed(FormattableString.Invariant($"{instance.Property}({problem.Line},{problem.Column}): {problem.Message}")) with { Problem = problem };
        }
        catch (Exception problem) when (problem is ToolException or IOException or UnauthorizedAccessException)
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

    private Verdict Verify(ModelProgram program, VerifiedProperty property, PropertyInstance instance, Action<long, int>? onProgress, SplitTrace? trace)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(console.Cancellation);
        if (instance.Timeout is { } seconds) time.CancelAfter(TimeSpan.FromSeconds(seconds));
        Verdict verdict = Verifier.Run(program.Result.Plan!, property, x => Predict(program, x), limits, onProgress, trace, time.Token);
        console.Cancellation.ThrowIfCancellationRequested();
        return verdict;
    }

    private static float[] Predict(ModelProgram program, float[] input)
    {
        byte[][] outputs = program.NewOutputs();
        program.Predict([MemoryMarshal.AsBytes(input.AsSpan()).ToArray()], outputs);
        return MemoryMarshal.Cast<byte, float>(outputs[0]).ToArray();
    }
}
