using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Generator;

/// <summary>Finds the models of a project.</summary>
internal static class ManifestReader
{
    /// <remarks>One provider for both kinds: joined ones would be numbered anew, and so compiled anew, when a model comes or goes.</remarks>
    internal static IncrementalValuesProvider<ModelRef> Models(IncrementalGeneratorInitializationContext context)
        => context.AdditionalTextsProvider
            .Where(static t => IsManifest(t) || IsRaw(t))
            .Combine(context.AnalyzerConfigOptionsProvider)
            .Select(static (pair, cancellation) => IsManifest(pair.Left) ? Read(pair.Left, cancellation) : ReadRaw(pair.Left, pair.Right))
            .Where(static m => m is not null)
            .Select(static (m, _) => m!)
            .WithTrackingName(StepNames.Manifests);

    private static bool IsManifest(AdditionalText text) => text.Path.EndsWith(ModelManifest.Extension, StringComparison.OrdinalIgnoreCase);

    private static bool IsRaw(AdditionalText text) => text.Path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase);

    private static ModelRef? Read(AdditionalText text, CancellationToken cancellation)
        => text.GetText(cancellation) is { } content && ModelManifest.Parse(content.ToString()) is { } manifest ? new(manifest, IsRaw: false) : null;

    /// <summary>Without the package's targets a model arrives as it is. Its text must never be asked for: that is an error of the compiler.</summary>
    private static ModelRef? ReadRaw(AdditionalText text, AnalyzerConfigOptionsProvider provider)
    {
        var lines = new List<string> { "path=" + text.Path, "sha256=" + ModelReader.Hash(text.Path) };
        string plan = ModelReader.PlanBeside(text.Path);
        if (ModelReader.Hash(plan) is { Length: > 0 } planHash) lines.Add("plan=" + planHash + " " + plan);
        AnalyzerConfigOptions project = provider.GlobalOptions;
        AnalyzerConfigOptions item = provider.GetOptions(text);
        if (project.TryGetValue("build_property.ProjectDir", out string? directory)) lines.Add("project-directory=" + directory);
        if (project.TryGetValue("build_property.RootNamespace", out string? root)) lines.Add("root-namespace=" + root);
        foreach (string name in OptionTable.All.Select(static o => o.MSBuildName))
        {
            if (item.TryGetValue("build_metadata.AdditionalFiles." + name, out string? own)) lines.Add(name + "=" + own);
            if (project.TryGetValue("build_property." + name, out string? shared)) lines.Add("project." + name + "=" + shared);
        }

        return ModelManifest.Parse(string.Join("\n", lines)) is { } manifest ? new(manifest, IsRaw: true) : null;
    }
}
