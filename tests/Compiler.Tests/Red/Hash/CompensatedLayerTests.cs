using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Passes;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>A layer behind hashed ones.</summary>
public sealed class CompensatedLayerTests
{
    [Fact]
    public void Weights_and_bias_make_up_for_a_smaller_and_shifted_input()
    {
        // The layers before it give 0.8 x + 0.3 instead of x: 1.25 W and a shift of the bias give the old outputs.
        var random = new Random(5);
        const int Inputs = 6, Outputs = 3, Samples = 400;
        var author = new GraphAuthor();
        string x = author.Input(1, Inputs);
        string w = author.Constant(Tensor.Of(Layers.Weights(random, Inputs * Outputs), Outputs, Inputs)), b = author.Constant(Tensor.Of(Layers.Weights(random, Outputs), Outputs));
        Graph graph = Rewriting.Infer(author.ToGraph([author.Add("Gemm", [x, w, b], NodeAttributes.Empty.With("transB", 1))!]));
        ReducibleLayer layer = ReducibleLayer.Read(graph, graph.Nodes[0])!;
        FastValue[] original = [.. Enumerable.Range(0, Samples).Select(_ => new FastValue(Layers.Weights(random, Inputs), [1, Inputs]))];
        FastValue[] current = [.. original.Select(o => new FastValue([.. o.Floats.Select(v => (0.8f * v) + 0.3f)], [1, Inputs]))];
        float[] rows = layer.ToRows(graph.ConstantOf(w)!), bias = graph.ConstantOf(b)!.AsSpan<float>().ToArray();
        var hashLayer = new HashLayer(layer, new AdaptiveHasher(layer, rows, RedGen.Compiler.Red.Probe.LayerStatistics.Measure(layer, original, graph, isKnown: true)), LayerGeometry.Of(graph, layer), bias, TakesBias: true);

        HashedLayer compensated = CompensatedLayer.Hash(hashLayer, graph, original, current, isKnown: true, magnitudes: 63);

        double Error(float[] weights, ImmutableArray<float> biases) => Enumerable.Range(0, Samples).Sum(s => Enumerable.Range(0, Outputs).Sum(i =>
        {
            double wanted = bias[i], got = biases[i];
            for (int j = 0; j < Inputs; j++)
            {
                wanted += rows[(i * Inputs) + j] * original[s].Floats[j];
                got += weights[(i * Inputs) + j] * current[s].Floats[j];
            }

            return (wanted - got) * (wanted - got);
        }));
        Assert.InRange(Error(compensated.Matrix.ToRows(), compensated.Bias), 0, 0.05 * Error(rows, [.. bias]));
    }
}
