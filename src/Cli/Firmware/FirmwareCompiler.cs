using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Cli.Firmware;

/// <summary>From a model to a class of the Micro profile.</summary>
internal static class FirmwareCompiler
{
    /// <summary>The options under which firmware is compiled: the profile, with RedGen's own functions as source.</summary>
    public static CompilerOptions OptionsFor(CompilerOptions options) => options with { Profile = Profile.Micro, Runtime = RuntimeMode.Source };

    /// <summary>Compiles a model; its problems are printed.</summary>
    /// <exception cref="ToolException">It has errors.</exception>
    public static FirmwareModel Compile(string path, ModelSource source, CompilerOptions options, ToolConsole console)
    {
        CompilationResult result = ModelCompiler.Compile(source, OptionsFor(options));
        console.Print(path, [.. result.Diagnostics.Where(static d => d.Severity != Severity.Info)]);
        if (!result.Success) throw new ToolException("the model was not compiled");
        ExecutionPlan plan = result.Plan!;
        string name = options.Namespace.Length > 0 ? options.Namespace + "." + plan.ClassName : plan.ClassName;
        string[] shapes = [.. plan.Graph.Inputs.Select(static v => v.Name).Concat(plan.Graph.Outputs.Select(static v => v.Name)).Select(n => n + ": " + plan.Graph.TypeOf(n))];
        string origin = "Made by redgen firmware from " + plan.Info.FileName + " (SHA-256 " + plan.Info.Sha256 + ").";
        return new(name, [.. result.Sources.Select(static s => (s.HintName, s.Text))], [.. Layers(plan)], plan.MultiplyAdds, [.. shapes.Select(InComment)], InComment(origin)) { LargestMemory = Budgets.LargestMemory(plan) };
    }

    private static IEnumerable<Layer> Layers(ExecutionPlan plan)
    {
        foreach ((Step step, string method) in plan.Root.Steps.Zip(plan.StepNames).Where(static p => p.Second.Length > 0))
        {
            ImmutableArray<StepMethod> beside = step.MethodsBeside(method);
            yield return new Layer(method, step.MultiplyAdds - beside.Sum(static m => m.MultiplyAdds), step.Summary);
            foreach (StepMethod part in beside) yield return new Layer(part.Name, part.MultiplyAdds, part.Summary);
        }
    }

    /// <summary>Names of files and values may hold what ends a comment of C.</summary>
    private static string InComment(string text) => text.Replace("*/", "* /", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
