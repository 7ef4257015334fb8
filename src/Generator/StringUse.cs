using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Generator;

/// <summary>How many bytes of string constants a model needs: all models of a project share the assembly's budget.</summary>
internal sealed record StringUse(string Path, string ProjectPath, long Bytes)
{
    /// <summary>The user-string heap is addressed by 24 bits (CS8103).</summary>
    private const long Budget = 1 << 24;

    internal static DiagnosticText? Check(ImmutableArray<StringUse> uses)
    {
        long sum = uses.Sum(static u => u.Bytes);
        if (sum <= Budget) return null;
        StringUse largest = uses.OrderByDescending(static u => u.Bytes).ThenBy(static u => u.ProjectPath, System.StringComparer.Ordinal).First();
        Diagnostic diagnostic = DiagnosticCatalog.StringBudget.With(
            sum.ToString(CultureInfo.InvariantCulture), Budget.ToString(CultureInfo.InvariantCulture), largest.ProjectPath);
        return RoslynDiagnostics.ToText(diagnostic, largest.Path);
    }
}
