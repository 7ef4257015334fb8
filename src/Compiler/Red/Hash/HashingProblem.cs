using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Red.Probe;

namespace RedGen.Compiler.Red.Hash;

/// <summary>A model's layers with the statistics of their inputs, and the probe that measures what hashing does to the outputs.</summary>
internal sealed class HashingProblem
{
    private readonly Graph _graph;
    private readonly NetworkProbe _probe;
    private readonly ImmutableArray<string> _outputs;
    private readonly ILookup<string, ReducibleLayer> _readers;

    private HashingProblem(Graph graph, NetworkProbe probe, ImmutableArray<HashLayer> layers, IReadOnlyDictionary<string, double> gains, string inputs)
    {
        _graph = graph;
        _probe = probe;
        Layers = layers;
        Gains = gains;
        Inputs = inputs;
        _outputs = ErrorPlaces(graph);
        _readers = LayersOf(graph).ToLookup(l => l.Weights, StringComparer.Ordinal);
    }

    /// <summary>The layers that can be hashed.</summary>
    public ImmutableArray<HashLayer> Layers { get; }

    /// <summary>The closed form's gain of each value: <see cref="StructuralGains"/>.</summary>
    public IReadOnlyDictionary<string, double> Gains { get; }

    /// <summary>The work of one run over all samples (<see cref="ProbeCost"/>).</summary>
    public double RunWork => ProbeCost.Of(_graph).Work * _probe.Count;

    /// <summary>Whether the probe's inputs are the user's samples.</summary>
    public bool HasSamples { get; private init; }

    /// <summary>What the probe's inputs are, in words.</summary>
    public string Inputs { get; }

    /// <summary>Runs the network once and prepares its layers.</summary>
    public static HashingProblem Prepare(Graph graph, BatchNormStatistics statistics, ProbeInputs inputs, Hashing method, CancellationToken cancellationToken)
    {
        // Real data needs no correction: what is measured is then what a user can measure.
        var probe = new NetworkProbe(graph, inputs, inputs.AreReal ? BatchNormStatistics.None : statistics, cancellationToken);
        var layers = new List<HashLayer>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var energies = new Dictionary<string, double>(StringComparer.Ordinal);
        ILookup<string, Node> readers = graph.Nodes.SelectMany(n => GraphCaptures.Reads(n).Distinct().Select(v => (Value: v, Node: n))).ToLookup(r => r.Value, r => r.Node, StringComparer.Ordinal);
        probe.Run(
            (node, value) =>
            {
                if (StructuralGains.SharesEnergy(node))
                    foreach (string input in node.Inputs.Where(i => i.Length > 0 && graph.ConstantOf(i) is null)) energies[input] = ChannelMoments.Energy(value(input));
                foreach (ReducibleLayer layer in ReducibleLayer.ReadAll(graph, node))
                    if (seen.Add(layer.Weights) && Make(graph, layer, layer.ReadsState ? FastRecurrent.States(node, value) : value(node.Inputs[0]), probe.IsKnown(node.Inputs[0]), inputs.AreDense, method, readers[layer.Weights]) is { } made) layers.Add(made);
            },
            keep: true);
        return new HashingProblem(graph, probe, [.. layers], StructuralGains.Of(graph, energies), inputs.Description + (probe.Refusal.Length == 0 ? "" : " (not taken by " + probe.Refusal + ")")) { HasSamples = inputs.AreReal };
    }

