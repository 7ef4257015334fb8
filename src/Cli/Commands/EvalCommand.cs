using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using Spectre.Console;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen eval</c>: the original and the reduced model over a set of samples.</summary>
internal sealed class EvalCommand : ModelCommand
{
    /// <summary>The largest |actual − expected| / max(1, |expected|) of a model that is not reduced.</summary>
    private const double ExactLimit = 1e-4;

    private readonly Option<string> _inputs;
    private readonly Option<string> _labels;
    private readonly Option<string> _expected;
    private readonly SampleFile _file = new();

    /// <summary>Makes the command.</summary>
    public EvalCommand(ToolConsole console)
        : base(console, "eval", "Runs the original and the reduced model over a set of samples: accuracy, agreement and errors.")
    {
        _inputs = Add(new Option<string>("--inputs") { Description = "The samples, the first axis counts them.", Required = true, HelpName = "x.npy" });
        _labels = Add(new Option<string>("--labels") { Description = "The class of each sample: one a line, or an .npy file of integers.", HelpName = "y.txt" });
        _expected = Add(new Option<string>("--expected") { Description = "The first output that each sample should give.", HelpName = "e.npy" });
        Add(_file.Mean);
        Add(_file.Deviation);
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        ModelSource source = Open(parsed, path, options);
        SampleSet samples = _file.Read(parsed, parsed.GetValue(_inputs)!);
        Graph? graph = InputPins.GraphOf(source);
        ImmutableArray<Value> stated = graph?.Inputs ?? [];
        if (stated.Length > 1) throw new ToolException("eval serves models with one input; this one has " + string.Join(", ", stated.Select(static v => v.Name)));
        options = InputPins.Apply(options, graph, [.. stated.Select(v => v.Type is TensorType { Shape: { } s } ? samples.ShapeFor(s.Rank) : null)]);

        using ModelProgram original = ModelProgram.Load(path, source, options with { Hashing = Hashing.None }, Console);
        if (original.Inputs.Length != 1) throw new ToolException("eval serves models with one input; this one has none");
        samples.Check(original.Inputs[0]);
        Predictions first = Predictions.Of(original, samples.Count, i => samples.Sample(i, original.Inputs[0]));
        // Without a reduction both models are one.
        if (options.Hashing == Hashing.None) return Report(parsed, options, original, original, first, first);
        using ModelProgram reduced = ModelProgram.Load(path, source, options, Console);
        Predictions second = Predictions.Of(reduced, samples.Count, i => samples.Sample(i, reduced.Inputs[0]));
        return Report(parsed, options, original, reduced, first, second);
    }

    private static Predictions? ReadExpected(string? file, Predictions actual)
    {
        if (file is null) return null;
        Tensor array = SampleFile.ReadArray(file);
        Predictions expected = array.Dimensions.IsEmpty ? throw new ToolException(file + " holds a scalar") : Predictions.Of(array);
        bool fits = expected.Rows.Count == actual.Rows.Count && (actual.Rows.Count == 0 || expected.Rows[0].Length == actual.Rows[0].Length);
        if (fits) return expected;
        int width = actual.Rows.Count == 0 ? 0 : actual.Rows[0].Length;
        throw new ToolException(FormattableString.Invariant($"{file} is {array.Shape}, the model gave {actual.Rows.Count} samples of {width} elements"));
    }

    private int Report(ParseResult parsed, CompilerOptions options, ModelProgram original, ModelProgram reduced, Predictions first, Predictions second)
    {
        int[]? labels = parsed.GetValue(_labels) is { } file ? LabelFile.Read(file, first.Rows.Count) : null;
        Predictions? expected = ReadExpected(parsed.GetValue(_expected), first);
        (double Max, double Mean) error = second.ErrorAgainst(expected ?? first);
        (double Max, double Mean) reduction = second.ErrorAgainst(first);
        (double Max, double Mean)? exact = expected is null ? null : first.ErrorAgainst(expected);
        (double? relative, double? centred) = second.RelativeErrorAgainst(first);
        double? accuracyOriginal = labels is null ? null : first.AccuracyAgainst(labels), accuracyReduced = labels is null ? null : second.AccuracyAgainst(labels);
        ExecutionPlan plan = reduced.Result.Plan!;
        var figures = new ReductionFigures(original.Result.Plan!, plan);
        var result = new
        {
            samples = first.Rows.Count,
            accuracyOriginal,
            accuracyReduced,
            accuracyLost = accuracyOriginal - accuracyReduced,
            agreement = first.AgreementWith(second),
            agreementExpected = expected is null ? null : (double?)second.AgreementWith(expected),
            maxError = Finite(error.Max),
            meanError = Finite(error.Mean),
            maxErrorOriginal = exact is { } e ? Finite(e.Max) : null,
            maxErrorReduction = Finite(reduction.Max),
            relativeError = relative,
            relativeErrorCentred = centred,
            multiplicationsRemoved = figures.MultiplicationsRemoved,
            papersCount = figures.PapersCount,
            weightBytesRatio = figures.WeightBytesRatio,
            weightBytes = plan.WeightBytes,
            parameters = original.Result.Plan!.Parameters,
            measuredError = figures.MeasuredError,
            estimatedError = figures.EstimatedError,
            certifiedError = figures.CertifiedError,
            isTuned = plan.Reduction.IsTuned,
            diagnostics = Console.Diagnostics,
        };
        Table table = Tables.Create(1, "measure", "value");
        foreach ((string name, object? value) in Rows(result)) table.Add(name, Text(value));
        table.Write(Console.Text);
        Console.WriteJson(result);
        if (options.Hashing != Hashing.None || exact is not { } found || found.Max <= ExactLimit) return 0;
        Console.Note(FormattableString.Invariant($"redgen: error: the largest error {found.Max:G3} × max(1, |expected|) is beyond {ExactLimit}"));
        return Tool.Failed;
    }

    private static IEnumerable<(string Name, object? Value)> Rows(object result)
        => result.GetType().GetProperties().Where(static p => p.Name != "diagnostics").Select(p => (p.Name, p.GetValue(result)));

    private static string Text(object? value) => value switch
    {
        null => "–",
        double d => d.ToString("G6", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>JSON has no infinity.</summary>
    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
