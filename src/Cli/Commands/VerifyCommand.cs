using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using RedGen.Cli.Execution;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Cli.Verification;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen verify</c>: proves or refutes properties of the generated code.</summary>
internal sealed class VerifyCommand
{
    /// <summary>The verb.</summary>
    public const string Name = "verify";

    /// <summary>The exit code of a violated property.</summary>
    public const int Violated = 1;

    /// <summary>The exit code where neither a proof nor a counterexample was found.</summary>
    public const int Undecided = 2;

    /// <summary>The exit code of an error.</summary>
    public const int Error = 3;

    private readonly ToolConsole _console;
    private readonly Argument<string?> _model = new("model") { Description = "The model's file.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string[]> _properties = new("property") { Description = "The property, in VNN-LIB 1.0 or 2.0: the set of its counterexamples; or several. Before it the models (.onnx) of further networks that it declares.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string?> _instances = new("--instances") { Description = "A file of instances instead: a line model.onnx,property.vnnlib,seconds each.", HelpName = "f.csv" };
    private readonly Option<double?> _timeout = new("--timeout") { Description = "Seconds for a property. Default: those of the instances, otherwise no limit.", HelpName = "S" };
    private readonly Option<long> _nodes = new("--nodes") { Description = "Regions to analyse at most: unlike a timeout, the same limit on every machine.", DefaultValueFactory = static _ => new VerificationLimits().Nodes, HelpName = "N" };
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; the verdict does not depend on them.", DefaultValueFactory = static _ => Environment.ProcessorCount, HelpName = "N" };
    private readonly Option<string> _format = new("--format") { Description = "competition: unsat, sat, unknown or timeout on the first line, then the counterexample.", DefaultValueFactory = static _ => "text", HelpName = "text|competition" };
    private readonly Option<bool> _json = CommonArguments.Json();
    private readonly Option<string?> _plan = PlanChoice.ForReduced();
    private readonly Option<string?> _certificate = new("--certificate") { Description = "Write a certificate of a property that holds, for redgen check.", HelpName = "file" };
    private readonly Option<bool> _reductionError = new("--reduction-error") { Description = "Bound how far the reduced network's outputs are from the original's, over the property's boxes or --input-range; with --max-error a verdict." };
    private readonly Option<long?> _sample = new("--sample") { Description = "Hold values at N random points against the bounds over random boxes, of the model in its property's box or --input-range, without a model of random networks: none may be outside.", HelpName = "N" };
    private readonly Option<bool> _areDimsShared = new("--dims-are-shared") { Description = "For builds: --dims is meant for several models.", Hidden = true };
    private readonly Option<string[]> _networks = PropertyModel.Option();
    private readonly StatementOptions _statements = new();
    private readonly BuildVerdicts _build = new();
    private readonly VerifyReport _report;
    private readonly ModelOptions _options;

    private VerifyCommand(ToolConsole console, Command command)
    {
        _console = console;
        _report = new VerifyReport(console);
        command.Arguments.Add(_model);
        command.Arguments.Add(_properties);
        _format.AcceptOnlyFromAmong("text", "competition");
        foreach (System.CommandLine.Option option in (System.CommandLine.Option[])[_instances, _timeout, _nodes, _threads, _format, _json, _plan, _certificate, _reductionError, _sample, _networks, _areDimsShared, .. _statements.Options, .. _build.Options]) command.Options.Add(option);
        _options = ModelOptions.AddTo(command);
        command.SetAction(Run);
    }

    /// <summary>Makes the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var command = new Command(Name, "Proves or refutes properties of the generated code. Exit code 0: holds, 1: violated, 2: unknown, 3: error.");
        _ = new VerifyCommand(console, command);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        _console.IsJson = parsed.GetValue(_json);
        if (parsed.GetValue(_nodes) < 1 || parsed.GetValue(_threads) < 1) throw new ToolException("--nodes and --threads take numbers from 1");
        if (parsed.GetValue(_reductionError)) return RunReductionError(parsed);
        if (parsed.GetValue(_sample) is { } points) return RunSampling(parsed, points);
        // Properties are mostly of the network as trained: reduced only where the user asks for it.
        CompilerOptions defaults = _build.IsAsked(parsed) ? _build.Defaults(parsed) : new CompilerOptions { Hashing = Hashing.None };
        CompilerOptions options = _options.Read(parsed, _console, defaults) with { DimsAreShared = parsed.GetValue(_areDimsShared) };
        IReadOnlyList<PropertyInstance> instances = Instances(parsed, options.Prove);
        var limits = new VerificationLimits { Nodes = parsed.GetValue(_nodes), Threads = parsed.GetValue(_threads) };
        if (parsed.GetResult(_nodes) is { Implicit: false }) limits = limits with { Boxes = limits.Nodes };
        using var runner = new InstanceRunner(_console, options, limits, parsed.GetValue(_certificate) is not null, _build.CertificatesOf(parsed), (path, o) => ModelProgram.Open(path, o, o.Hashing == Hashing.None ? PlanChoice.None : parsed.GetValue(_plan), _console));
        List<InstanceOutcome> outcomes = [.. instances.Select(i => RunOne(runner, i, parsed.GetValue(_format)!, instances.Count > 1))];
        if (parsed.GetValue(_certificate) is { } certificate) WriteCertificate(parsed, outcomes, options.InputRange, certificate);
        if (_build.IsAsked(parsed)) return _build.Write(parsed, outcomes, runner.PlanOf(instances[0].Model), options);
        return instances.Count == 1 && parsed.GetValue(_instances) is null ? _report.ReportOne(outcomes[0], isText: parsed.GetValue(_format) == "text") : _report.ReportAll(outcomes);
    }

