using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.CommandLine;
using System.IO;
using System.Linq;
using RedGen.Cli.Data;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;

namespace RedGen.Cli.Commands;

/// <summary><c>redgen run</c>: one prediction from and to .npy files.</summary>
internal sealed class RunCommand : ModelCommand
{
    private readonly Option<string[]> _inputs;
    private readonly Option<string> _folder;

    /// <summary>Makes the command.</summary>
    public RunCommand(ToolConsole console)
        : base(console, "run", "Runs a model once, from and to .npy files.")
    {
        _inputs = Add(new Option<string[]>("--input")
        {
            Description = "An input as name=file.npy; the file alone for a model with one input. Once for every input.",
            HelpName = "name=file.npy",
            Arity = ArgumentArity.OneOrMore,
        });
        _folder = Add(new Option<string>("--output", "-o") { Description = "The folder to write the outputs to, as name.npy.", Required = true, HelpName = "dir" });
    }

    /// <inheritdoc/>
    protected override int Run(ParseResult parsed, string path, CompilerOptions options)
    {
        ModelSource source = Open(parsed, path, options);
        Graph? graph = InputPins.GraphOf(source);
        ImmutableArray<Value> stated = graph?.Inputs ?? [];
        Dictionary<string, Tensor> data = ReadInputs(parsed.GetValue(_inputs) ?? [], stated);
        options = InputPins.Apply(options, graph, [.. stated.Select(v => data.GetValueOrDefault(v.Name)?.Dimensions.ToArray())]);
        using ModelProgram program = ModelProgram.Load(path, source, options, Console);
        byte[][] inputs = [.. program.Inputs.Select(v => Checked(v, data))];
        byte[][] outputs = program.NewOutputs();
        program.Predict(inputs, outputs);
        Write(program, outputs, parsed.GetValue(_folder)!);
        return 0;
    }

    private static Dictionary<string, Tensor> ReadInputs(string[] given, ImmutableArray<Value> stated)
    {
        var data = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (string text in given)
        {
            // Names may hold '=', and so may paths: the longest name of an input wins.
            Value? named = stated.Where(v => text.StartsWith(v.Name + "=", StringComparison.Ordinal)).MaxBy(static v => v.Name.Length);
            if (named is null && stated.Length == 1 && (File.Exists(text) || !text.Contains('=', StringComparison.Ordinal))) named = stated[0];
            if (named is null)
                throw new ToolException("--input " + text + ": the model has no such input; its inputs are " + string.Join(", ", stated.Select(static v => v.Name)));
            string file = text.StartsWith(named.Name + "=", StringComparison.Ordinal) ? text[(named.Name.Length + 1)..] : text;
            if (!data.TryAdd(named.Name, SampleFile.ReadArray(file))) throw new ToolException("input '" + named.Name + "' is given twice");
        }

        return data;
    }

    private static byte[] Checked(Value input, Dictionary<string, Tensor> data)
    {
        if (!data.TryGetValue(input.Name, out Tensor? tensor)) throw new ToolException("input '" + input.Name + "' (" + input.Type + ") is missing: add --input " + input.Name + "=file.npy");
        tensor = StoredType.Read(tensor, ((TensorType)input.Type!).ElementType);
        if (!tensor.Type.Equals(input.Type)) throw new ToolException("input '" + input.Name + "' is " + input.Type + ", the file holds " + tensor.Type);
        return tensor.Unpacked.ToArray();
    }

    private void Write(ModelProgram program, byte[][] outputs, string folder)
    {
        Directory.CreateDirectory(folder);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var written = new List<object>();
        ImmutableArray<Tensor> tensors = GeneratedModel.TensorsOf(program.Outputs, outputs);
        for (int i = 0; i < tensors.Length; i++)
        {
            Value output = program.Outputs[i];
            TensorType type = tensors[i].Type;
            string file = Path.Combine(folder, FileNameOf(output.Name, taken));
            NpyFile.Write(file, new Tensor(StoredType.Of(type.ElementType), tensors[i].Dimensions, outputs[i]));
            Console.WriteLine(output.Name + ": " + type + " → " + file);
            written.Add(new { name = output.Name, type = type.ElementType.Name(), shape = type.Shape!.ToArray(), file });
        }

        Console.WriteJson(new { outputs = written, diagnostics = Console.Diagnostics });
    }

    /// <summary>Names of values may hold what names of files may not.</summary>
    private static string FileNameOf(string name, HashSet<string> taken)
    {
        string plain = string.Concat(name.Select(static c => char.IsLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')).TrimStart('.');
        if (plain.Length == 0) plain = "output";
        string file = plain;
        for (int i = 2; !taken.Add(file); i++) file = FormattableString.Invariant($"{plain}_{i}");
        return file + ".npy";
    }
}
