using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Cli.Testing;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen test</c>: runs generated code on test data and compares.</summary>
internal sealed class TestCommand
{
    private readonly ToolConsole _console;
    private readonly Argument<string[]> _folders = new("dir")
    {
        Description = "Folders that hold model.onnx and test data, at any depth.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<double?> _relative = new("--rtol") { Description = "Relative tolerance of floats (1e-3; for expected.npy 1e-4 of max(1, |expected|))." };
    private readonly Option<double?> _absolute = new("--atol") { Description = "Absolute tolerance of floats (1e-7)." };
    private readonly Option<bool> _reference = new("--reference") { Description = "Run the reference interpreter instead of generated code." };
    private readonly Option<double> _timeout = new("--timeout") { Description = "Seconds that one case may compile, and that it may run.", DefaultValueFactory = static _ => 60 };
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly ModelOptions _options;

    private TestCommand(ToolConsole console, Command command)
    {
        _console = console;
        command.Arguments.Add(_folders);
        foreach (Option option in new Option[] { _relative, _absolute, _reference, _timeout, _json }) command.Options.Add(option);
        _options = ModelOptions.AddTo(command);
        foreach (Option<double?> tolerance in new[] { _relative, _absolute })
        {
            tolerance.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && !IsTolerance(result.Tokens[0].Value)) result.AddError(tolerance.Name + " takes a number from 0, not '" + result.Tokens[0].Value + "'.");
            });
        }

        command.SetAction(Run);
    }

    /// <summary>Makes the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var command = new Command("test", "Compiles models in memory, runs them on the test data beside them, and compares.");
        _ = new TestCommand(console, command);
        return command;
    }

    private static bool IsTolerance(string text)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 && double.IsFinite(value);

    private int Run(ParseResult parsed)
    {
        _console.IsJson = parsed.GetValue(_json);
        var settings = new TestSettings
        {
            // The data say what the original network gives: it is compiled unreduced unless the user asks for a reduction.
            Options = _options.Read(parsed, _console, new TestSettings().Options),
            Tolerance = parsed.GetValue(_relative) is null && parsed.GetValue(_absolute) is null ? null
                : new Tolerance(parsed.GetValue(_relative) ?? Tolerance.Onnx.Relative, parsed.GetValue(_absolute) ?? Tolerance.Onnx.Absolute),
            UseReference = parsed.GetValue(_reference),
            Timeout = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_timeout), 0.001, 86400)),
        };
        ImmutableArray<TestCase> cases = FindCases(parsed.GetValue(_folders)!);
        ImmutableArray<CaseResult> results = new TestRunner(settings).Run(cases, result => _console.WriteLine(result.ToString()));
        return Report(results);
    }

    private ImmutableArray<TestCase> FindCases(string[] folders)
    {
        foreach (string folder in folders)
            if (!Directory.Exists(folder)) throw new ToolException("there is no folder '" + folder + "'");
        var bare = new List<string>();
        ImmutableArray<TestCase> cases = TestCase.Find(folders, bare);
        foreach (string folder in bare) _console.Note("redgen: warning: " + folder + " holds a model without test data");
        if (cases.IsEmpty) throw new ToolException("there is no model.onnx with test data in " + string.Join(", ", folders));
        return cases;
    }

    private int Report(ImmutableArray<CaseResult> results)
    {
        int passed = results.Count(static r => r.Outcome == Outcome.Pass);
        int failed = results.Count(static r => r.Outcome == Outcome.Fail);
        int skipped = results.Count(static r => r.Outcome == Outcome.Unsupported);
        _console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} passed, {failed} failed, {skipped} skipped"));
        _console.WriteJson(new
        {
            passed,
            failed,
            skipped,
            cases = results.Select(static r => new { name = r.Name, outcome = r.OutcomeName, maxError = Finite(r.MaxError), maxUlp = Finite(r.MaxUlp), reason = r.Reason }),
        });
        return failed == 0 ? 0 : Tool.Failed;
    }

    /// <summary>JSON has no infinity.</summary>
    private static double? Finite(double? value) => value is { } v && double.IsFinite(v) ? v : null;
}
