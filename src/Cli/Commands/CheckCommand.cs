using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.Diagnostics;
using System.IO;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Cli.Verification;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Properties;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen check</c>: proves every leaf of a certificate again, without a search.</summary>
internal sealed class CheckCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "check";

    private readonly ToolConsole _console;
    private readonly Argument<string> _model = new("model") { Description = "The model's file." };
    private readonly Argument<string[]> _files = new("files") { Description = "Models of further networks that the property declares, the property, and the certificate, as redgen verify --certificate writes it; of a statement such as --range the certificate only.", Arity = new ArgumentArity(1, 10), HelpName = "property certificate" };
    private readonly Option<string[]> _networks = PropertyModel.Option();
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; the result does not depend on them.", DefaultValueFactory = static _ => Environment.ProcessorCount, HelpName = "N" };
    private readonly Option<string?> _plan = PlanChoice.ForReduced();
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly StatementOptions _statements = new();
    private readonly ModelOptions _options;

    private CheckCommand(ToolConsole console, Command command)
    {
        _console = console;
        foreach (Argument argument in (Argument[])[_model, _files]) command.Arguments.Add(argument);
        foreach (System.CommandLine.Option option in (System.CommandLine.Option[])[_threads, _plan, _networks, _json, .. _statements.Options]) command.Options.Add(option);
        _options = ModelOptions.AddTo(command);
        command.SetAction(Run);
    }

    /// <summary>Makes the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var command = new Command(Name, "Checks the certificate of a property without a search. Exit code 0: the property holds, 2: the certificate does not prove it, 3: error.");
        _ = new CheckCommand(console, command);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        _console.IsJson = parsed.GetValue(_json);
        if (parsed.GetValue(_threads) < 1) throw new ToolException("--threads takes numbers from 1");
        CompilerOptions options = _options.Read(parsed, _console, new CompilerOptions { Hashing = Hashing.None });
        string[] files = parsed.GetValue(_files)!;
        ImmutableArray<Statement> stated = _statements.Read(parsed, "");
        if (stated.Length > 1 || (stated.Length == 1 ? files.Length != 1 : files.Length < 2)) throw new ToolException("give a property and its certificate, or one statement such as --range and its certificate");
        long start = Stopwatch.GetTimestamp();
        (IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property, string hash) = stated.Length == 1 ? OfStatement(parsed, stated[0], options) : OfFile(parsed, files, options);
        CheckOutcome outcome = CertificateCheck.Run(plans, property, hash, CertificateOf(files[^1]), parsed.GetValue(_threads), _console.Cancellation);
        Report(outcome, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return outcome.Problem.Length == 0 ? 0 : VerifyCommand.Undecided;
    }

    private (IReadOnlyList<ExecutionPlan> Plans, VerifiedProperty Property, string Hash) OfFile(ParseResult parsed, string[] files, CompilerOptions options)
    {
        PropertyModel[] named = [.. (parsed.GetValue(_networks) ?? []).Select(PropertyModel.Named)];
        PropertyModel[] models = [.. named, .. files[..^2].Prepend(parsed.GetValue(_model)!).Select(static m => new PropertyModel(m, ""))];
        ExecutionPlan[] plans = [.. models.Select(m => Compile(m.Path, options, parsed.GetValue(_plan)))];
        return (plans, Read(models, plans, files[^2]), ModelSource.Hash(File.ReadAllBytes(files[^2])));
    }

    /// <summary>The property that a statement makes of the model; for robustness the generated code says the samples' classes.</summary>
    private (IReadOnlyList<ExecutionPlan> Plans, VerifiedProperty Property, string Hash) OfStatement(ParseResult parsed, Statement statement, CompilerOptions options)
    {
        string model = parsed.GetValue(_model)!, hash = statement.Sha256(options.InputRange, BuildVerdicts.HashOf);
        string? plan = parsed.GetValue(_plan);
        try
        {
            switch (statement)
            {
                case RangeStatement range:
                    ExecutionPlan only = Compile(model, options, plan);
                    return ([only], range.Property(PropertyFile.SignatureOf(model, only), options.InputRange), hash);
                case EquivalenceStatement equivalence:
                    bool isTrained = equivalence.Other == EquivalenceStatement.Trained;
                    ExecutionPlan[] both = [Compile(model, options, plan), isTrained ? Compile(model, options with { Hashing = Hashing.None, MaxError = null }, plan) : Compile(equivalence.Other, options, plan)];
                    return (both, equivalence.Property(PropertyFile.SignatureOf(model, both[0]), PropertyFile.SignatureOf(equivalence.Other, both[1]), options.InputRange), hash);
                case RobustStatement robust:
                    using (ModelProgram program = ModelProgram.Load(model, ModelProgram.Open(model, options, options.Hashing == Hashing.None ? PlanChoice.None : plan, _console), options, _console))
                    {
                        IReadOnlyList<RobustCase> cases = RobustSamples.CasesOf(robust, PropertyFile.SignatureOf(model, program.Result.Plan!), options.InputRange, program);
                        if (cases.Any(static c => c.IsMisclassified)) throw new ToolException("a sample has another class than its label: the statement is violated");
                        return ([program.Result.Plan!], RobustCase.All(cases), hash);
                    }

                default:
                    throw new ToolException("proofs of monotonicity have no certificate");
            }
        }
        catch (FormatException problem)
        {
            throw new ToolException(problem.Message);
        }
    }

    private ExecutionPlan Compile(string model, CompilerOptions options, string? plan)
    {
        ModelSource source = ModelProgram.Open(model, options, options.Hashing == Hashing.None ? PlanChoice.None : plan, _console);
        CompilationResult result = ModelCompiler.Compile(source, options with { WeightResource = "weights" }, _console.Cancellation);
        if (result.Success) return result.Plan!;
        _console.Print(model, result.Diagnostics);
        throw new ToolException("the model was not compiled");
    }

    private static VerifiedProperty Read(PropertyModel[] models, ExecutionPlan[] plans, string file)
    {
        try
        {
            return PropertyFile.Read(models, plans, file);
        }
        catch (PropertyException problem)
        {
            throw new ToolException(FormattableString.Invariant($"{file}({problem.Line},{problem.Column}): {problem.Message}"));
        }
    }

    private static Certificate CertificateOf(string file)
    {
        if (new FileInfo(file) is { Exists: true, Length: > Certificate.LongestText }) throw new ToolException(file + " is too long for a certificate");
        return Certificate.Read(File.ReadAllText(file), out string problem) ?? throw new ToolException(file + " cannot be read: " + problem);
    }

    private void Report(CheckOutcome outcome, double seconds)
    {
        string result = outcome.Problem.Length == 0 ? "holds" : "unknown";
        _console.WriteLine(FormattableString.Invariant($"{result}: {outcome.Leaves} leaves proven, {seconds:F2} s"));
        if (_console.Text is not null && outcome.Problem.Length > 0) _console.Note("redgen: " + outcome.Problem);
        _console.WriteJson(new { result, leaves = outcome.Leaves, seconds, reason = outcome.Problem, diagnostics = _console.Diagnostics });
    }
}
