using System;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using RedGen.Cli.Commands;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Sampling;

namespace RedGen.Cli.Verification;

/// <summary><c>redgen verify --sample N</c>: holds values at random points against the bounds over random boxes, of a model or of random networks.</summary>
/// <param name="console">Where it writes.</param>
/// <param name="points">Points.</param>
/// <param name="threads">Threads.</param>
internal sealed class SamplingRun(ToolConsole console, long points, int threads)
{
    /// <summary>Samples and reports.</summary>
    /// <param name="program">The model; null: random networks.</param>
    /// <param name="model">Its path.</param>
    /// <param name="property">A property whose boxes are the inputs; null: <c>--input-range</c> is.</param>
    /// <param name="options">The options.</param>
    /// <returns>The exit code.</returns>
    public int Run(ModelProgram? program, string model, string? property, CompilerOptions options)
    {
        if (points < 1) throw new ToolException("--sample takes a number from 1");
        long start = Stopwatch.GetTimestamp();
        SamplingOutcome outcome;
        try
        {
            outcome = program is null ? SoundnessSampling.OfRandomNetworks(points, threads, console.Cancellation) : Of(program, model, property, options);
        }
        catch (UnverifiableException problem)
        {
            throw new ToolException(model + ": " + problem.Message);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        console.WriteLine(FormattableString.Invariant($"{outcome.Points} points in {outcome.Boxes} boxes, {outcome.Values} values: {outcome.Escapes.Length} boxes with a value outside of its bounds; {seconds:F1} s"));
        foreach (Escape escape in outcome.Escapes.Take(10))
            console.WriteLine(FormattableString.Invariant($"box {escape.Round}, {escape.Bounds}: {escape.Value}[{escape.Element}] = {escape.Found:R} is outside of {escape.Lower:R} … {escape.Upper:R} for the input {string.Join(" ", escape.Input.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)))}"));
        console.WriteJson(new { points = outcome.Points, boxes = outcome.Boxes, values = outcome.Values, escapes = outcome.Escapes.Select(static e => new { box = e.Round, bounds = e.Bounds, value = e.Value, element = e.Element, found = ReductionErrorRun.Finite(e.Found), lower = ReductionErrorRun.Finite(e.Lower), upper = ReductionErrorRun.Finite(e.Upper), input = e.Input }), seconds, diagnostics = console.Diagnostics });
        return outcome.Escapes.IsEmpty ? 0 : VerifyCommand.Violated;
    }

    private SamplingOutcome Of(ModelProgram program, string model, string? property, CompilerOptions options)
    {
        NetworkSignature network = PropertyFile.SignatureOf(model, program.Result.Plan!);
        if (property is null)
        {
            var box = new InputBox(options.InputRange);
            (double Low, double High)[] ranges = [.. program.Inputs.SelectMany(i => Enumerable.Repeat(box.RangeOf(i.Name), GeneratedModel.ByteLength(i) / sizeof(float)))];
            return Sampled(new VerifiedBox([.. ranges.Select(static r => r.Low)], [.. ranges.Select(static r => r.High)]));
        }

        try
        {
            return Sampled(PropertyFile.Read([new PropertyModel(model, "")], [program.Result.Plan!], property).Cases[0].Box);
        }
        catch (PropertyException unread)
        {
            throw new ToolException(FormattableString.Invariant($"{property}({unread.Line},{unread.Column}): {unread.Message}"));
        }

        SamplingOutcome Sampled(VerifiedBox box) => box.Length == network.InputLength
            ? SoundnessSampling.Of(program.Result.Plan!, box, program.OutputsOf, points, threads, console.Cancellation)
            : throw new ToolException("the property's inputs are not the model's alone");
    }
}
