using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace RedGen.Cli.Firmware;

/// <summary>The model and the devices' System library as one assembly, which is what ILC compiles.</summary>
internal static class DeviceAssembly
{
    /// <summary>The assembly's name: names of functions in the object file begin with it.</summary>
    public const string Name = "redgen";

    /// <summary>The symbol that is defined where generated code is compiled for a device.</summary>
    public const string Symbol = "REDGEN_FIRMWARE";

    /// <summary>The symbol that makes spans check their indices.</summary>
    public const string CheckedSymbol = "REDGEN_CHECKED";

    /// <summary>Puts the sources together.</summary>
    /// <param name="sources">Path and text of each.</param>
    /// <param name="isChecked">Whether spans check their indices.</param>
    /// <param name="helpers">The functions of <see cref="MicroLibrary.Helpers"/> that the code needs.</param>
    public static CSharpCompilation Of(IEnumerable<(string Path, string Text)> sources, bool isChecked, IEnumerable<string>? helpers = null)
    {
        var parse = new CSharpParseOptions(LanguageVersion.CSharp13, DocumentationMode.None, preprocessorSymbols: isChecked ? [Symbol, CheckedSymbol] : [Symbol]);
        IEnumerable<SyntaxTree> trees = MicroLibrary.Sources.Select(static s => ("Micro/" + s.Path, s.Text))
            .Concat((helpers ?? []).Select(static h => ("Micro/" + h + ".cs", MicroLibrary.Helpers[h]))).Concat(sources)
            .Select(s => (SyntaxTree)CSharpSyntaxTree.ParseText(SourceText.From(s.Item2, Encoding.UTF8), parse, s.Item1));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, deterministic: true,
            // The library is its own core library: nothing else is referenced.
            specificDiagnosticOptions: [new("CS8021", ReportDiagnostic.Suppress)]);
        return CSharpCompilation.Create(Name, [.. trees], references: null, options);
    }

    /// <summary>Writes the assembly.</summary>
    /// <exception cref="InvalidOperationException">The code does not compile: a bug of RedGen's.</exception>
    public static void Write(CSharpCompilation compilation, string file)
    {
        using FileStream stream = File.Create(file);
        EmitResult result = compilation.Emit(stream, options: new EmitOptions(runtimeMetadataVersion: "v4.0.30319"));
        if (result.Success) return;
        Diagnostic error = result.Diagnostics.First(static d => d.Severity == DiagnosticSeverity.Error);
        throw new InvalidOperationException("the code of the Micro profile does not compile for a device: " + error);
    }
}
