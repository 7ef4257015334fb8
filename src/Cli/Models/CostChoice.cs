using System.CommandLine;
using System.IO;
using System.Runtime.InteropServices;
using RedGen.Cli.Output;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Cli.Models;

/// <summary>The table of costs that a verb estimates by: a file of <c>redgen tune --calibrate</c>, or the one that comes with RedGen.</summary>
internal static class CostChoice
{
    /// <summary>The option that names the file.</summary>
    public static Option<string> Option() => new("--costs") { Description = "What kernels take on this machine, as redgen tune --calibrate wrote it. Default: the table that comes with RedGen for this kind of processor.", HelpName = "file" };

    /// <summary>Reads the table.</summary>
    /// <param name="file">The file; null: the table that comes with RedGen.</param>
    /// <exception cref="ToolException">The file cannot be read.</exception>
    public static CostTable Read(string? file)
    {
        if (file is null) return RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? CostTable.Arm64 : CostTable.X64;
        if (!File.Exists(file)) throw new ToolException("there is no file '" + file + "'");
        return CostTable.Read(File.ReadAllText(file), out string problem) ?? throw new ToolException("'" + file + "' cannot be used: " + problem);
    }
}
