using System;

namespace RedGen.Compiler.Diagnostics;

/// <summary>Carries a diagnostic from where one node or one file goes wrong to the loop that collects them. Never leaves the compiler.</summary>
internal sealed class ModelException(Diagnostic diagnostic) : Exception(diagnostic.Message)
{
    /// <summary>What went wrong.</summary>
    public Diagnostic Diagnostic { get; } = diagnostic;
}
