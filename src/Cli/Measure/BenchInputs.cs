using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Cli.Data;
using RedGen.Cli.Execution;
using RedGen.Cli.Models;
using RedGen.Cli.Output;
using RedGen.Cli.Testing;
using RedGen.Compiler;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Passes;

namespace RedGen.Cli.Measure;

/// <summary>
/// What a model is measured on: the first set of the test data beside it, where there is some, else made-up values that it can take; and the
/// dimensions that go with them.
/// </summary>
internal sealed class BenchInputs
{
    /// <summary>What open dimensions get that nothing else tells, as the compiler's own advice does.</summary>
    private const int DefaultLength = 128;

    private const int Seed = 1;

    private static readonly string[] IntegerReaders = ["ConvInteger", "DequantizeLinear", "MatMulInteger", "QLinearConv", "QLinearMatMul"];

    private readonly Graph? _stated;
    private readonly ImmutableArray<TestTensor?> _data;

    private BenchInputs(Graph? stated, ImmutableArray<TestTensor?> data) => (_stated, _data) = (stated, data);

    /// <summary>Looks for data beside a model; data that cannot be read count as none.</summary>
    public static BenchInputs Read(string path, ModelSource source)
    {
        Graph? graph = InputPins.GraphOf(source);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (graph is null || Directory.GetFiles(folder, "*.onnx").Length > 1) return new BenchInputs(graph, []);
        var test = new TestCase("", folder);
        if (test.DataSetFolders.IsEmpty && !test.HasArrays) return new BenchInputs(graph, []);
        try
        {
            return new BenchInputs(graph, TestDataReader.Read(test, graph).FirstOrDefault() is { } set ? TestDataSet.Match(set.Inputs, graph.Inputs) : []);
        }
        catch (Exception problem) when (problem is ToolException or NpyException or IOException)
        {
            return new BenchInputs(graph, []);
        }
    }

    /// <summary>The options with open dimensions as the data have them, or else with a length that is said; the user's own go before both.</summary>
    /// <param name="options">The user's options.</param>
    /// <param name="note">Takes what was assumed.</param>
    public CompilerOptions Pin(CompilerOptions options, Action<string> note)
    {
        if (_stated is null || !options.Dims.IsEmpty) return options;
        if (!_data.IsEmpty) return InputPins.Apply(options, _stated, [.. _data.Select(static d => d?.Tensor?.Dimensions.ToArray())]);
        var problems = new DiagnosticBag();
        PinDimensions.Run(_stated, options, problems);
        if (!problems.HasErrors) return options;
        var lengths = _stated.Inputs.Select(static v => v.Type is TensorType { Shape: { } s } ? s.Dimensions.Select((d, axis) => d.IsConstant ? (int)d.Value : axis == 0 ? 1 : DefaultLength).ToArray() : null).ToArray();
        CompilerOptions pinned = InputPins.Apply(options, _stated, lengths);
        note("dimensions that nothing tells are taken as " + string.Join(",", pinned.Dims.Select(static d => d.Key + "=" + d.Value.ToString(CultureInfo.InvariantCulture))) + "; --dims says others");
        return pinned;
    }

    /// <summary>The inputs of a run. The same at every call; the state of a model with state is that of the data, or zeros.</summary>
    public byte[][] Make(ModelProgram program)
    {
        byte[][] inputs = program.NewInputs();
        var random = new Random(Seed);
        for (int i = 0; i < inputs.Length; i++)
        {
            Value value = program.Inputs[i];
            if (DataOf(value) is { } data && data.Unpacked.Length == inputs[i].Length) data.Unpacked.Span.CopyTo(inputs[i]);
            else Fill(program, value, inputs[i], random);
        }

        return inputs;
    }

    private Tensor? DataOf(Value value)
    {
        for (int i = 0; i < _data.Length; i++)
            if (_stated!.Inputs[i].Name == value.Name) return _data[i]?.As((TensorType)value.Type!);
        return null;
    }

    /// <summary>Floats between −1 and 1; places inside their axis for indices; any bytes for quantised values; zeros for all else, which may mean anything.</summary>
    private static void Fill(ModelProgram program, Value value, byte[] bytes, Random random)
    {
        Graph graph = program.Result.Plan!.Graph;
        if (program.Result.Plan.States.Any(s => s.Input == value.Name)) return;
        ElementType type = ((TensorType)value.Type!).ElementType;
        IEnumerable<Node> readers = graph.Nodes.Where(n => n.Inputs.Contains(value.Name));
        if (type == ElementType.Float32)
            foreach (ref float f in MemoryMarshal.Cast<byte, float>(bytes.AsSpan())) f = (float)Next(random);
        else if (type == ElementType.Float64)
            foreach (ref double d in MemoryMarshal.Cast<byte, double>(bytes.AsSpan())) d = Next(random);
        else if (type == ElementType.Float16)
            foreach (ref Half h in MemoryMarshal.Cast<byte, Half>(bytes.AsSpan())) h = (Half)Next(random);
        else if (type == ElementType.BFloat16)
            foreach (ref BFloat16 b in MemoryMarshal.Cast<byte, BFloat16>(bytes.AsSpan())) b = (BFloat16)Next(random);
        else if (type is ElementType.Int8 or ElementType.UInt8 && readers.Any(static n => IntegerReaders.Contains(n.Operator.Name)))
            random.NextBytes(bytes);
        else if (IndexLimit(graph, value.Name, readers) is > 1 and int limit)
            FillIndices(type, bytes, limit, random);
    }

    /// <summary>The length of the shortest axis that the values are places on; 0 where they are none.</summary>
    private static int IndexLimit(Graph graph, string name, IEnumerable<Node> readers)
    {
        int[] lengths = [.. readers.Where(n => n.Operator.Name == "Gather" && n.Inputs[1] == name && graph.TensorTypeOf(n.Inputs[0]) is { IsStatic: true })
            .Select(n => (Shape: graph.TensorTypeOf(n.Inputs[0])!.Shape!.ToArray(), Axis: (int)n.Attributes.Int("axis", 0)))
            .Select(static g => g.Shape[g.Axis < 0 ? g.Axis + g.Shape.Length : g.Axis])];
        return lengths.Length == 0 ? 0 : lengths.Min();
    }

    private static void FillIndices(ElementType type, byte[] bytes, int limit, Random random)
    {
        if (type == ElementType.Int64)
            foreach (ref long l in MemoryMarshal.Cast<byte, long>(bytes.AsSpan())) l = random.Next(limit);
        else if (type == ElementType.Int32)
            foreach (ref int i in MemoryMarshal.Cast<byte, int>(bytes.AsSpan())) i = random.Next(limit);
    }

    private static double Next(Random random) => (2 * random.NextDouble()) - 1;
}
