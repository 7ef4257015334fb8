using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;
using RedGen.Compiler;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Execution;

/// <summary>How generated code is compiled and loaded.</summary>
/// <param name="IsStrict">Overflow is checked and a warning is an error: what the strictest user's project does.</param>
/// <param name="IsCollectible">
/// Whether the code can be unloaded. Collectible methods are compiled once, fully optimised; the others start quick and are
/// replaced by tiered compilation as in a user's program, which is what a measurement wants.
/// </param>
internal sealed record CodeSettings(bool IsStrict, bool IsCollectible)
{
    /// <summary>What code is compiled against; null: the framework of this process and its RedGen.Runtime.</summary>
    public IReadOnlyList<MetadataReference>? References { get; init; }
}

/// <summary>
/// Generated code of many models, compiled together into memory and loaded. A model whose code does not compile is set apart with
/// the compiler's message; the others are not affected.
/// </summary>
internal sealed class GeneratedCode : IDisposable
{
    /// <summary>Files that are the same for every model start so; an assembly holds each once.</summary>
    private const string SharedPrefix = "RedGen.Runtime.";

    private readonly CodeSettings _settings;
    private readonly List<AssemblyLoadContext> _contexts = [];
    private readonly Dictionary<GeneratedModel, (byte[] Image, ModelAdapter Adapter)> _adapters = [];
    private readonly Dictionary<GeneratedModel, string> _errors = [];

    private GeneratedCode(CodeSettings settings) => _settings = settings;

    /// <summary>Compiles and loads models.</summary>
    public static GeneratedCode Build(IReadOnlyList<GeneratedModel> models, CodeSettings settings)
    {
        var code = new GeneratedCode(settings);
        if (models.Count > 0) code.Add(models);
        return code;
    }

    /// <summary>The model's method; null when its code does not compile.</summary>
    public PredictDelegate? MethodOf(GeneratedModel model) => _adapters.TryGetValue(model, out var found) ? found.Adapter.Predict : null;

    /// <summary>A model's methods, those of a measurement too.</summary>
    public ModelAdapter AdapterOf(GeneratedModel model) => _adapters[model].Adapter;

    /// <summary>A model loaded again, with kernels of its own: nothing of it has run.</summary>
    public ModelAdapter Fresh(GeneratedModel model)
    {
        var context = new FreshContext();
        _contexts.Add(context);
        return new ModelAdapter(context.LoadFromStream(new MemoryStream(_adapters[model].Image)), model);
    }

    /// <summary>Why a model's code does not compile.</summary>
    public string? ErrorOf(GeneratedModel model) => _errors.GetValueOrDefault(model);

