using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Cli.Data;
using RedGen.Compiler.Graphs;
using RedGen.TestKit;

namespace RedGen.Cli.Tests;

/// <summary>One run of the tool in process.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>Standard output as the one JSON object that it is.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    /// <summary>Runs the tool.</summary>
    public static ToolRun Of(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = Program.Run(args, output, error);
        return new ToolRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>Models and arrays for tests.</summary>
internal static class Samples
{
    /// <summary>y = Relu(x) over a batch that the file leaves open.</summary>
    public static OnnxModelWriter Relu(OnnxDim batch) => new OnnxModelWriter()
        .Input("x", ElementType.Float32, batch, 2).Node("Relu", "x", "y").Output("y", ElementType.Float32, batch, 2);

    /// <summary>A model with an operator that nobody knows.</summary>
    public static OnnxModelWriter Unknown() => new OnnxModelWriter()
        .Input("x", ElementType.Float32, 1).Node("Frobnicate", "x", "y").Output("y", ElementType.Float32, 1);

    /// <summary>Writes a case in ONNX's form.</summary>
    public static void WriteCase(TemporaryFolder folder, string name, OnnxModelWriter model, params (Tensor Input, Tensor Output)[] sets)
    {
        folder.Write(name + "/model.onnx", model.ToBytes());
        for (int i = 0; i < sets.Length; i++)
        {
            folder.Write($"{name}/test_data_set_{i}/input_0.pb", OnnxTensors.ToFile(sets[i].Input, "x"));
            folder.Write($"{name}/test_data_set_{i}/output_0.pb", OnnxTensors.ToFile(sets[i].Output, "y"));
        }
    }

    /// <summary>Writes an array.</summary>
    public static string WriteArray(TemporaryFolder folder, string name, Tensor tensor) => folder.Write(name, NpyFile.Format(tensor));

    /// <summary>A tensor of bytes.</summary>
    public static Tensor Bytes(IEnumerable<int> values, params int[] dimensions)
        => Tensor.FromSpan<byte>(ElementType.UInt8, values.Select(static v => (byte)v).ToArray(), dimensions);
}
