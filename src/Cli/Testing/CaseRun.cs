using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Cli.Execution;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Testing;

/// <summary>One case on its way: prepared and compiled, then run and compared. A result that is set ends the way.</summary>
internal sealed class CaseRun(TestCase test, TestSettings settings, string space)
{
    /// <summary>Compilers recurse over deep graphs and long expressions.</summary>
    private const int CompilerStack = 64 << 20;

    /// <summary>What a thread of a program commonly has.</summary>
    private const int UserStack = 1 << 20;

    private readonly List<(ShapeGroup Group, GeneratedModel Model)> _models = [];
    private PreparedCase? _prepared;
    private double _maxError;
    private double _maxUlp;

    /// <summary>The result, once there is one.</summary>
    public CaseResult? Result { get; private set; }

    /// <summary>The models to compile in memory.</summary>
    public IEnumerable<GeneratedModel> Models => Result is null ? _models.Select(static m => m.Model) : [];

    /// <summary>Reads and compiles the case; with <see cref="TestSettings.UseReference"/> runs it too.</summary>
    public void Prepare() => Guard("compiling", CompilerStack, cancellation =>
    {
        var diagnostics = new DiagnosticBag();
        _prepared = PreparedCase.Read(test, settings.Options, diagnostics, cancellation);
        if (_prepared is null) Result = CaseResult.Rejected(test.Name, diagnostics.ToImmutable());
        else if (settings.UseReference) RunReference(_prepared, cancellation);
        else Compile(_prepared, cancellation);
    });

    /// <summary>Runs the compiled code and compares.</summary>
    public void Execute(GeneratedCode code)
    {
        if (Result is not null) return;
        foreach ((ShapeGroup group, GeneratedModel model) in _models)
        {
            if (code.ErrorOf(model) is { } error)
            {
                Result = CaseResult.Fail(test.Name, error);
                return;
            }

            PredictDelegate predict = code.MethodOf(model)!;
            Guard("running", UserStack, cancellation => RunSets(group, set => Predict(predict, model, set), cancellation));
            if (Result is not null) return;
        }

        Result = new CaseResult(test.Name, Outcome.Pass, _maxError, null) { MaxUlp = _maxUlp };
    }

    private void Compile(PreparedCase prepared, CancellationToken cancellation)
    {
        foreach (ShapeGroup group in prepared.Groups)
        {
            string name = space + (prepared.Groups.Length > 1 ? "_" + _models.Count : "");
            CompilerOptions options = group.Options with { Namespace = name, WeightResource = name + ".weights" };
            CompilationResult result = ModelCompiler.Compile(prepared.Source, options, cancellation);
            if (!result.Success)
            {
                Result = Rejected(result.Diagnostics);
                return;
            }

            _models.Add((group, new GeneratedModel(name, result)));
        }

        CheckData(prepared);
    }

    private void RunReference(PreparedCase prepared, CancellationToken cancellation)
    {
        foreach (ShapeGroup group in prepared.Groups)
        {
            var diagnostics = new DiagnosticBag();
            if (ReferenceModel.Load(prepared.Source, group.Options, diagnostics, cancellation) is not { } model)
            {
                Result = Rejected(diagnostics.ToImmutable());
                return;
            }

            CheckData(prepared);
            if (Result is null) RunSets(group, set => Evaluate(model, set, cancellation), cancellation);
            if (Result is not null) return;
        }

        Result = new CaseResult(test.Name, Outcome.Pass, _maxError, null) { MaxUlp = _maxUlp };
    }

    /// <summary>Dimensions that the user pinned wrongly are the user's mistake, no limit of the compiler.</summary>
    private CaseResult Rejected(ImmutableArray<Diagnostic> diagnostics)
    {
        CaseResult rejected = CaseResult.Rejected(test.Name, diagnostics);
        bool isMisuse = !settings.Options.Dims.IsEmpty && diagnostics.Any(static d => d.Id == DiagnosticCatalog.InvalidOption.Id);
        return isMisuse ? rejected with { Outcome = Outcome.Fail } : rejected;
    }

    /// <summary>Only what compiles needs data: a diagnostic of the compiler says more than a problem with them.</summary>
    private void CheckData(PreparedCase prepared)
    {
        if (prepared.HasOtherData) Result = new CaseResult(test.Name, Outcome.Unsupported, null, "the test data hold values that are no tensors");
        else if (prepared.DataProblem is not null) Result = CaseResult.BadData(test.Name, prepared.DataProblem);
    }

