using System;
using System.CommandLine;
using System.IO;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Cli.Models;

/// <summary>Which plan of the reduction a verb compiles with: the file beside the model, another one, or none.</summary>
internal static class PlanChoice
{
    /// <summary>The word that stands for no plan.</summary>
    public const string None = "none";

    /// <summary>Where a model's plan is kept: <c>m.redgen.json</c> beside <c>m.onnx</c>.</summary>
    public static string PathBeside(string modelPath) => Path.ChangeExtension(modelPath, null) + PlanFile.Extension;

    /// <summary>The option of verbs that compile the network as trained unless a reduction is asked for.</summary>
    public static Option<string?> ForReduced()
        => new("--plan") { Description = "The plan of the reduction, with a --hashing; '" + None + "': without one. Default: the one beside the model, where there is one.", HelpName = "file|none" };

    /// <summary>The text of a plan file; null, with a diagnostic, where it cannot be used.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string? Read(string file, DiagnosticBag diagnostics)
    {
        // A plan cannot be that long, and a text of any length would fill the memory.
        if (new FileInfo(file).Length <= PlanFile.LongestText) return File.ReadAllText(file);
        diagnostics.Add(DiagnosticCatalog.StalePlan.With(PlanFile.TooLong));
        return null;
    }

    /// <summary>Gives a model the plan that was asked for, and the hash of the samples that it should have been made with.</summary>
    /// <param name="source">The model, with the plan that lies beside it.</param>
    /// <param name="given">A plan file, or <see cref="None"/>; null: the one beside the model.</param>
    /// <param name="options">The options; they name the samples.</param>
    /// <param name="diagnostics">Takes what is wrong with the plan.</param>
    /// <exception cref="ToolException">A file that is named does not exist.</exception>
    public static ModelSource Apply(ModelSource source, string? given, CompilerOptions options, DiagnosticBag diagnostics)
    {
        if (options.Samples.Length > 0) source = source with { SamplesSha256 = ModelSource.Hash(File.ReadAllBytes(Existing(options.Samples))) };
        if (options.Costs.Length > 0 && CostSelection.Named(options.Costs) is null) source = source with { CostsText = File.ReadAllText(Existing(options.Costs)) };
        if (given is null) return source;
        return source with { PlanText = string.Equals(given, None, StringComparison.OrdinalIgnoreCase) ? null : Read(Existing(given), diagnostics) };
    }

    private static string Existing(string file) => File.Exists(file) ? file : throw new ToolException("there is no file '" + file + "'");
}
