using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;
using RedGen.Compiler.Tests.Passes;
using RedGen.Compiler.Tests.Red.Hash;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>The probe against the fast evaluator on random networks with shared values, residual adds, concats and pooling.</summary>
public sealed class NetworkProbeTests
{
    [Fact]
    public void The_same_weights_give_the_same_outputs() => Layers.Check(15, random =>
    {
        (Graph graph, ProbeInputs inputs) = Network(random);
        NetworkProbe probe = Run(graph, inputs);
        Dictionary<string, LayerOverride> same = LayersOf(graph).ToDictionary(l => l.Node.Name, l => new LayerOverride(Value(graph.ConstantOf(l.Weights)!), null));
        string output = graph.Outputs[0].Name;
        IReadOnlyDictionary<string, FastValue[]> again = probe.Rerun(same, [output]);
        for (int s = 0; s < probe.Count; s++) Assert.Equal(probe.Original(output)[s].Floats, again[output][s].Floats);
        AssertEvaluates(graph, inputs, probe.Original(output));
    });

    [Fact]
    public void Other_weights_give_the_outputs_of_the_changed_graph() => Layers.Check(25, random =>
    {
        (Graph graph, ProbeInputs inputs) = Network(random);
        NetworkProbe probe = Run(graph, inputs);
        // Some of the layers, some with another bias.
        var overrides = new Dictionary<string, LayerOverride>();
        var builder = new GraphBuilder(graph);
        foreach (ReducibleLayer layer in LayersOf(graph).Where(_ => random.Next(2) == 0))
        {
            Tensor weights = layer.ToTensor(Layers.Weights(random, layer.Count, 0.5), graph.ConstantOf(layer.Weights)!.Dimensions);
            Tensor? bias = ApplyHashing.TakesBias(graph, layer) && random.Next(2) == 0 ? Tensor.Of(Layers.Weights(random, layer.Outputs), layer.Outputs) : null;
            overrides[layer.Node.Name] = new LayerOverride(Value(weights), bias is null ? null : Value(bias));
            builder.SetInitializer(layer.Weights, weights);
            if (bias is null) continue;
            Node node = builder.Find(layer.Node.Name)!;
            builder.Replace(node, node with { Inputs = [node.Inputs[0], node.Inputs[1], builder.AddInitializer("other_" + node.Name, bias)] });
        }

        string output = graph.Outputs[0].Name;
        IReadOnlyDictionary<string, FastValue[]> changed = probe.Rerun(overrides, [output]);
        Assert.Equal(overrides.Count > 0, changed.ContainsKey(output));
        if (overrides.Count > 0) AssertEvaluates(builder.Build(), inputs, changed[output]);
    });

    [Fact]
    public void A_bias_that_is_computed_stays_that_of_its_sample()
    {
        var author = new GraphAuthor();
        string x = author.Input(1, 3), w = author.Constant(Tensor.Of([1f, 0, 0, 0, 1, 0, 0, 0, 1], 3, 3));
        string y = author.Add("Gemm", [x, w, author.Add("Neg", [x])!])!;
        Graph graph = Rewriting.Infer(author.ToGraph([y]));
        NetworkProbe probe = Run(graph, Inputs(graph, new Random(1), 3));
        IReadOnlyDictionary<string, FastValue[]> changed = probe.Rerun(new Dictionary<string, LayerOverride> { [graph.Nodes.Single(n => n.Operator.Name == "Gemm").Name] = new(Value(graph.ConstantOf(w)!), null) }, [y]);
        Assert.All(changed[y], v => Assert.All(v.Floats, f => Assert.Equal(0f, f)));
    }