    private void RunSets(ShapeGroup group, Func<TestDataSet, (ImmutableArray<Value> Outputs, IReadOnlyList<Tensor> Tensors)> run, CancellationToken cancellation)
    {
        string? reason = null;
        for (int i = 0; i < group.Sets.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            TestDataSet set = group.Sets[i];
            (ImmutableArray<Value> values, IReadOnlyList<Tensor> tensors) = run(set);
            if (values.Length < set.Outputs.Length) reason ??= FormattableString.Invariant($"the data have {set.Outputs.Length} outputs, the model {values.Length}");
            ImmutableArray<TestTensor?> expected = TestDataSet.Match(set.Outputs, values);
            for (int o = 0; o < values.Length; o++)
            {
                if (expected[o]?.As(tensors[o].Type) is not { } tensor) continue;
                Tolerance usual = settings.Tolerance ?? (set.IsFlat || test.IsTrainedModel ? Tolerance.Model : Tolerance.Onnx);
                Tolerance tolerance = expected[o]!.ToleranceFor(tensors[o].ElementType, usual);
                Comparison found = OutputComparer.Compare(values[o].Name, tensors[o], tensor, tolerance, set.IsFlat, _prepared!.Random.Contains(values[o].Name));
                _maxError = Math.Max(_maxError, found.MaxError);
                _maxUlp = Math.Max(_maxUlp, found.MaxUlp);
                if (found.Reason is not null) reason ??= (group.Sets.Length > 1 ? FormattableString.Invariant($"data set {i}: ") : "") + found.Reason;
            }
        }

        if (reason is not null) Result = new CaseResult(test.Name, Outcome.Fail, _maxError, reason) { MaxUlp = _maxUlp };
    }

    private (ImmutableArray<Value> Outputs, IReadOnlyList<Tensor> Tensors) Predict(PredictDelegate predict, GeneratedModel model, TestDataSet set)
    {
        byte[][] inputs = [.. InputsOf(model.Inputs, set).Select(static t => t.Unpacked.ToArray())];
        byte[][] outputs = model.NewOutputs();
        // What is there before must not matter, nor what an earlier call left in scratch memory.
        foreach (byte[] output in outputs) Array.Fill(output, (byte)0xCD);
        predict(inputs, outputs);
        if (ReferenceEquals(set, _models[0].Group.Sets[0]) && _prepared!.Random.IsEmpty)
        {
            byte[][] again = model.NewOutputs();
            predict(inputs, again);
            for (int i = 0; i < model.Outputs.Length; i++)
                if (!outputs[i].AsSpan().SequenceEqual(again[i])) throw new InvalidOperationException("a second call gives another output '" + model.Outputs[i].Name + "'");
        }

        return (model.Outputs, GeneratedModel.TensorsOf(model.Outputs, outputs));
    }

    private (ImmutableArray<Value> Outputs, IReadOnlyList<Tensor> Tensors) Evaluate(ReferenceModel model, TestDataSet set, CancellationToken cancellation)
    {
        ImmutableArray<Tensor> inputs = InputsOf(model.Graph.Inputs, set);
        var byName = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (int i = 0; i < inputs.Length; i++) byName[model.Graph.Inputs[i].Name] = inputs[i];
        return (model.Graph.Outputs, model.Run(byName, cancellation));
    }

    /// <summary>The inputs of a set in the model's order; their types and shapes are the model's.</summary>
    private ImmutableArray<Tensor> InputsOf(ImmutableArray<Value> values, TestDataSet set)
    {
        ImmutableArray<TestTensor?> matched = TestDataSet.Match(set.Inputs, values);
        ImmutableArray<Tensor>.Builder inputs = ImmutableArray.CreateBuilder<Tensor>(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            var type = (TensorType)values[i].Type!;
            Tensor tensor = matched[i]?.As(type) ?? throw new ToolException("the data have no input '" + values[i].Name + "'");
            if (tensor.ElementType == type.ElementType && _prepared!.Unread.Contains(values[i].Name)) tensor = new ReferenceTensor(type.ElementType, type.Shape!.ToArray()).ToTensor();
            if (!tensor.Type.Equals(type)) throw new ToolException("input '" + values[i].Name + "' is " + tensor.Type + " in the data, the model takes " + type);
            inputs.Add(tensor);
        }

        return inputs.MoveToImmutable();
    }

    /// <summary>Whatever goes wrong in a case is that case's result.</summary>
    private void Guard(string what, int stack, Action<CancellationToken> work)
    {
        try
        {
            TimedRun.Run(work, settings.Timeout, stack);
        }
        catch (TimeoutException)
        {
            Result = CaseResult.Fail(test.Name, FormattableString.Invariant($"{what} took longer than {settings.Timeout.TotalSeconds} s"));
        }
        catch (ToolException problem)
        {
            Result = CaseResult.BadData(test.Name, problem.Message);
        }
        catch (Exception problem)
        {
            Result = CaseResult.Fail(test.Name, what + " threw " + problem.GetType().Name + ": " + problem.Message.ReplaceLineEndings(" "));
        }
    }
}
