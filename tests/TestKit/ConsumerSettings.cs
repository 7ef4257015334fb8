using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using Basic.Reference.Assemblies;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RedGen.TestKit;

/// <summary>The project of a user, in memory: net8.0, without implicit usings, unsafe code or anything else that generated code might lean on.</summary>
public sealed record ConsumerSettings
{
    /// <summary>The C# version; the default is that of net8.0.</summary>
    public LanguageVersion Language { get; init; } = LanguageVersion.CSharp12;

    /// <summary>CheckForOverflowUnderflow.</summary>
    public bool IsChecked { get; init; }

    /// <summary>The project's Nullable.</summary>
    public NullableContextOptions Nullable { get; init; } = NullableContextOptions.Disable;

    /// <summary>AllowUnsafeBlocks.</summary>
    public bool AllowUnsafe { get; init; }

    /// <summary>GenerateDocumentationFile, which makes a missing comment a warning.</summary>
    public bool HasDocumentation { get; init; } = true;

    /// <summary>Whether the project references RedGen.Runtime.</summary>
    public bool HasRuntime { get; init; } = true;

    /// <summary>Debug or Release.</summary>
    public OptimizationLevel Optimization { get; init; } = OptimizationLevel.Release;

    /// <summary>Whether the project treats warnings as errors.</summary>
    public bool WarningsAreErrors { get; init; } = true;

    /// <summary>Whether the project targets netstandard2.0 with System.Memory, not net8.0.</summary>
    public bool IsNetStandard { get; init; }

    /// <summary>A project of RedGenProfile=Portable: what Visual Studio makes of netstandard2.0, whose language is C# 7.3.</summary>
    public static ConsumerSettings Portable { get; } = new() { IsNetStandard = true, Language = LanguageVersion.CSharp7_3 };

    /// <summary>How C# is parsed.</summary>
    public CSharpParseOptions ParseOptions
        => new(Language, HasDocumentation ? DocumentationMode.Diagnose : DocumentationMode.Parse, preprocessorSymbols: IsNetStandard ? ["NETSTANDARD", "NETSTANDARD2_0"] : ["NET", "NET8_0", "NET8_0_OR_GREATER"]);

    /// <summary>How C# is compiled: no warning is turned off.</summary>
    public CSharpCompilationOptions CompilationOptions => new(
        OutputKind.DynamicallyLinkedLibrary,
        optimizationLevel: Optimization,
        checkOverflow: IsChecked,
        allowUnsafe: AllowUnsafe,
        nullableContextOptions: Nullable,
        generalDiagnosticOption: WarningsAreErrors ? ReportDiagnostic.Error : ReportDiagnostic.Default,
        warningLevel: 8);

    /// <summary>What the project references.</summary>
    public ImmutableArray<MetadataReference> References
    {
        get
        {
            IEnumerable<MetadataReference> framework = IsNetStandard ? [.. NetStandard20.References.All, .. Memory.Value] : Net80.References.All;
            return !HasRuntime ? [.. framework] : [.. framework, IsNetStandard ? PortableRuntime.Value : RuntimeReference.Value];
        }
    }

    /// <summary>Where a file lies that only netstandard2.0 projects have.</summary>
    public static string PortablePath(string name) => Path.Combine(AppContext.BaseDirectory, "netstandard2.0", name);

    /// <summary>System.Memory, with the packages that it brings along.</summary>
    private static Lazy<ImmutableArray<MetadataReference>> Memory { get; } = new(
        static () => [.. new[] { "System.Memory", "System.Buffers", "System.Runtime.CompilerServices.Unsafe" }.Select(n => MetadataReference.CreateFromFile(PortablePath(n + ".dll")))]);

    private static Lazy<MetadataReference> PortableRuntime { get; } = new(static () => MetadataReference.CreateFromFile(PortablePath("RedGen.Runtime.dll")));

    private static Lazy<MetadataReference> RuntimeReference { get; } = new(
        static () => MetadataReference.CreateFromFile(Path.Combine(AppContext.BaseDirectory, "RedGen.Runtime.dll")));
}
