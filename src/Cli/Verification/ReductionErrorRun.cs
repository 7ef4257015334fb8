using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Cli.Commands;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Report;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Cli.Verification;

/// <summary><c>redgen verify --reduction-error</c>: how far the reduced network's outputs are from the original's at most, and at least.</summary>
/// <param name="console">Where it writes.</param>
/// <param name="nodes">Boxes whose bound may be computed.</param>
/// <param name="threads">Threads.</param>
internal sealed class ReductionErrorRun(ToolConsole console, long nodes, int threads)
{
    /// <summary>Boxes unless the user says another number: seconds for a small network.</summary>
    public const long UsualNodes = 20_000;

    /// <summary>Bounds the error and reports it.</summary>
    /// <param name="model">The model's path.</param>
    /// <param name="property">A property whose boxes are the inputs; null: <c>--input-range</c> is.</param>
    /// <param name="options">The options.</param>
    /// <param name="plan">The plan of the reduction, as the user named it.</param>
    /// <param name="timeout">Seconds; what was proven until then counts.</param>
    /// <returns>The exit code.</returns>
    public int Run(string model, string? property, CompilerOptions options, string? plan, double? timeout)
    {
        if (options.Hashing == Hashing.None) throw new ToolException("--reduction-error is about a reduced network: leave --hashing none out");
        ModelSource source = ModelProgram.Open(model, options, plan, console);
        long start = Stopwatch.GetTimestamp();
        using var time = CancellationTokenSource.CreateLinkedTokenSource(console.Cancellation);
        if (timeout is { } seconds) time.CancelAfter(TimeSpan.FromSeconds(seconds));
        var outcomes = new List<DifferenceOutcome>();
        string problem = "";
        foreach (VerifiedBox? box in property is null ? [null] : Boxes(model, source, property, options))
        {
            var diagnostics = new DiagnosticBag();
            DifferenceOutcome? outcome = ReductionError.Run(source, options, box, nodes, threads, diagnostics, out problem, time.Token);
            console.Print(model, [.. diagnostics.ToImmutable().Where(static d => d.Severity != Severity.Info)]);
            if (diagnostics.HasErrors) throw new ToolException("the model was not compiled");
            if (outcome is null) break;
            outcomes.Add(outcome);
        }

        console.Cancellation.ThrowIfCancellationRequested();
        ReductionWitness? witness = outcomes.Count == 0 ? null : ReductionReplay.Run(model, source, options, outcomes.OrderByDescending(static o => o.Found).First(), console);
        return Report(outcomes, witness, problem, options.MaxError, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private VerifiedBox?[] Boxes(string model, ModelSource source, string property, CompilerOptions options)
    {
        CompilationResult result = ModelCompiler.Compile(source, options with { MaxError = null, WeightResource = "weights" }, console.Cancellation);
        if (!result.Success)
        {
            console.Print(model, result.Diagnostics);
            throw new ToolException("the model was not compiled");
        }

        try
        {
            return [.. PropertyFile.Read([new PropertyModel(model, "")], [result.Plan!], property).Cases.Select(static c => c.Box)];
        }
        catch (PropertyException unread)
        {
            throw new ToolException(FormattableString.Invariant($"{property}({unread.Line},{unread.Column}): {unread.Message}"));
        }
    }

    private int Report(List<DifferenceOutcome> outcomes, ReductionWitness? witness, string problem, double? limit, double seconds)
    {
        double bound = problem.Length > 0 ? double.PositiveInfinity : outcomes.Select(static o => o.Bound).DefaultIfEmpty(0).Max();
        double found = witness?.Found ?? 0;
        long boxes = outcomes.Sum(static o => o.Nodes);
        string result = limit is null ? double.IsFinite(bound) ? "bounded" : "unknown" : bound <= limit ? "holds" : found > limit ? "violated" : "unknown";
        if (console.Text is not null && problem.Length > 0) console.Note("redgen: " + problem);
        if (!double.IsFinite(bound)) console.WriteLine(result + ": no bound of what the reduction changes was found");
        else console.WriteLine(FormattableString.Invariant($"{result}: the reduction changes no output by more than {bound:G4}; {found:G4} was found, a ratio of {bound / found:F2}; {boxes} boxes, {seconds:F2} s"));
        if (witness is { Input.IsEmpty: false })
        {
            console.WriteLine("input     " + Text(witness.Input));
            console.WriteLine("original  " + Text(witness.Original));
            console.WriteLine("reduced   " + Text(witness.Reduced));
        }

        ImmutableArray<float> input = witness?.Input ?? [], original = witness?.Original ?? [], reduced = witness?.Reduced ?? [];
        console.WriteJson(new { result, bound = Finite(bound), found, ratio = Finite(bound / found), input, outputs = new { original, reduced }, nodes = boxes, seconds, reason = problem, diagnostics = console.Diagnostics });
        return result switch { "bounded" or "holds" => 0, "violated" => VerifyCommand.Violated, _ => VerifyCommand.Undecided };
    }

    private static string Text(ImmutableArray<float> values) => string.Join(" ", values.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)));

    /// <summary>JSON has neither infinity nor NaN.</summary>
    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
