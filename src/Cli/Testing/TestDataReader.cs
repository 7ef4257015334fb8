using System;
using System.Collections.Immutable;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using RedGen.Cli.Data;
using RedGen.Cli.Output;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;

namespace RedGen.Cli.Testing;

/// <summary>Reads the data beside a model.</summary>
internal static class TestDataReader
{
    /// <summary>Reads all sets of a case.</summary>
    /// <exception cref="ToolException">The data are missing or contradict themselves.</exception>
    /// <exception cref="NpyException">An array cannot be read.</exception>
    public static ImmutableArray<TestDataSet> Read(TestCase test, Graph graph)
    {
        ImmutableArray<string> folders = test.DataSetFolders;
        if (folders.IsEmpty) return ReadArrays(test, graph);
        return [.. folders.Select(f => new TestDataSet(ReadTensors(f, "input_", graph.Inputs), ReadTensors(f, "output_", graph.Outputs), IsFlat: false))];
    }

    private static ImmutableArray<TestTensor> ReadTensors(string folder, string prefix, ImmutableArray<Value> values)
    {
        ImmutableArray<TestTensor>.Builder tensors = ImmutableArray.CreateBuilder<TestTensor>();
        for (int i = 0; ; i++)
        {
            string path = Path.Combine(folder, prefix + i.ToString(CultureInfo.InvariantCulture) + ".pb");
            if (!File.Exists(path)) break;
            // What the file holds is told by the model alone: a sequence may look like a tensor to a parser.
            bool isTensor = i >= values.Length || values[i].Type is null or TensorType;
            tensors.Add(isTensor ? ReadTensor(path) : new TestTensor("", null));
        }

        return tensors.ToImmutable();
    }

    private static TestTensor ReadTensor(string path)
    {
        var diagnostics = new DiagnosticBag();
        if (OnnxReader.ReadNamedTensor(File.ReadAllBytes(path), diagnostics) is not { } tensor)
            throw new ToolException(Path.GetFileName(path) + ": " + diagnostics.ToImmutable().First().Message);
        return new TestTensor(tensor.Name, tensor.Tensor);
    }

    private static ImmutableArray<TestDataSet> ReadArrays(TestCase test, Graph graph)
    {
        if (graph.Inputs.Length != 1) throw new ToolException("inputs.npy serves models with one input; this one has " + graph.Inputs.Length.ToString(CultureInfo.InvariantCulture));
        Tensor inputs = NpyFile.Read(Path.Combine(test.Folder, "inputs.npy"));
        Tensor expected = NpyFile.Read(Path.Combine(test.Folder, "expected.npy"));
        if (inputs.Dimensions.IsEmpty || expected.Dimensions.IsEmpty || inputs.Dimensions[0] != expected.Dimensions[0])
            throw new ToolException("inputs.npy " + inputs.Shape + " and expected.npy " + expected.Shape + " do not have the same number of samples");
        int[] shape = FixedShape(test.Folder) ?? [1, .. inputs.Dimensions.Skip(1)];
        ImmutableArray<TestDataSet>.Builder sets = ImmutableArray.CreateBuilder<TestDataSet>(inputs.Dimensions[0]);
        for (int i = 0; i < inputs.Dimensions[0]; i++)
        {
            var output = new TestTensor("", Sample(expected, i, [.. expected.Dimensions.Skip(1)]));
            sets.Add(new TestDataSet([new TestTensor("", Sample(inputs, i, shape))], [output], IsFlat: true));
        }

        return sets.ToImmutable();
    }

    /// <summary>One sample of an array whose first axis counts samples.</summary>
    public static Tensor Sample(Tensor array, int index, int[] shape)
    {
        int count = array.Dimensions.Skip(1).Aggregate(1, static (a, d) => a * d);
        if (shape.Aggregate(1L, static (a, d) => a * d) != count)
            throw new ToolException("a sample of shape " + Shape.Of(array.Dimensions.Skip(1)) + " does not fit the model's input of shape " + Shape.Of(shape));
        int bytes = count * array.ElementType.Bytes();
        return new Tensor(array.ElementType, [.. shape], array.Data.Slice(index * bytes, bytes));
    }

    /// <summary>The shape that a model with open dimensions was run with.</summary>
    private static int[]? FixedShape(string folder)
    {
        string path = Path.Combine(folder, "meta.json");
        if (!File.Exists(path)) return null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (!document.RootElement.TryGetProperty("fixed_shape", out JsonElement shape) || shape.ValueKind != JsonValueKind.Array) return null;
            return [.. shape.EnumerateArray().Select(static d => d.GetInt32())];
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException or FormatException)
        {
            throw new ToolException("meta.json: " + problem.Message.ReplaceLineEndings(" "));
        }
    }
}
