using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Cli.Measure;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Execution;

/// <summary>One model as running code, compiled as a user's program would be.</summary>
internal sealed class ModelProgram : IDisposable
{
    private readonly GeneratedCode _code;
    private readonly GeneratedModel _model;

    private ModelProgram(GeneratedCode code, GeneratedModel model)
    {
        _code = code;
        _model = model;
        Methods = code.AdapterOf(model);
    }

    /// <summary>The methods of the generated class.</summary>
    public ModelAdapter Methods { get; }

    /// <summary>Runs the model once; allocates nothing itself.</summary>
    public PredictDelegate Predict => Methods.Predict;

    /// <summary>The compilation.</summary>
    public CompilationResult Result => _model.Result;

    /// <summary>What the model takes.</summary>
    public ImmutableArray<Value> Inputs => _model.Inputs;

    /// <summary>What the model gives.</summary>
    public ImmutableArray<Value> Outputs => _model.Outputs;

    /// <summary>Reads a model and its plan; its problems are printed.</summary>
    /// <param name="path">The model.</param>
    /// <param name="options">The options; they name the samples that the plan should have been made with.</param>
    /// <param name="plan">The plan file, or <see cref="PlanChoice.None"/>; null: the one beside the model.</param>
    /// <param name="console">Takes the problems.</param>
    /// <exception cref="ToolException">A file cannot be read.</exception>
    public static ModelSource Open(string path, CompilerOptions options, string? plan, ToolConsole console)
    {
        var diagnostics = new DiagnosticBag();
        ModelSource? source = ModelFile.Open(path, diagnostics);
        if (source is not null) source = PlanChoice.Apply(source, plan, options, diagnostics);
        console.Print(path, diagnostics.ToImmutable());
        return source ?? throw new ToolException("the model was not read");
    }

    /// <summary>Compiles and loads a model; its problems are printed.</summary>
    /// <param name="path">The model's path, for messages.</param>
    /// <param name="source">The model.</param>
    /// <param name="options">The options.</param>
    /// <param name="console">Takes the problems.</param>
    /// <param name="hasClock">Whether a clock stands between the layers: see <see cref="LayerTicks"/>.</param>
    /// <exception cref="ToolException">It has errors.</exception>
    public static ModelProgram Load(string path, ModelSource source, CompilerOptions options, ToolConsole console, bool hasClock = false)
    {
        const string Space = "RedGenProgram";
        CompilationResult result = ModelCompiler.Compile(source, options with { Namespace = Space, WeightResource = Space + ".weights" });
        console.Print(path, [.. result.Diagnostics.Where(static d => d.Severity != Severity.Info)]);
        if (!result.Success) throw new ToolException("the model was not compiled");
        var model = new GeneratedModel(Space, hasClock ? LayerClock.Set(result) : result);
        GeneratedCode code = GeneratedCode.Build([model], new CodeSettings(IsStrict: false, IsCollectible: false));
        if (code.MethodOf(model) is not null) return new ModelProgram(code, model);
        code.Dispose();
        throw new InvalidOperationException(code.ErrorOf(model));
    }

    /// <summary>The last run's times by layer in ticks of <see cref="System.Diagnostics.Stopwatch"/>, of a model that was loaded with a clock.</summary>
    public long[] LayerTicks => _code.StaticOf<long[]>(_model, LayerClock.ClassName, "Ticks");

    /// <summary>The same code, loaded again with kernels of its own: nothing of it has run.</summary>
    public ModelAdapter LoadAgain() => _code.Fresh(_model);

    /// <summary>Arrays of the right sizes for the inputs; they do not move, so that native code can read them too.</summary>
    public byte[][] NewInputs() => NewArrays(Inputs);

    /// <summary>Arrays of the right sizes for the outputs.</summary>
    public byte[][] NewOutputs() => [.. NewArrays(Outputs), .. _model.NewOutputs().Skip(Outputs.Length)];

    /// <inheritdoc/>
    public void Dispose() => _code.Dispose();

    private static byte[][] NewArrays(ImmutableArray<Value> values)
        => [.. values.Select(static v => GC.AllocateArray<byte>(GeneratedModel.ByteLength(v), pinned: true))];
}
