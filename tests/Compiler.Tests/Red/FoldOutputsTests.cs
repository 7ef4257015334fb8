using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Tests.Passes;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Model folding: what it makes equal, and what that costs on trained models.</summary>
public sealed class FoldOutputsTests(ITestOutputHelper output)
{
    [Fact]
    public void Strength_zero_changes_nothing()
    {
        Graph graph = PlantedGraph.Make(3, 4).Graph;
        Assert.Same(graph, FoldOutputs.Run(graph, 0, default));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_strength_beyond_its_range_is_refused(double strength)
        => Assert.Throws<ArgumentOutOfRangeException>(() => FoldOutputs.Run(PlantedGraph.Make(3, 2).Graph, strength, default));

    [Fact]
    public void The_closest_rows_become_their_mean_with_the_variance_of_one()
    {
        // Rows 0 and 2 are orthogonal and close, row 1 is far: N / √(N + 0) = √2 times the mean.
        var author = new GraphAuthor();
        string x = author.Input(1, 2);
        string weights = author.Constant(Tensor.Of([1f, 0f, 9f, 9f, 0f, 1f], 3, 2));
        string hidden = author.Add("Relu", [author.Add("Gemm", [x, weights, author.Constant(Tensor.Of([0.5f, 3f, 0.1f], 3))], NodeAttributes.Empty.With("transB", 1))!])!;
        string y = author.Add("Gemm", [hidden, author.Constant(Tensor.Of([1f, 2f, 3f], 3, 1))])!;
        Graph graph = Rewriting.Infer(author.ToGraph([y]));

        Graph folded = FoldOutputs.Run(graph, 0.34, default);

        float half = (float)(0.5 * Math.Sqrt(2));
        Assert.Equal([half, half, 9f, 9f, half, half], folded.ConstantOf(weights)!.AsSpan<float>().ToArray());
        Assert.Equal([0.3f, 3f, 0.3f], folded.ConstantOf(folded.Nodes[0].Inputs[2])!.AsSpan<float>().ToArray());
        Assert.Equal(1, MergeChecks.Merge(MergeChecks.Unhashed(folded), seed: 1).OutputsMerged[weights]);
    }

    [Fact]
    public void Folded_channels_are_what_strict_merging_then_removes()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Graph graph = PlantedGraph.Make(seed, 5).Graph;
            Graph folded = FoldOutputs.Run(graph, 0.5, default);
            Rewriting.AssertKept(graph, folded);
            Assert.Equal(GraphPrinter.Print(folded), GraphPrinter.Print(FoldOutputs.Run(graph, 0.5, default)));
            int before = MergeOutputs.Run(MergeChecks.Unhashed(graph), default).OutputsMerged.Values.Sum();
            int after = MergeChecks.Merge(MergeChecks.Unhashed(folded), seed).OutputsMerged.Values.Sum();
            Assert.True(after > before, $"seed {seed}: {after} outputs go after folding, {before} before");
        }
    }

    [SharedFact("models/digits-cnn-folded")]
    public void Error_grows_with_strength_on_the_digits_network() => Table("digits-cnn-folded", 450);

    [SharedFact("models/cifar10-resnet20-bn")]
    public void Error_grows_with_strength_on_ResNet20() => Table("cifar10-resnet20-bn", 40);

    [SharedFact("models/mnist-convnet-maxpool")]
    public void Error_grows_with_strength_on_an_Mnist_network() => Table("mnist-convnet-maxpool", 100);

    /// <summary>Writes the table of docs/decisions/0006-merging.md for a model; the weakest folding must cost less than the strongest.</summary>
    private void Table(string model, int count)
    {
        string folder = Path.Combine(SharedData.Root, "models", model);
        Graph graph = ModelPassTests.Load(Path.Combine(folder, "model.onnx"), out string reason, optimise: true) ?? throw new InvalidOperationException(reason);
        float[][] inputs = Inputs(Path.Combine(folder, "inputs.npy"), graph, count);
        double[][] expected = Run(graph, inputs);
        output.WriteLine($"{model}, {inputs.Length} samples, {Weights(graph)} weights");
        var errors = new List<double>();
        foreach (double strength in (double[])[0.02, 0.05, 0.1, 0.2, 0.4])
        {
            Graph merged = MergeOutputs.Run(MergeChecks.Unhashed(FoldOutputs.Run(graph, strength, default)), default).Graph;
            Graph plain = MergeOutputs.Run(MergeChecks.Unhashed(FoldOutputs.Run(graph, strength, false, default)), default).Graph;
            (double error, double agreement) = Compare(expected, Run(merged, inputs));
            (double plainError, double plainAgreement) = Compare(expected, Run(plain, inputs));
            errors.Add(error);
            output.WriteLine(string.Format(
                CultureInfo.InvariantCulture, "| {0} | {1:P0} | {2:P1} | {3:P1} | {4:P1} | {5:P1} |",
                strength, 1 - ((double)Weights(merged) / Weights(graph)), error, agreement, plainError, plainAgreement));
        }

        Assert.True(errors[0] < errors[^1], string.Join(", ", errors));
    }

    private static long Weights(Graph graph) => graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>().Sum(l => (long)l.Count);

    /// <summary>‖difference‖ / ‖expected‖ over all outputs, and the share of samples with the same largest output.</summary>
    private static (double Error, double Agreement) Compare(double[][] expected, double[][] actual)
    {
        double difference = expected.Zip(actual, (e, a) => e.Zip(a, (x, y) => (x - y) * (x - y)).Sum()).Sum();
        double size = expected.Sum(e => e.Sum(x => x * x));
        double agreement = expected.Zip(actual, (e, a) => Array.IndexOf(e, e.Max()) == Array.IndexOf(a, a.Max()) ? 1.0 : 0.0).Average();
        return (Math.Sqrt(difference / size), agreement);
    }

    private static double[][] Run(Graph graph, float[][] inputs)
    {
        var evaluator = new FastEvaluator(graph);
        int[] lengths = graph.TensorTypeOf(graph.Inputs[0].Name)!.Shape!.ToArray();
        return [.. inputs.Select(x => evaluator.Run(new Dictionary<string, ReferenceTensor>
        {
            [graph.Inputs[0].Name] = ReferenceTensor.FromTensor(Tensor.Of(x, lengths)),
        })[0].Reals!)];
    }

    /// <summary>NumPy's format, version 1: ten bytes, a header of the length in the last two, little-endian floats.</summary>
    private static float[][] Inputs(string path, Graph graph, int count)
    {
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        float[] all = MemoryMarshal.Cast<byte, float>(bytes[(10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))..]).ToArray();
        int length = graph.TensorTypeOf(graph.Inputs[0].Name)!.Shape!.ToArray().Aggregate(1, (a, b) => a * b);
        return [.. Enumerable.Range(0, Math.Min(count, all.Length / length)).Select(i => all.AsSpan(i * length, length).ToArray())];
    }
}