    private int RunReductionError(ParseResult parsed)
    {
        if (parsed.GetValue(_model) is not { } model || parsed.GetValue(_properties) is { Length: > 1 }) throw new ToolException("--reduction-error takes a model, and a property whose boxes are the inputs, or --input-range");
        CompilerOptions options = _options.Read(parsed, _console) with { DimsAreShared = parsed.GetValue(_areDimsShared) };
        long nodes = parsed.GetResult(_nodes) is { Implicit: false } ? parsed.GetValue(_nodes) : ReductionErrorRun.UsualNodes;
        return new ReductionErrorRun(_console, nodes, parsed.GetValue(_threads)).Run(model, parsed.GetValue(_properties)?.FirstOrDefault(), options, parsed.GetValue(_plan), TimeoutOf(parsed));
    }

    private int RunSampling(ParseResult parsed, long points)
    {
        CompilerOptions options = _options.Read(parsed, _console, new CompilerOptions { Hashing = Hashing.None }) with { DimsAreShared = parsed.GetValue(_areDimsShared) };
        var run = new SamplingRun(_console, points, parsed.GetValue(_threads));
        if (parsed.GetValue(_model) is not { } model) return run.Run(null, "", null, options);
        if (parsed.GetValue(_properties) is { Length: > 1 }) throw new ToolException("--sample takes a model, and a property whose box holds the inputs, or --input-range");
        using ModelProgram program = ModelProgram.Load(model, ModelProgram.Open(model, options, options.Hashing == Hashing.None ? PlanChoice.None : parsed.GetValue(_plan), _console), options, _console);
        return run.Run(program, model, parsed.GetValue(_properties)?.FirstOrDefault(), options);
    }

    private double? TimeoutOf(ParseResult parsed)
    {
        double? timeout = parsed.GetValue(_timeout);
        return timeout is <= 0 or > 1e6 or double.NaN ? throw new ToolException("--timeout takes seconds from above 0") : timeout;
    }

    private IReadOnlyList<PropertyInstance> Instances(ParseResult parsed, string statements)
    {
        double? timeout = TimeoutOf(parsed);
        if (parsed.GetValue(_instances) is { } file)
        {
            if (parsed.GetValue(_model) is not null) throw new ToolException("give either a model and a property, or --instances");
            return [.. PropertyInstance.ReadAll(file).Select(i => timeout is null ? i : i with { Timeout = timeout })];
        }

        string[] given = [.. new[] { parsed.GetValue(_model) }.OfType<string>().Concat(parsed.GetValue(_properties) ?? [])];
        PropertyModel[] named = [.. (parsed.GetValue(_networks) ?? []).Select(PropertyModel.Named)];
        // The first argument is a model whatever its name is, unless all models have names.
        int models = Math.Max(named.Length > 0 ? 0 : Math.Min(1, given.Length), given.TakeWhile(static g => g.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Count());
        PropertyModel[] all = [.. named, .. given.Take(models).Select(static g => new PropertyModel(g, ""))];
        ImmutableArray<Statement> stated = _statements.Read(parsed, statements);
        if (all.Length == 0 || (given.Length == models && stated.IsEmpty)) throw new ToolException("give a model and a property, a statement such as --range, or --instances f.csv");
        if (all.Length > 1 && !stated.IsEmpty) throw new ToolException("statements such as --range are about one model; --equivalent names the other one");
        string model = all[0].Path;
        return
        [
            .. given.Skip(models).Select(p => new PropertyInstance(model, p, (model, p), timeout) { Models = all }),
            .. stated.Select(s => new PropertyInstance(model, "", (model, s.Text), timeout) { Statement = s }),
        ];
    }

    private void WriteCertificate(ParseResult parsed, List<InstanceOutcome> outcomes, string inputRange, string file)
    {
        if (outcomes.Count != 1) throw new ToolException("--certificate is for one property");
        InstanceOutcome outcome = outcomes[0];
        if (outcome.Verdict?.Result != VerificationResult.Holds) return;
        if (outcome.Proof is not { } proof) throw new ToolException("the property holds, but there is no certificate: proofs of monotonicity have none");
        string hash = outcome.Instance.Statement?.Sha256(inputRange, BuildVerdicts.HashOf) ?? ModelSource.Hash(File.ReadAllBytes(outcome.Instance.Property));
        Certificate certificate = proof.Certify(hash, parsed.GetValue(_threads), out string problem, _console.Cancellation) ?? throw new ToolException("the property holds, but there is no certificate: " + problem);
        WholeFile.Write(file, certificate.Write());
    }

    private InstanceOutcome RunOne(InstanceRunner runner, PropertyInstance instance, string format, bool isOneOfMany)
    {
        long shown = 0;
        InstanceOutcome outcome = runner.Run(instance, (nodes, waiting) =>
        {
            // A line now and then: many searches end before the first.
            if (nodes < shown + 20_000) return;
            shown = nodes;
            _console.Note(FormattableString.Invariant($"redgen: {instance.Name.Property}: {nodes} regions, {waiting} wait"));
        });
        if (format == "competition" && outcome.Verdict is not null) _report.WriteCompetition(outcome);
        else if (isOneOfMany) _console.WriteLine(FormattableString.Invariant($"{outcome.Result,-8} {outcome.Seconds,8:F2} s {outcome.Verdict?.Nodes ?? 0,9}  {instance.Name.Model} {instance.Name.Property}"));
        return outcome;
    }
}
