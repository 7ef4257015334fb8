using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.TestKit.Guards;
using Xunit;

namespace RedGen.TestKit;

/// <summary>
/// Many models compiled to C# and built as one assembly, since a Roslyn compilation a model would take most of a test's time.
/// Add models, <see cref="Build"/>, then run each.
/// </summary>
public sealed class ModelBatch : IDisposable
{
    /// <summary>Kernels as source are the same files for every model; an assembly holds each once.</summary>
    private const string SharedPrefix = "RedGen.Runtime.";

    private readonly List<CompiledModel> _models = [];
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    private GeneratedAssembly? _assembly;

    /// <summary>The models in the order in which they were added.</summary>
    public IReadOnlyList<CompiledModel> Models => _models;

    /// <summary>Compiles a model that a test writes.</summary>
    public CompiledModel Add(string label, OnnxModelWriter model, CompilerOptions? options = null) => Add(label, model.ToSource(), options);

    /// <summary>Compiles a model whose hashed layers count what they do: <see cref="CompiledModel.ReadCounts"/>.</summary>
    public CompiledModel AddCounted(string label, ModelSource source, CompilerOptions options) => Add(label, source, options, isCounted: true);

    /// <summary>Compiles a model to C#; a diagnostic that is an error fails the test. Namespace and class name are the batch's.</summary>
    public CompiledModel Add(string label, ModelSource source, CompilerOptions? options = null) => Add(label, source, options, isCounted: false);

    private CompiledModel Add(string label, ModelSource source, CompilerOptions? options, bool isCounted)
    {
        string space = "M" + _models.Count.ToString(CultureInfo.InvariantCulture);
        options = (options ?? TestOptions.Exact) with { Namespace = space, ClassName = "Network" };
        CompilationResult result = ModelCompiler.Compile(source, options);
        Assert.True(result.Success, label + ": " + string.Join("\n", result.Diagnostics));
        CompilationResult code = TestOptions.IsGuarded ? GuardedLayers.Set(result, space) : result;
        foreach (GeneratedSource file in code.Sources)
            _sources[file.HintName.StartsWith(SharedPrefix, StringComparison.Ordinal) ? file.HintName : space + "/" + file.HintName] = isCounted && ReferenceEquals(file, code.Sources[0]) ? CountedCode.Rewrite(file.Text, result.Plan!) : file.Text;
        if (isCounted) _sources.Add(space + "/Counted.cs", CountedCode.Number(space));
        var model = new CompiledModel(this, source, options, result, label);
        _sources.Add(space + "/Driver.cs", model.Driver());
        _models.Add(model);
        return model;
    }

    /// <summary>Builds all models as a user's project would; any warning fails the test.</summary>
    public void Build(ConsumerSettings? settings = null)
    {
        settings ??= new ConsumerSettings { IsChecked = true };
        if (_sources.Keys.Any(static k => k.StartsWith(SharedPrefix, StringComparison.Ordinal))) settings = settings with { HasRuntime = false };
        _assembly = GeneratedAssembly.Compile(_sources, settings);
    }

    /// <inheritdoc/>
    public void Dispose() => _assembly?.Dispose();

    /// <summary>The method that gives the counts of a model that counts, and begins anew.</summary>
    internal Func<long[]> CountsOf(string space)
    {
        Assert.NotNull(_assembly);
        return _assembly.Method<Func<long[]>>(space + ".Counted", "Read");
    }

    /// <summary>The method that runs a model over arrays of bytes, one an input and one an output.</summary>
    internal Action<byte[][], byte[][]> MethodOf(string space)
    {
        Assert.NotNull(_assembly);
        return _assembly.Method<Action<byte[][], byte[][]>>(space + ".Driver", "Run");
    }
}