    [Fact]
    public void Normalised_values_have_the_stated_moments()
    {
        var random = new Random(4);
        var author = new GraphAuthor();
        string x = author.Input(1, 2, 6, 6), w = author.Constant(Tensor.Of(Layers.Weights(random, 4 * 18), 4, 2, 3, 3));
        string h = author.Add("Conv", [x, w], version: 11)!, r = author.Add("Relu", [h])!, w2 = author.Constant(Tensor.Of(Layers.Weights(random, 64 * 4), 64, 4));
        string y = author.Add("MatMul", [author.Add("Flatten", [r])!, w2])!;
        Graph graph = Rewriting.Infer(author.ToGraph([y]));
        double[] mean = [1.5, -2, 0, 0.25], deviation = [0.5, 3, 1, 2];
        BatchNormStatistics statistics = Statistics(h, mean, deviation);
        var probe = new NetworkProbe(graph, Inputs(graph, random, 6), statistics, default);
        probe.Run(null, keep: true);
        for (int c = 0; c < 4; c++)
        {
            double[] channel = [.. probe.Original(h).SelectMany(v => v.Floats.AsSpan(c * 16, 16).ToArray()).Select(v => (double)v)];
            Assert.Equal(mean[c], channel.Average(), 4);
            Assert.Equal(deviation[c], Math.Sqrt(channel.Average(v => v * v) - Math.Pow(channel.Average(), 2)), 4);
        }

        // What follows from such values is known too; what was made without data is not.
        Assert.True(probe.IsKnown(h) && probe.IsKnown(r) && probe.IsKnown(y));
        Assert.False(probe.IsKnown(x));
        // A run with other weights is adjusted by the same factors: twice the weights, twice the deviation.
        string conv = graph.Nodes[0].Name;
        var twice = new LayerOverride(Value(Tensor.Of([.. graph.ConstantOf(w)!.AsSpan<float>().ToArray().Select(v => 2 * v)], 4, 2, 3, 3)), null);
        FastValue[] doubled = probe.Rerun(new Dictionary<string, LayerOverride> { [conv] = twice }, [h])[h];
        double[] first = [.. doubled.SelectMany(v => v.Floats.AsSpan(0, 16).ToArray()).Select(v => (double)v)];
        Assert.Equal(2 * deviation[0], Math.Sqrt(first.Average(v => v * v) - Math.Pow(first.Average(), 2)), 3);
    }

    [Fact]
    public void A_channel_that_does_not_vary_takes_the_mean_only()
    {
        var samples = new[] { new FastValue([2, 2, 1, 3], [1, 2, 1, 2]), new FastValue([2, 2, 5, 7], [1, 2, 1, 2]) };
        (float Scale, float Shift)[] adjustment = ChannelMoments.AdjustmentTo(new ChannelStatistics([5, 0], [1, 1000]), samples);
        Assert.Equal((1f, 3f), adjustment[0]);
        // Sixteen times at most.
        Assert.Equal((16f, -64f), adjustment[1]);
    }

    [Fact]
    public void Energy_is_the_variance_over_the_samples()
    {
        Assert.Equal((1 + 4) / 2.0, ChannelMoments.Energy([new FastValue([1, 10], [2]), new FastValue([3, 14], [2])]));
        Assert.Equal(0, ChannelMoments.Energy([.. Enumerable.Repeat(new FastValue([0.1f, 1e6f], [2]), 7)]));
        // One sample has no mean.
        Assert.Equal(12.5, ChannelMoments.Energy([new FastValue([3, 4], [2])]));
        Assert.Equal(0, ChannelMoments.Energy([new FastValue([], [0]), new FastValue([], [0])]));
        // Elements that are not finite do not count.
        Assert.Equal(0.5, ChannelMoments.Energy([new FastValue([1, float.NaN], [2]), new FastValue([3, float.PositiveInfinity], [2])]));
    }

    [Fact]
    public void Real_inputs_are_known_and_so_is_what_follows()
    {
        (Graph graph, ProbeInputs inputs) = Network(new Random(3));
        var probe = new NetworkProbe(graph, inputs with { AreReal = true }, BatchNormStatistics.None, default);
        probe.Run(null, keep: true);
        Assert.All(graph.Nodes, n => Assert.True(probe.IsKnown(n.Outputs[0])));
        NetworkProbe other = Run(graph, inputs);
        Assert.All(graph.Nodes, n => Assert.False(other.IsKnown(n.Outputs[0])));
    }