    /// <summary>Σ (y − x)²; elements that the original does not give a finite number cannot be changed.</summary>
    private static double SquaredDistance(float[] x, float[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            if (!float.IsNaN(x[i]) && !float.IsInfinity(x[i])) sum += ((double)y[i] - x[i]) * ((double)y[i] - x[i]);
        return sum;
    }

    /// <summary>The energy of the change that hashed layers cause at the outputs, as a share of the energy of what varies there.</summary>
    /// <param name="layers">The hashed layers; others stay.</param>
    public double Measure(IEnumerable<HashedLayer> layers)
    {
        var overrides = new Dictionary<string, LayerOverride>(StringComparer.Ordinal);
        foreach (HashedLayer hashed in layers)
        {
            // A constant may serve several nodes; the corrected bias is that of the first.
            FastValue? weights = null, bias = hashed.Bias.IsEmpty ? null : new FastValue([.. hashed.Bias], [hashed.Bias.Length]);
            foreach (ReducibleLayer layer in _readers[hashed.Weights])
            {
                weights ??= ValueOf(layer, hashed);
                overrides[layer.Node.Name] = new LayerOverride(weights, bias, layer.Operand, overrides.TryGetValue(layer.Node.Name, out LayerOverride? also) ? also : null);
                bias = null;
            }
        }

        return Noise(_probe.Rerun(overrides, _outputs));
    }

    /// <summary>
    /// Hashes once more in the order of the network, each layer on the values that reach it through the hashed layers before it, and with weights
    /// that make up for what those changed (<see cref="CompensatedLayer"/>).
    /// </summary>
    /// <param name="magnitudes">By the initializer of the weights.</param>
    public ImmutableArray<HashedLayer> Compensated(IReadOnlyDictionary<string, int> magnitudes)
    {
        var done = new Dictionary<string, HashedLayer>(StringComparer.Ordinal);
        // Of a recurrent layer's two matrices the state's is not compensated: what it reads changes with it.
        ImmutableDictionary<string, HashLayer> byNode = Layers.Where(l => !l.Layer.IsRecurrent).ToImmutableDictionary(l => l.Layer.Node.Name, l => l);
        foreach (HashLayer layer in Layers.Where(l => l.Layer.IsRecurrent && magnitudes.ContainsKey(l.Layer.Weights)))
            done[layer.Layer.Weights] = layer.Hash(magnitudes[layer.Layer.Weights], out _);
        ILookup<string, HashLayer> recurrent = Layers.Where(l => l.Layer.IsRecurrent && done.ContainsKey(l.Layer.Weights)).ToLookup(l => l.Layer.Node.Name);
        _probe.Rerun(
            (node, current) =>
            {
                LayerOverride? kept = null;
                foreach (HashLayer state in recurrent[node.Name]) kept = new LayerOverride(ValueOf(state.Layer, done[state.Layer.Weights]), null, state.Layer.Operand, kept);
                if (kept is not null) return kept;
                if (!byNode.TryGetValue(node.Name, out HashLayer? layer) || !magnitudes.TryGetValue(layer.Layer.Weights, out int n)) return null;
                string input = node.Inputs[0];
                HashedLayer hashed = CompensatedLayer.Hash(layer, _graph, _probe.Original(input), current(input), _probe.IsKnown(input), n);
                done[hashed.Weights] = hashed;
                FastValue? bias = !hashed.Bias.IsEmpty ? new FastValue([.. hashed.Bias], [hashed.Bias.Length]) : null;
                return new LayerOverride(ValueOf(layer.Layer, hashed), bias);
            },
            _outputs);
        return [.. Layers.Where(l => done.ContainsKey(l.Layer.Weights)).Select(l => done[l.Layer.Weights])];
    }

    private FastValue ValueOf(ReducibleLayer layer, HashedLayer hashed)
        => new(ReferenceTensor.FromTensor(layer.ToTensor(hashed.Matrix.ToRows(), _graph.ConstantOf(layer.Weights)!.Dimensions)));

    /// <summary>The same for a graph of the same structure with other constants.</summary>
    public double Measure(Graph other)
    {
        var constants = new Dictionary<string, FastValue>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, Tensor> constant in other.Initializers)
            if (!ReferenceEquals(_graph.ConstantOf(constant.Key), constant.Value)) constants[constant.Key] = new FastValue(ReferenceTensor.FromTensor(constant.Value));
        return Noise(_probe.Rerun(ImmutableDictionary<string, LayerOverride>.Empty, _outputs, constants));
    }

