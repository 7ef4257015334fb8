using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace RedGen.Generator;

/// <summary>
/// Compiles the models of a project: manifests and attributes in, C# and diagnostics out. Everything heavy happens inside one
/// Select, so that its result is cached for as long as the request is the same.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class RedGenGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        context.RegisterPostInitializationOutput(AttributeSource.Add);

        IncrementalValuesProvider<ModelRef> models = ManifestReader.Models(context);
        IncrementalValuesProvider<PlacedAttribute> attributes = AttributeReader.Attributes(context);
        IncrementalValueProvider<EquatableArray<AttributeBinding>> bindings = Bindings(models, attributes);
        IncrementalValuesProvider<ModelRequest> requests = Requests(models, bindings);

        IncrementalValuesProvider<CompiledModel> compiled = requests
            .Select(ModelCompilation.Run)
            .WithTrackingName(StepNames.Compiled);

        IncrementalValueProvider<DiagnosticText?> budget = compiled
            .Select(static (c, _) => new StringUse(c.Path, c.ProjectPath, c.StringBytes))
            .Collect()
            .Select(static (uses, _) => StringUse.Check(uses));

        RegisterSources(context, compiled, budget);
        RegisterDiagnostics(context, compiled, budget, attributes, bindings);
    }

    private static IncrementalValueProvider<EquatableArray<AttributeBinding>> Bindings(
        IncrementalValuesProvider<ModelRef> models, IncrementalValuesProvider<PlacedAttribute> attributes)
    {
        IncrementalValueProvider<EquatableArray<AttributeUse>> uses = attributes
            .Select(static (a, _) => a.Use).Collect().Select(static (u, _) => new EquatableArray<AttributeUse>(u));
        IncrementalValueProvider<EquatableArray<ClassIdentity>> paths = models
            .Select(static (m, _) => ModelBinding.Identity(m, null)).Collect().Select(static (p, _) => new EquatableArray<ClassIdentity>(p));
        return uses.Combine(paths)
            .Select(static (pair, _) => pair.Left.Select(u => ModelBinding.Bind(u, pair.Right)).ToEquatableArray())
            .WithTrackingName(StepNames.Bindings);
    }

    /// <summary>One request an attribute, or one for the class made from the file's name. Later owners of a class are marked.</summary>
    private static IncrementalValuesProvider<ModelRequest> Requests(
        IncrementalValuesProvider<ModelRef> models, IncrementalValueProvider<EquatableArray<AttributeBinding>> bindings)
    {
        IncrementalValuesProvider<ModelRequest> requests = models.Combine(bindings)
            .SelectMany(static (pair, _) => ModelBinding.Requests(pair.Left, pair.Right));
        IncrementalValueProvider<EquatableArray<ClassIdentity>> classes = requests
            .Select(static (r, _) => r.Class).Collect().Select(static (c, _) => ModelBinding.InOrder(c));
        return requests.Combine(classes)
            .Select(static (pair, _) => ModelBinding.MarkDuplicate(pair.Left, pair.Right))
            .WithTrackingName(StepNames.Requests);
    }

    private static void RegisterSources(
        IncrementalGeneratorInitializationContext context,
        IncrementalValuesProvider<CompiledModel> compiled,
        IncrementalValueProvider<DiagnosticText?> budget)
    {
        // Beyond the string budget the C# compiler would work for a long time to say what RG0019 says at once.
        IncrementalValueProvider<bool> isWithinBudget = budget.Select(static (b, _) => b is null);

        IncrementalValuesProvider<EquatableArray<SourceFile>> sources = compiled
            .Select(static (c, _) => c.Sources)
            .WithTrackingName(StepNames.Sources);
        context.RegisterSourceOutput(sources.Combine(isWithinBudget), static (output, pair) =>
        {
            if (pair.Right) Add(output, pair.Left);
        });

        IncrementalValueProvider<EquatableArray<SourceFile>> shared = compiled
            .Select(static (c, _) => c.Shared)
            .Collect()
            .Select(static (files, _) => Distinct(files))
            .WithTrackingName(StepNames.SharedSources);
        context.RegisterSourceOutput(shared, static (output, files) => Add(output, files));
    }

    /// <summary>Diagnostics have outputs of their own: a line that moves must not add the sources again.</summary>
    private static void RegisterDiagnostics(
        IncrementalGeneratorInitializationContext context,
        IncrementalValuesProvider<CompiledModel> compiled,
        IncrementalValueProvider<DiagnosticText?> budget,
        IncrementalValuesProvider<PlacedAttribute> attributes,
        IncrementalValueProvider<EquatableArray<AttributeBinding>> bindings)
    {
        IncrementalValuesProvider<EquatableArray<DiagnosticText>> problems = compiled
            .Select(static (c, _) => c.Diagnostics)
            .WithTrackingName(StepNames.Diagnostics);
        context.RegisterSourceOutput(problems.Combine(attributes.Collect()), static (output, pair) =>
        {
            foreach (DiagnosticText item in pair.Left) output.ReportDiagnostic(RoslynDiagnostics.Create(item.PlacedAt(pair.Right)));
        });
        context.RegisterSourceOutput(budget, static (output, item) =>
        {
            if (item is not null) output.ReportDiagnostic(RoslynDiagnostics.Create(item));
        });
        context.RegisterSourceOutput(attributes.Combine(bindings), static (output, pair) =>
        {
            if (ModelBinding.Problem(pair.Left, pair.Right) is { } problem) output.ReportDiagnostic(RoslynDiagnostics.Create(problem));
        });
    }

    private static void Add(SourceProductionContext output, EquatableArray<SourceFile> files)
    {
        foreach (SourceFile file in files)
        {
            output.CancellationToken.ThrowIfCancellationRequested();
            output.AddSource(file.HintName, SourceText.From(file.Text, Encoding.UTF8));
        }
    }

    private static EquatableArray<SourceFile> Distinct(ImmutableArray<EquatableArray<SourceFile>> files)
    {
        var byName = new SortedDictionary<string, SourceFile>(StringComparer.Ordinal);
        foreach (SourceFile file in files.SelectMany(static f => f)) byName[file.HintName] = file;
        return byName.Values.ToEquatableArray();
    }
}