    /// <summary>What a static field of a class in a model's assembly holds.</summary>
    public T StaticOf<T>(GeneratedModel model, string type, string field)
        => (T)AdapterOf(model).Predict.Method.Module.Assembly.GetType(type, throwOnError: true)!.GetField(field, BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    /// <summary>
    /// Unloads code that is collectible. Threads that ran it must have ended, as those of <see cref="TimedRun"/> have: .NET 10 confuses the thread statics of
    /// unloaded code on threads that live on, and writes over other objects (docs/decisions/0039).
    /// </summary>
    public void Dispose()
    {
        foreach (AssemblyLoadContext context in _contexts.Where(static c => c.IsCollectible)) context.Unload();
    }

    /// <summary>Compiles models together, setting culprits apart until the rest compiles.</summary>
    private void Add(IReadOnlyList<GeneratedModel> models)
    {
        while (models.Count > 0)
        {
            CSharpCompilation compilation = Compilation(models);
            using var image = new MemoryStream();
            EmitResult result = compilation.Emit(image, manifestResources: Resources(models));
            Diagnostic[] errors = [.. result.Diagnostics.Where(static d => d.Severity == DiagnosticSeverity.Error)];
            if (result.Success && errors.Length == 0)
            {
                Load(models, image);
                return;
            }

            GeneratedModel[] good = [.. models.Where(m => !IsCulprit(m, errors))];
            if (good.Length == models.Count)
            {
                // Nobody's file is named (too many string constants, say): halves tell.
                Split(models, errors);
                return;
            }

            models = good;
        }
    }

    private void Split(IReadOnlyList<GeneratedModel> models, Diagnostic[] errors)
    {
        if (models.Count == 1)
        {
            _errors[models[0]] = errors[0].ToString();
            return;
        }

        Add([.. models.Take(models.Count / 2)]);
        Add([.. models.Skip(models.Count / 2)]);
    }

    private bool IsCulprit(GeneratedModel model, Diagnostic[] errors)
    {
        Diagnostic? error = errors.FirstOrDefault(e => e.Location.SourceTree?.FilePath.StartsWith(model.Namespace + "/", StringComparison.Ordinal) == true);
        if (error is null) return false;
        FileLinePositionSpan place = error.Location.GetLineSpan();
        string line = error.Location.SourceTree!.GetText().Lines[place.StartLinePosition.Line].ToString().Trim();
        if (line.Length > 200) line = line[..200] + "…";
        _errors[model] = "generated code does not compile: " + Path.GetFileName(place.Path) + ": " + error.Id + ": " + error.GetMessage(System.Globalization.CultureInfo.InvariantCulture) + " at: " + line;
        return true;
    }

    private CSharpCompilation Compilation(IReadOnlyList<GeneratedModel> models)
    {
        var files = new List<(string Path, string Text)>();
        var shared = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (GeneratedModel model in models)
        {
            foreach (GeneratedSource source in model.Result.Sources)
            {
                if (source.HintName.StartsWith(SharedPrefix, StringComparison.Ordinal)) shared[source.HintName] = source.Text;
                else files.Add((model.Namespace + "/" + source.HintName, source.Text));
            }

            files.Add((model.Namespace + "/Adapter.cs", model.AdapterSource()));
        }

        files.AddRange(shared.OrderBy(static s => s.Key, StringComparer.Ordinal).Select(static s => (s.Key, s.Value)));
        // Generated code is held to C# 12. The runtime as source walks spans, whose enumerators of .NET 9 and later C# 12 refuses.
        LanguageVersion language = models.All(static m => m.Result.Plan!.Options.Profile == Profile.Portable) ? LanguageVersion.CSharp7_3
            : shared.Count > 0 ? LanguageVersion.CSharp13 : LanguageVersion.CSharp12;
        var parse = new CSharpParseOptions(language, DocumentationMode.None);
        IEnumerable<SyntaxTree> trees = files.AsParallel().AsOrdered()
            .Select(f => (SyntaxTree)CSharpSyntaxTree.ParseText(SourceText.From(f.Text, Encoding.UTF8), parse, f.Path));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            optimizationLevel: OptimizationLevel.Release,
            checkOverflow: _settings.IsStrict,
            generalDiagnosticOption: _settings.IsStrict ? ReportDiagnostic.Error : ReportDiagnostic.Suppress,
            warningLevel: 8,
            // The framework in memory is newer than the one that RedGen.Runtime was built for.
            specificDiagnosticOptions: [new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);
        IEnumerable<MetadataReference> references = _settings.References is { } given ? given : shared.Count > 0 ? FrameworkReferences.Framework : FrameworkReferences.WithRuntime;
        return CSharpCompilation.Create("RedGen.Generated." + Guid.NewGuid().ToString("N"), [.. trees], references, options);
    }

    private static ResourceDescription[] Resources(IReadOnlyList<GeneratedModel> models) =>
    [
        .. models.Where(static m => !m.Result.WeightBlob.IsEmpty).Select(static m => new ResourceDescription(
            m.Result.Plan!.Options.WeightResource!, () => new MemoryStream(m.Result.WeightBlob.ToArray(), writable: false), isPublic: false)),
    ];

    private void Load(IReadOnlyList<GeneratedModel> models, MemoryStream image)
    {
        var context = new AssemblyLoadContext("RedGen.Generated", _settings.IsCollectible);
        _contexts.Add(context);
        byte[] bytes = image.ToArray();
        Assembly assembly = context.LoadFromStream(new MemoryStream(bytes));
        if (_settings.IsCollectible) bytes = []; // code of a measurement alone is loaded again
        foreach (GeneratedModel model in models) _adapters[model] = (bytes, new ModelAdapter(assembly, model));
    }

    /// <summary>Shares the framework with the others, and nothing else.</summary>
    private sealed class FreshContext() : AssemblyLoadContext("RedGen.Generated again", isCollectible: false)
    {
        protected override Assembly? Load(AssemblyName assemblyName)
            => assemblyName.Name == "RedGen.Runtime" ? LoadFromAssemblyPath(FrameworkReferences.RuntimePath) : null;
    }
}
