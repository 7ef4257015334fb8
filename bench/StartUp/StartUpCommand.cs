using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using RedGen.Bench.Compare;

namespace RedGen.Bench.StartUp;

/// <summary><c>start-up</c>: how soon a program has its first result, with RedGen and with ONNX Runtime.</summary>
internal static class StartUpCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var models = new Argument<string[]>("models") { Description = "Models, or folders with models.", Arity = ArgumentArity.OneOrMore };
        var ort = new Option<string>("--ort") { Description = "The path of libonnxruntime (npm package onnxruntime-node).", Required = true, HelpName = "path" };
        var runs = new Option<int>("--runs") { Description = "How many turns; in each, every program is started twice.", DefaultValueFactory = static _ => 15 };
        var hashing = new Option<string>("--hashing") { Description = "The reduction.", DefaultValueFactory = static _ => "adaptive" };
        var forms = new Option<string[]>("--form") { Description = "Only these forms, beside ONNX Runtime: the beginning of a row's name is enough.", HelpName = "name" };
        var output = new Option<string>("-o") { Description = "The folder for the programs and start-up.md.", DefaultValueFactory = static _ => Path.Combine("artifacts", "start-up"), HelpName = "folder" };
        var command = new Command("start-up", "Measures how soon a program has its first result: RedGen by JIT, ReadyToRun and NativeAOT beside ONNX Runtime.") { models, ort, runs, hashing, forms, output };
        command.SetAction(parsed =>
        {
            string folder = Path.GetFullPath(parsed.GetValue(output)!);
            var rows = new List<StartUpTimes>();
            foreach (ComparedModel model in ComparedModel.Find(parsed.GetValue(models)!))
            {
                IReadOnlyList<StartUpTimes> times = new StartUpRun(model, Path.GetFullPath(parsed.GetValue(ort)!), parsed.GetValue(hashing)!, parsed.GetValue(forms) ?? [], folder).Measure(parsed.GetValue(runs));
                rows.AddRange(times);
                Console.Write(StartUpTimes.Table(times, isFirst: rows.Count == times.Count));
            }

            File.WriteAllText(Path.Combine(folder, "start-up.md"), StartUpTimes.Table(rows, isFirst: true));
            return 0;
        });
        return command;
    }
}