    [Fact]
    public void Values_go_when_they_are_no_longer_needed()
    {
        (Graph graph, ProbeInputs inputs) = Network(new Random(5));
        var probe = new NetworkProbe(graph, inputs, BatchNormStatistics.None, default);
        int nodes = 0;
        probe.Run((node, value) => nodes += node.Inputs.All(i => i.Length == 0 || value(i).Length == inputs.Samples.Length) ? 1 : 0, keep: false);
        Assert.Equal(graph.Nodes.Length, nodes);
        AssertEvaluates(graph, inputs, probe.Original(graph.Outputs[0].Name));
        Assert.Throws<KeyNotFoundException>(() => probe.Original(graph.Inputs[0].Name));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        (Graph graph, ProbeInputs inputs) = Network(new Random(6));
        using var source = new CancellationTokenSource();
        var probe = new NetworkProbe(graph, inputs, BatchNormStatistics.None, source.Token);
        int seen = 0;
        Assert.Throws<OperationCanceledException>(() => probe.Run(
            (_, _) =>
            {
                if (++seen == 2) source.Cancel();
            },
            keep: true));
        Assert.Equal(2, seen);
    }

    private static NetworkProbe Run(Graph graph, ProbeInputs inputs)
    {
        var probe = new NetworkProbe(graph, inputs, BatchNormStatistics.None, default);
        probe.Run(null, keep: true);
        return probe;
    }

    private static (Graph Graph, ProbeInputs Inputs) Network(Random random)
    {
        Graph graph = PlantedGraph.Make(random.Next(), 6).Graph;
        graph = PassPipeline.Optimising.Aggregate(graph, (g, pass) => Rewriting.Apply(pass, g));
        return (graph, Inputs(graph, random, 3));
    }

    private static ProbeInputs Inputs(Graph graph, Random random, int count)
    {
        ImmutableDictionary<string, FastValue> One() => graph.Inputs.ToImmutableDictionary(
            i => i.Name, i => new FastValue(Layers.Weights(random, (int)graph.TensorTypeOf(i.Name)!.Shape!.ElementCount), graph.TensorTypeOf(i.Name)!.Shape!.ToArray()));
        return new ProbeInputs([.. Enumerable.Range(0, count).Select(_ => One())], "", AreReal: false);
    }

    private static BatchNormStatistics Statistics(string value, double[] mean, double[] deviation)
    {
        var author = new GraphAuthor();
        string x = author.Input(1, mean.Length, 2, 2);
        string Numbers(IEnumerable<double> numbers) => author.Constant(Tensor.Of([.. numbers.Select(n => (float)n)], mean.Length));
        var node = new Node
        {
            Name = "bn",
            Operator = new OperatorId("", "BatchNormalization", 9),
            // γ may be negative: the deviation is its magnitude.
            Inputs = [x, Numbers(deviation.Select((d, i) => i == 1 ? -d : d)), Numbers(mean), Numbers(mean.Select(_ => 0.0)), Numbers(mean.Select(_ => 1.0))],
            Outputs = [value],
            Attributes = NodeAttributes.Empty,
        };
        author.Add(node);
        return BatchNormStatistics.Read(author.ToGraph([value]));
    }

    private static IEnumerable<ReducibleLayer> LayersOf(Graph graph) => graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>();

    private static FastValue Value(Tensor tensor) => new(ReferenceTensor.FromTensor(tensor));

    private static void AssertEvaluates(Graph graph, ProbeInputs inputs, FastValue[] actual)
    {
        var evaluator = new FastEvaluator(graph);
        for (int s = 0; s < actual.Length; s++)
        {
            ReferenceTensor expected = evaluator.Run(inputs.Samples[s].ToDictionary(p => p.Key, p => p.Value.ToReference()))[0];
            Assert.Equal(expected.Reals!.Select(r => (float)r), actual[s].Floats);
        }
    }
}
