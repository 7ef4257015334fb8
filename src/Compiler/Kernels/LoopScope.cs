using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;

namespace RedGen.Compiler.Kernels;

/// <summary>
/// Nested loops with constant bounds. A loop of one turn is left out, and its variable disappears from the indices. Disposing
/// closes all braces.
/// </summary>
internal sealed class LoopScope(StepWriter writer) : IDisposable
{
    private readonly Stack<SourceWriter.BlockScope> _open = new();
    private readonly HashSet<string> _variables = new(StringComparer.Ordinal);

    /// <summary>Opens a loop, unless it has one turn.</summary>
    public LoopScope Loop(string variable, int length, bool always = false)
    {
        if (length == 1 && !always) return this;
        _variables.Add(variable);
        _open.Push(writer.Block($"for (int {variable} = 0; {variable} < {length}; {variable}++)"));
        return this;
    }

    /// <summary>Opens a loop over a range in steps.</summary>
    public LoopScope Range(string variable, int first, int end, int step)
    {
        _variables.Add(variable);
        _open.Push(writer.Block($"for (int {variable} = {first}; {variable} < {end}; {(step == 1 ? variable + "++" : variable + " += " + CSharpLiteral.Of(step))})"));
        return this;
    }

    /// <summary>Whether a loop of that variable is open.</summary>
    public bool Has(string variable) => _variables.Contains(variable);

    /// <summary>The sum of variables times strides, without those whose loop is left out.</summary>
    public string Index(params (string Variable, int Stride)[] terms) => Index(_variables, terms);

    /// <summary>The sum of variables times strides as C# text; a single term stands without parentheses.</summary>
    public static string Index(ICollection<string> variables, params (string Variable, int Stride)[] terms)
    {
        (string Variable, int Stride)[] used = [.. terms.Where(t => t.Stride != 0 && variables.Contains(t.Variable))];
        if (used.Length == 0) return "0";
        if (used.Length == 1) return Product(used[0].Variable, used[0].Stride);
        return string.Join(" + ", used.Select(t => t.Stride == 1 ? t.Variable : "(" + Product(t.Variable, t.Stride) + ")"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_open.Count > 0) _open.Pop().Dispose();
    }

    private static string Product(string variable, int stride) => stride == 1 ? variable : variable + " * " + CSharpLiteral.Of(stride);
}
