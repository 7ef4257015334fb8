using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Data;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
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
    private readonly Option<string> _mean;
    private readonly Option<string> _deviation;

    /// <summary>Makes the command.</summary>
    public EvalCommand(ToolConsole console)
        : base(console, "eval", "Runs the original and the reduced model over a set of samples: accuracy, agreement and errors.")
    {
        _inputs = Add(new Option<string>("--inputs") { Description = "The samples, the first axis counts them.", Required = true, HelpName = "x.npy" });
        _labels = Add(new Option<string>("--labels") { Description = "The class of each sample, one a line.", HelpName = "y.txt" });
        _expected = Add(new Option<string>("--expected") { Description = "The first output that each sample should give.", HelpName = "e.npy" });
        _mean = Add(new Option<string>("--mean") { Description = "For uint8 samples: they become (u8/255 − mean)/std; one number, or one a channel. Default: 0.", HelpName = "a,b,c" });
        _deviation = Add(new Option<string>("--std") { Description = "See --mean. Default: 1/255, so that the raw values remain.", HelpName = "d,e,f" });
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        ModelSource source = ModelProgram.Open(path, Console);
        SampleSet samples = ReadSamples(parsed);
        ImmutableArray<Value> stated = InputPins.InputsOf(source);
        if (stated.Length > 1) throw new ToolException("eval serves models with one input; this one has " + string.Join(", ", stated.Select(static v => v.Name)));
        options = InputPins.Apply(options, stated, [.. stated.Select(v => v.Type is TensorType { Shape: { } s } ? samples.ShapeFor(s.Rank) : null)]);

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

    private SampleSet ReadSamples(ParseResult parsed)
    {
        float[] mean = Numbers(parsed.GetValue(_mean), "--mean") ?? [0];
        float[] deviation = Numbers(parsed.GetValue(_deviation), "--std") ?? [1f / 255];
        Tensor array = ReadArray(parsed.GetValue(_inputs)!);
        bool isNormalised = parsed.GetValue(_mean) is not null || parsed.GetValue(_deviation) is not null;
        if (isNormalised && array.ElementType != ElementType.UInt8) throw new ToolException("--mean and --std are for samples of uint8; these are " + array.ElementType.Name());
        return new SampleSet(array, mean, deviation, isNormalised);
    }

    private static Tensor ReadArray(string file)
    {
        try
        {
            return NpyFile.Read(file);
        }
        catch (NpyException problem)
        {
            throw new ToolException(problem.Message);
        }
    }

    private static float[]? Numbers(string? text, string option)
    {
        if (text is null) return null;
        string[] parts = text.Split(',');
        var numbers = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            bool isNumber = float.TryParse(parts[i].Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]);
            if (!isNumber || !float.IsFinite(numbers[i])) throw new ToolException(option + " " + text + ": '" + parts[i] + "' is no number");
        }

        return numbers;
    }

    private static int[]? ReadLabels(string? file, int samples)
    {
        if (file is null) return null;
        string[] lines = [.. File.ReadAllLines(file).Select(static l => l.Trim()).Where(static l => l.Length > 0)];
        if (lines.Length != samples) throw new ToolException(FormattableString.Invariant($"{file} has {lines.Length} labels for {samples} samples"));
        var labels = new int[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            if (!int.TryParse(lines[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out labels[i]))
                throw new ToolException(file + ": '" + lines[i] + "' is no label");
        }

        return labels;
    }

    private static Predictions? ReadExpected(string? file, Predictions actual)
    {
        if (file is null) return null;
        Tensor array = ReadArray(file);
        Predictions expected = array.Dimensions.IsEmpty ? throw new ToolException(file + " holds a scalar") : Predictions.Of(array);
        bool fits = expected.Rows.Count == actual.Rows.Count && (actual.Rows.Count == 0 || expected.Rows[0].Length == actual.Rows[0].Length);
        if (fits) return expected;
        int width = actual.Rows.Count == 0 ? 0 : actual.Rows[0].Length;
        throw new ToolException(FormattableString.Invariant($"{file} is {array.Shape}, the model gave {actual.Rows.Count} samples of {width} elements"));
    }

    private int Report(ParseResult parsed, CompilerOptions options, ModelProgram original, ModelProgram reduced, Predictions first, Predictions second)
    {
        int[]? labels = ReadLabels(parsed.GetValue(_labels), first.Rows.Count);
        Predictions? expected = ReadExpected(parsed.GetValue(_expected), first);
        (double Max, double Mean) error = second.ErrorAgainst(expected ?? first);
        (double Max, double Mean) reduction = second.ErrorAgainst(first);
        (double Max, double Mean)? exact = expected is null ? null : first.ErrorAgainst(expected);
        long before = original.Result.Plan!.MultiplyAdds, after = reduced.Result.Plan!.MultiplyAdds;
        var result = new
        {
            samples = first.Rows.Count,
            accuracyOriginal = labels is null ? null : (double?)first.AccuracyAgainst(labels),
            accuracyReduced = labels is null ? null : (double?)second.AccuracyAgainst(labels),
            agreement = first.AgreementWith(second),
            agreementExpected = expected is null ? null : (double?)second.AgreementWith(expected),
            maxError = Finite(error.Max),
            meanError = Finite(error.Mean),
            maxErrorOriginal = exact is { } e ? Finite(e.Max) : null,
            maxErrorReduction = Finite(reduction.Max),
            multiplicationsRemoved = before == 0 ? 0 : (double)(before - after) / before,
            weightBytesRatio = original.Result.Plan.WeightBytes == 0 ? 1 : (double)reduced.Result.Plan.WeightBytes / original.Result.Plan.WeightBytes,
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
