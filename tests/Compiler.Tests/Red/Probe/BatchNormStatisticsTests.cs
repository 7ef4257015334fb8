using System.IO;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Probe;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>What batch normalisation tells, and that it is found again after folding.</summary>
public sealed class BatchNormStatisticsTests
{
    [Fact]
    public void Names_survive_folding_in_our_digits_model() => AssertFound(ModelSource.FromBytes("digits.onnx", DigitsAssets.Cnn()));

    [SharedFact("models")]
    public void Names_survive_folding_in_the_shared_models()
    {
        string[] names = ["digits-cnn-bn", "digits-dwcnn-bn", "digits-mlp-bn-64-128-64-10-bn", "cifar10-resnet20-bn", "mlperf-tiny-kws-dscnn-bn", "mlperf-tiny-ic-resnet8-bn"];
        foreach (string name in names) AssertFound(SharedData.Load(SharedData.ModelsIn(Path.Combine(SharedData.Root, "models", name))[0]));
    }

    [Fact]
    public void Normalisations_that_are_not_constant_or_not_finite_tell_nothing()
    {
        OnnxModelWriter writer = new OnnxModelWriter()
            .Input("x", ElementType.Float32, 1, 2, 3).Input("s", ElementType.Float32, 2).Output("y", ElementType.Float32).Output("z", ElementType.Float32)
            .Initializer("one", [1f, 1], 2).Initializer("odd", [1f, float.NaN], 2)
            .Node("BatchNormalization", "x, s, one, one, one", "y").Node("BatchNormalization", "x, odd, one, one, one", "z");
        Assert.True(BatchNormStatistics.Read(writer.ToModel().Graph).IsEmpty);
        Assert.True(BatchNormStatistics.None.IsEmpty);
    }

    private static void AssertFound(ModelSource source)
    {
        var diagnostics = new DiagnosticBag();
        Model model = OnnxReader.Read(source, diagnostics, default)!;
        Graph graph = ModelCompiler.Normalise(model, new CompilerOptions(), diagnostics, default);
        BatchNormStatistics statistics = BatchNormStatistics.Read(model.Graph);
        Node[] normalisations = [.. model.Graph.Nodes.Where(n => n.Operator.Name == "BatchNormalization")];
        Assert.NotEmpty(normalisations);
        foreach (Node node in normalisations)
        {
            ChannelStatistics known = statistics.Of(node.Outputs[0])!;
            Assert.Equal(model.Graph.ConstantOf(node.Inputs[2])!.AsSpan<float>().ToArray().Select(v => (double)v), known.Mean);
            // The value is there after folding, with the channels that it had; a normalisation of the input stays itself.
            Assert.Contains(graph.Nodes, n => n.Outputs.Contains(node.Outputs[0]));
            Assert.Equal(known.Mean.Length, graph.TensorTypeOf(node.Outputs[0])!.Shape!.ToArray()[1]);
        }
    }
}
