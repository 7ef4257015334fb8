using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;

namespace RedGen.Bench.Compare;

/// <summary><c>compare</c>: RedGen beside ONNX Runtime over many models.</summary>
internal static class CompareCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var models = new Argument<string[]>("models") { Description = "Models, or folders with models.", Arity = ArgumentArity.OneOrMore };
        var ort = new Option<string>("--ort") { Description = "The path of libonnxruntime (npm package onnxruntime-node).", Required = true, HelpName = "path" };
        var seconds = new Option<double>("--seconds") { Description = "How long to measure a model.", DefaultValueFactory = static _ => 2 };
        var threads = new Option<int[]>("--threads") { Description = "Numbers of threads, one after the other.", DefaultValueFactory = static _ => [1], AllowMultipleArgumentsPerToken = true };
        var aot = new Option<bool>("--aot") { Description = "Compile each model ahead of time too (net9.0; takes most of a minute a model)." };
        var hashing = new Option<string>("--hashing") { Description = "The reduction.", DefaultValueFactory = static _ => "none" };
        var output = new Option<string>("-o") { Description = "The folder for results.json, results.md and results.html.", DefaultValueFactory = static _ => Path.Combine("artifacts", "compare"), HelpName = "folder" };
        var command = new Command("compare", "Measures RedGen beside ONNX Runtime over many models: results.json, results.md, results.html.") { models, ort, seconds, threads, aot, hashing, output };
        command.SetAction(parsed =>
        {
            CodeForm[] forms = parsed.GetValue(aot) ? [CodeForm.Jit, CodeForm.Aot] : [CodeForm.Jit];
            var comparison = new Comparison(
                Path.GetFullPath(parsed.GetValue(ort)!), parsed.GetValue(seconds), parsed.GetValue(threads)!, forms, parsed.GetValue(hashing)!, Path.GetFullPath(parsed.GetValue(output)!));
            if (!File.Exists(comparison.Ort))
            {
                Console.Error.WriteLine("there is no file '" + comparison.Ort + "'");
                return 1;
            }

            IReadOnlyList<ModelTimes> all = comparison.Run(ComparedModel.Find(parsed.GetValue(models)!), Console.Out);
            Console.WriteLine("written to " + comparison.Output);
            return all.Any(static t => t.Problem is null && !t.Agrees) ? 1 : 0;
        });
        return command;
    }
}
