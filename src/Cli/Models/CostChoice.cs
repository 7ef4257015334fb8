using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Cli.Models;

/// <summary>The table of costs that a verb estimates by: the one that kernels are chosen by where <c>--costs</c> says so, else the one for this kind of machine.</summary>
internal static class CostChoice
{
    /// <summary>The table for machines like this one.</summary>
    public static CostTable OfMachine => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? CostTable.Arm64
        : Vector512.IsHardwareAccelerated ? CostTable.X64 : CostTable.X64Narrow;

    /// <summary>The table to estimate by.</summary>
    /// <param name="options">The options.</param>
    /// <param name="source">The model, with the text of the table that the options name.</param>
    /// <exception cref="ToolException">The table cannot be read.</exception>
    public static CostTable Of(CompilerOptions options, ModelSource source)
    {
        if (options.Costs.Length == 0) return OfMachine;
        string problem = "";
        return CostSelection.Named(options.Costs) ?? CostTable.Read(source.CostsText ?? "", out problem) ?? throw new ToolException("'" + options.Costs + "' cannot be used: " + problem);
    }
}
