using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace RedGen.Cli.Execution;

/// <summary>What generated code is compiled against: the framework that this process runs on, and RedGen.Runtime.</summary>
internal static class FrameworkReferences
{
    private static readonly Lazy<ImmutableArray<MetadataReference>> Loaded = new(Load);

    private static readonly Lazy<MetadataReference> Runtime = new(
        static () => MetadataReference.CreateFromFile(RuntimePath));

    /// <summary>Where RedGen.Runtime is.</summary>
    public static string RuntimePath => Path.Combine(AppContext.BaseDirectory, "RedGen.Runtime.dll");

    /// <summary>The framework alone, for self-contained code.</summary>
    public static IEnumerable<MetadataReference> Framework => Loaded.Value;

    /// <summary>The framework and RedGen.Runtime.</summary>
    public static IEnumerable<MetadataReference> WithRuntime => [.. Loaded.Value, Runtime.Value];

    private static ImmutableArray<MetadataReference> Load()
    {
        string trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return
        [
            .. trusted.Split(Path.PathSeparator)
                .Where(p => Path.GetDirectoryName(p) == framework)
                .Select(static p => (MetadataReference)MetadataReference.CreateFromFile(p)),
        ];
    }
}
