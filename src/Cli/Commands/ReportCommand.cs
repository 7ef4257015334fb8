using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Cli.Reports;
using RedGen.Cli.Verification;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Report;
using RedGen.Compiler.Verify.Difference;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen report</c>: what the reduction made of a model, as HTML, Markdown or JSON.</summary>
internal sealed class ReportCommand : ModelCommand
{
    private readonly Option<string> _output;
    private readonly Option<ReportFormat?> _format;
    private readonly Option<long> _errorNodes;
    private readonly RadiusMeasurement _radii = new();

    /// <summary>Makes the command.</summary>
    public ReportCommand(ToolConsole console)
        : base(console, "report", "Shows what the reduction made of a model: layers, sizes, error budget.")
    {
        _output = Add(new Option<string>("--output", "-o") { Description = "The file to write: .html, .md or .json. Default: Markdown to standard output.", HelpName = "file" });
        _format = Add(new Option<ReportFormat?>("--format") { Description = "The form, where the file's name does not say it.", HelpName = "html|markdown|json" });
        _errorNodes = Add(new Option<long>("--error-nodes") { Description = "Where --input-range is given: parts of it that the bound of the reduction's error may be computed for, as by verify --reduction-error; 0: none.", DefaultValueFactory = static _ => 0, HelpName = "N" });
        foreach (System.CommandLine.Option option in _radii.Options) Command.Options.Add(option);
    }

    /// <summary>The forms of a report.</summary>
    private enum ReportFormat
    {
        Markdown,
        Html,
        Json,
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        string? file = parsed.GetValue(_output);
        ReportFormat format = FormatOf(file, parsed.GetValue(_format));
        ModelSource source = Open(parsed, path, options);
        ExecutionPlan after = Compile(path, source, options, isTwin: false);
        ExecutionPlan before = options.Hashing == Hashing.None ? after : Compile(path, source, options with { Hashing = Hashing.None, MaxError = null }, isTwin: true);
        ModelReport report = ModelReport.Of(before, after, CostChoice.Of(options, source)) with
        {
            Radii = _radii.Run(parsed, path, source, options, Console),
            Reduction = parsed.GetValue(_errorNodes) is var nodes and not 0 ? WorstOf(path, source, options, nodes) : null,
        };
        // The smaller of both bounds counts.
        if (report is { Reduction: { } error, Certificate: { } certificate } && error.Bound < certificate.MaxError) report = report with { Certificate = certificate with { MaxError = error.Bound, Problem = "" } };
        string Text() => format switch
        {
            ReportFormat.Html => ReportHtml.Of(report),
            ReportFormat.Json => ToolConsole.JsonOf(ReportJson.Of(report, file, Console.Diagnostics)) + "\n",
            _ => ReportMarkdown.Of(report),
        };
        if (file is null) Console.Text?.Write(Text());
        else
        {
            if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
            File.WriteAllText(file, Text(), new UTF8Encoding(false));
            Console.WriteLine(file);
        }

        Console.WriteJson(ReportJson.Of(report, file, Console.Diagnostics));
        return 0;
    }

    /// <summary>The bound of the reduction's error, and the input where both codes were found furthest apart; null where the model has no such bound.</summary>
    private ReductionWitness? WorstOf(string path, ModelSource source, CompilerOptions options, long nodes)
    {
        if (nodes < 0) throw new ToolException("--error-nodes takes a number from 0");
        if (options.Hashing == Hashing.None) throw new ToolException("--error-nodes is about a reduced network: leave --hashing none out");
        DifferenceOutcome? outcome = ReductionError.Run(source, options, null, nodes, Environment.ProcessorCount, new DiagnosticBag(), out string problem, Console.Cancellation);
        Console.Cancellation.ThrowIfCancellationRequested();
        if (outcome is not null) return ReductionReplay.Run(path, source, options, outcome, Console);
        Console.Note("redgen: no bound of the reduction's error by splitting: " + problem);
        return null;
    }

    /// <summary>Compiles; the problems of the model as the user asked for it are printed, those of its twin only where it fails.</summary>
    private ExecutionPlan Compile(string path, ModelSource source, CompilerOptions options, bool isTwin)
    {
        CompilationResult result = ModelCompiler.Compile(source, options with { WeightResource = options.WeightResource ?? "report.weights" });
        Console.Print(path, [.. result.Diagnostics.Where(d => d.Severity == Severity.Error || (d.Severity == Severity.Warning && !isTwin))]);
        return result.Success ? result.Plan! : throw new ToolException("the model was not compiled");
    }

    private ReportFormat FormatOf(string? file, ReportFormat? stated)
    {
        if (file is null && Console.IsJson && stated is not (null or ReportFormat.Json))
            throw new ToolException("with --json standard output is JSON; --format " + stated.ToString()!.ToLowerInvariant() + " needs --output");
        if (stated is { } format) return format;
        return Path.GetExtension(file)?.ToLowerInvariant() switch
        {
            null => ReportFormat.Markdown,
            ".html" or ".htm" => ReportFormat.Html,
            ".md" or ".markdown" => ReportFormat.Markdown,
            ".json" => ReportFormat.Json,
            _ => throw new ToolException("'" + file + "' does not end with .html, .md or .json; say --format html, markdown or json"),
        };
    }
}