    private double Noise(IReadOnlyDictionary<string, FastValue[]> changed)
    {
        double noise = 0, signal = 0;
        foreach (string output in _outputs)
        {
            FastValue[] original = _probe.Original(output);
            double energy = ChannelMoments.Energy(original) * original[0].Floats.Length * original.Length;
            if (energy <= 0) continue;
            signal += 1;
            if (!changed.TryGetValue(output, out FastValue[]? reduced)) continue;
            double sum = 0;
            for (int s = 0; s < original.Length; s++)
                sum += SquaredDistance(original[s].Floats, reduced[s].Floats);
            noise += double.IsNaN(sum) ? double.PositiveInfinity : sum / energy;
        }

        return signal == 0 ? 0 : noise / signal;
    }

    private static IEnumerable<ReducibleLayer> LayersOf(Graph graph) => graph.Nodes.SelectMany(n => ReducibleLayer.ReadAll(graph, n));

    /// <summary>
    /// Where the error is measured: at the float outputs; before a Softmax, Sigmoid or the like that makes one, because saturated scores hide every error.
    /// </summary>
    private static ImmutableArray<string> ErrorPlaces(Graph graph)
    {
        ImmutableArray<string>.Builder places = ImmutableArray.CreateBuilder<string>();
        foreach (Value output in graph.Outputs)
        {
            string value = output.Name;
            while (graph.Nodes.FirstOrDefault(n => n.Outputs.Contains(value)) is { } node && node.Operator.QualifiedName is "Softmax" or "LogSoftmax" or "Sigmoid" or "Reshape" or "Flatten" or "Squeeze" or "Identity") value = node.Inputs[0];
            if (graph.TensorTypeOf(value) is { ElementType: ElementType.Float32 } && graph.ConstantOf(value) is null && !places.Contains(value)) places.Add(value);
        }

        return places.ToImmutable();
    }

    private static HashLayer? Make(Graph graph, ReducibleLayer layer, FastValue[] x, bool isKnown, bool isDense, Hashing method, IEnumerable<Node> readers)
    {
        float[] rows = layer.ToRows(graph.ConstantOf(layer.Weights)!);
        if (x[0].ElementType != ElementType.Float32 || !rows.All(IsFinite) || layer.Outputs % layer.Groups != 0 || !IsOnlyThisLayer(graph, layer, rows, readers)) return null;
        LayerGeometry geometry = LayerGeometry.Of(graph, layer);
        if (geometry.MultiplyAdds == 0) return null;
        LayerStatistics statistics = LayerStatistics.Measure(layer, x, graph, isKnown);
        LayerHasher hasher = method == Hashing.Adaptive ? new AdaptiveHasher(layer, rows, statistics, isDense ? AdaptiveHasher.DampingOfMany : AdaptiveHasher.Damping) : new KdeHasher(layer, rows, statistics, useMean: method == Hashing.KdeMean);
        float[]? bias = layer.Bias.Length > 0 ? graph.ConstantOf(layer.Bias)!.AsSpan<float>().ToArray() : null;
        return new HashLayer(layer, hasher, geometry, bias, ApplyHashing.TakesBias(graph, layer) && (bias is null || bias.All(IsFinite)));
    }

    /// <summary>Whether all that reads the weights reads them as this layer does, so that other weights are an error of this layer only.</summary>
    private static bool IsOnlyThisLayer(Graph graph, ReducibleLayer layer, float[] rows, IEnumerable<Node> readers)
    {
        if (graph.Outputs.Any(o => o.Name == layer.Weights) || layer.Node.Inputs.Count(i => i == layer.Weights) > 1) return false;
        foreach (Node node in readers)
        {
            if (ReferenceEquals(node, layer.Node)) continue;
            if (ReducibleLayer.ReadAll(graph, node).FirstOrDefault(l => l.Weights == layer.Weights) is not { } other || node.Inputs.Count(i => i == layer.Weights) > 1) return false;
            if (other.Outputs != layer.Outputs || other.Groups != layer.Groups || !other.ToRows(graph.ConstantOf(layer.Weights)!).SequenceEqual(rows)) return false;
        }

        return true;
    }

    private static bool IsFinite(float value) => !float.IsNaN(value) && !float.IsInfinity(value);
}
