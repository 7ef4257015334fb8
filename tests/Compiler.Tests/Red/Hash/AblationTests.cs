using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;
using RedGen.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>What each part of the Adaptive hashing is worth: the table of docs/red.md, at the same number of values in every layer.</summary>
public sealed class AblationTests(ITestOutputHelper output)
{
    /// <summary>A damping so strong that columns count as uncorrelated: rounding to nearest.</summary>
    private const double Nearest = 1e6;

    private const int Images = 200;

    [SharedFact("models/_data")]
    public void Every_part_keeps_more_predictions_of_ResNet20()
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(SharedData.Root, "models", "cifar10-resnet20-bn", "model.onnx"));
        Model model = OnnxReader.Read(ModelSource.FromBytes("m.onnx", bytes), new DiagnosticBag(), default)!;
        Graph graph = ModelCompiler.Normalise(model, TestOptions.Exact, new DiagnosticBag(), default);
        var statistics = BatchNormStatistics.Read(model.Graph);
        ProbeInputs inputs = ProbeInputs.Synthetic(graph, new InputBox(""), 16);
        float[][] images = ReadImages();
        double[][] original = Run(graph, images);
        output.WriteLine("| values a layer | rounding to nearest | error feedback | and bias correction | without BatchNorm's statistics |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (int magnitudes in new[] { 15, 7 })
        {
            double[] agreement =
            [
                Agreement(Hash(statistics, magnitudes, Nearest, correctsBias: false)),
                Agreement(Hash(statistics, magnitudes, 0.03, correctsBias: false)),
                Agreement(Hash(statistics, magnitudes, 0.03, correctsBias: true)),
                Agreement(Hash(BatchNormStatistics.None, magnitudes, 0.03, correctsBias: true)),
            ];
            output.WriteLine(FormattableString.Invariant($"| {(2 * magnitudes) + 1} | {string.Join(" | ", agreement.Select(a => a.ToString("P1", System.Globalization.CultureInfo.InvariantCulture)))} |"));
            Assert.True(agreement[2] > agreement[0], "all parts together lose to rounding to nearest");
            Assert.True(agreement[2] >= 0.93);
        }

        Graph Hash(BatchNormStatistics known, int magnitudes, double damping, bool correctsBias)
        {
            var layers = new List<HashedLayer>();
            new NetworkProbe(graph, inputs, known, default).Run(Prepare, keep: false);
            return ApplyHashing.Run(graph, new HashingPlan([.. layers], 0, 0, 0, ""), out _)!.Graph;

            void Prepare(Node node, Func<string, FastValue[]> value)
            {
                if (ReducibleLayer.Read(graph, node) is not { } layer) return;
                LayerStatistics measured = LayerStatistics.Measure(layer, value(node.Inputs[0]), graph, isKnown: known != BatchNormStatistics.None && layers.Count > 0);
                var hasher = new AdaptiveHasher(layer, layer.ToRows(graph.ConstantOf(layer.Weights)!), measured, damping);
                HashedMatrix matrix = hasher.Hash(magnitudes).Matrix;
                ImmutableArray<float> bias = correctsBias ? hasher.CorrectedBias(matrix, graph.ConstantOf(layer.Bias)!.AsSpan<float>().ToArray()) : [];
                layers.Add(new HashedLayer(layer.Weights, matrix, bias, 0));
            }
        }

        double Agreement(Graph hashed) => Run(hashed, images).Zip(original, (a, b) => Largest(a) == Largest(b) ? 1.0 : 0).Average();
    }

    private static int Largest(double[] scores) => Array.IndexOf(scores, scores.Max());

    private static double[][] Run(Graph graph, float[][] images)
    {
        var evaluator = new FastEvaluator(graph);
        int[] lengths = graph.TensorTypeOf(graph.Inputs[0].Name)!.Shape!.ToArray();
        var results = new double[images.Length][];
        Parallel.For(0, images.Length, i => results[i] = evaluator.Run(
            new Dictionary<string, ReferenceTensor> { [graph.Inputs[0].Name] = new ReferenceTensor(ElementType.Float32, lengths, Array.ConvertAll(images[i], p => (double)p)) })[0].Reals!);
        return results;
    }

    /// <summary>CIFAR images as the model takes them: uint8 behind a header of a .npy file, planes of red, green and blue.</summary>
    private static float[][] ReadImages()
    {
        byte[] file = File.ReadAllBytes(Path.Combine(SharedData.Root, "models", "_data", "cifar10-1000jpeg-u8.npy"));
        int start = 10 + file[8] + (256 * file[9]);
        float[] mean = [0.485f, 0.456f, 0.406f], deviation = [0.229f, 0.224f, 0.225f];
        return [.. Enumerable.Range(0, Images).Select(i => Enumerable.Range(0, 3072).Select(k => ((file[start + (i * 3072) + k] / 255f) - mean[k / 1024]) / deviation[k / 1024]).ToArray())];
    }
}
