using System;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests;

/// <summary>A row of a table of shape rules: a model whose output y has a type, or that ends in a diagnostic.</summary>
internal static class InferenceRow
{
    /// <summary>Compiles the model and compares.</summary>
    /// <param name="write">Writes the model without its output.</param>
    /// <param name="expected">The type of y as text, or the id of the first error.</param>
    public static void Check(Action<OnnxModelWriter> write, string expected)
    {
        var writer = new OnnxModelWriter();
        write(writer);
        CompilationResult result = ModelCompiler.Compile(writer.Output("y").ToSource(), TestOptions.Exact);
        string actual = result.Success ? result.Plan!.Graph.TypeOf("y")!.ToString()! : result.Diagnostics.First(d => d.Severity == Severity.Error).Id;
        Assert.True(expected == actual, $"expected {expected}, got {actual}: {string.Join("\n", result.Diagnostics)}");
    }
}
