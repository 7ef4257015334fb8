using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler;

/// <summary>One file of C#.</summary>
/// <param name="HintName">A file name that is unique within the result, such as <c>Digits.g.cs</c>.</param>
/// <param name="Text">The file's text, lines ended by a line feed.</param>
public sealed record GeneratedSource(string HintName, string Text);

/// <summary>What a compilation gives: sources without errors, or errors without sources; only a property that is not proven (RG2001 to RG2004) leaves the sources.</summary>
/// <param name="Diagnostics">All problems of the model; warnings and notes may stand beside sources.</param>
/// <param name="Sources">The C# files; empty when the model cannot be compiled.</param>
/// <param name="Plan">The plan that the sources carry out; null when there are none.</param>
/// <param name="WeightBlob">The content of the resource <see cref="Options.CompilerOptions.WeightResource"/>; empty when the model needs none.</param>
/// <param name="StringBytes">Bytes of string constants in the sources, which count against the assembly's budget of 2^24.</param>
public sealed record CompilationResult(
    ImmutableArray<Diagnostic> Diagnostics,
    ImmutableArray<GeneratedSource> Sources,
    ExecutionPlan? Plan,
    ReadOnlyMemory<byte> WeightBlob,
    long StringBytes)
{
    /// <summary>Whether the model was compiled: sources and plan are there and no diagnostic is an error.</summary>
    public bool Success => Plan is not null && Diagnostics.All(d => d.Severity != Severity.Error);
}
