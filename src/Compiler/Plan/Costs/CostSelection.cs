using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Plan.Costs;

/// <summary>Which table kernels are chosen by. Never that of the machine that compiles: the same input gives the same code everywhere.</summary>
public static class CostSelection
{
    /// <summary>A table that comes with RedGen; null where the name is that of a file.</summary>
    /// <param name="name">The user's text; empty: <c>x64</c>.</param>
    public static CostTable? Named(string name) => name.ToLowerInvariant() switch
    {
        "" or "x64" => CostTable.X64,
        "x64-256" => CostTable.X64Narrow,
        "arm64" => CostTable.Arm64,
        _ => null,
    };

    /// <summary>The table that the options ask for; that of x64, and a diagnostic, where it cannot be had.</summary>
    internal static CostTable Of(CompilerOptions options, string? text, DiagnosticBag diagnostics)
    {
        if (Named(options.Costs) is { } own) return own;
        string problem = "there is no such file, and the tables that come with RedGen are x64, x64-256 and arm64";
        if (text is not null && CostTable.Read(text, out problem) is { } table) return table;
        diagnostics.Add(DiagnosticCatalog.InvalidOption.With("RedGenCosts", options.Costs, problem));
        return CostTable.X64;
    }
}
