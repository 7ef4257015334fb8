using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Red.Probe;

/// <summary>Other weights and bias for a node.</summary>
/// <param name="Weights">The weights.</param>
/// <param name="Bias">The bias; null: the node's own.</param>
/// <param name="Operand">The place of the weights among the node's inputs.</param>
/// <param name="Also">Other weights of the same node; null for none.</param>
internal sealed record LayerOverride(FastValue Weights, FastValue? Bias, int Operand = 1, LayerOverride? Also = null);

/// <summary>
/// Runs a graph over a batch of inputs, node by node, and again with other weights in some layers. Where batch normalisation told the
/// distribution of a value, the batch is brought to it (a scale and a shift a channel, the same in every run): noise at the input then
/// excites every layer as real data did, up to the correlation of its channels.
/// </summary>
internal sealed class NetworkProbe
{
    private readonly Graph _graph;
    private readonly BatchNormStatistics _statistics;
    private readonly Dictionary<string, FastValue> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (float Scale, float Shift)[]> _adjustments = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FastValue[]> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly CancellationToken _cancellationToken;

    /// <summary>Prepares a graph.</summary>
    /// <param name="graph">Types inferred, not fused.</param>
    /// <param name="inputs">The batch.</param>
    /// <param name="statistics">What is known of values.</param>
    /// <param name="cancellationToken">Stops between nodes.</param>
    public NetworkProbe(Graph graph, ProbeInputs inputs, BatchNormStatistics statistics, CancellationToken cancellationToken)
    {
        _graph = graph;
        _statistics = statistics;
        _cancellationToken = cancellationToken;
        Count = inputs.Samples.Length;
        foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers) _constants[initializer.Key] = new FastValue(ReferenceTensor.FromTensor(initializer.Value));
        for (int i = 0; i < graph.Nodes.Length; i++)
            foreach (string input in GraphCaptures.Reads(graph.Nodes[i])) _lastUse[input] = i;
        foreach (Value output in graph.Outputs) _lastUse[output.Name] = int.MaxValue;
        foreach (Value input in graph.Inputs)
        {
            _values[input.Name] = [.. inputs.Samples.Select(s => s[input.Name])];
            if (inputs.AreReal) _known.Add(input.Name);
        }
    }

    /// <summary>
    /// The first node that does not take what the inputs made of its operands (an index beyond its table), in words, or empty. Zeros take the
    /// place of its outputs: what follows is hashed as if nothing were known of its inputs.
    /// </summary>
    public string Refusal { get; private set; } = "";

    /// <summary>Whether a value of the original run is distributed as with real data: it was brought to known statistics, or follows from such values.</summary>
    public bool IsKnown(string value) => _known.Contains(value);

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>Runs the graph as it is.</summary>
    /// <param name="onNode">Sees each node before it runs, and the values that it reads; may be null.</param>
    /// <param name="keep">Whether all values stay, so that a rerun can begin anywhere.</param>
    public void Run(Action<Node, Func<string, FastValue[]>>? onNode, bool keep)
    {
        for (int n = 0; n < _graph.Nodes.Length; n++)
        {
            Node node = _graph.Nodes[n];
            onNode?.Invoke(node, Original);
            bool isKnown = node.Inputs.Any(_known.Contains) && node.Inputs.All(i => i.Length == 0 || _known.Contains(i) || _constants.ContainsKey(i));
            foreach ((string name, FastValue[] value) in Compute(node, Original, null))
            {
                _values[name] = Adjust(name, value, learn: true);
                if (isKnown || _adjustments.ContainsKey(name)) _known.Add(name);
            }

            if (keep) continue;
            foreach (string input in node.Inputs)
                if (_lastUse.TryGetValue(input, out int last) && last == n) _values.Remove(input);
        }
    }

    /// <summary>A value of the original run, one entry a sample.</summary>
    public FastValue[] Original(string value) => _values.TryGetValue(value, out FastValue[]? samples) ? samples : [.. Enumerable.Repeat(_constants[value], Count)];

    /// <summary>Runs again with other weights; values that cannot differ are taken from the original run.</summary>
    /// <param name="overrides">By the node's name.</param>
    /// <param name="wanted">Values to be given.</param>
    /// <param name="constants">Other constants, by name.</param>
    /// <returns>Those of the wanted values that may differ from the original's, by name.</returns>
    public IReadOnlyDictionary<string, FastValue[]> Rerun(IReadOnlyDictionary<string, LayerOverride> overrides, ImmutableArray<string> wanted, IReadOnlyDictionary<string, FastValue>? constants = null)
        => Rerun((node, _) => overrides.TryGetValue(node.Name, out LayerOverride? other) ? other : null, wanted, constants);

    /// <summary>The same with weights that are found on the way, from the values that a layer gets in this run.</summary>
    public IReadOnlyDictionary<string, FastValue[]> Rerun(Func<Node, Func<string, FastValue[]>, LayerOverride?> overrideOf, ImmutableArray<string> wanted, IReadOnlyDictionary<string, FastValue>? constants = null)
    {
        var changed = new Dictionary<string, FastValue[]>(StringComparer.Ordinal);
        foreach (KeyValuePair<string, FastValue> constant in constants ?? ImmutableDictionary<string, FastValue>.Empty) changed[constant.Key] = [.. Enumerable.Repeat(constant.Value, Count)];
        FastValue[] Get(string name) => changed.TryGetValue(name, out FastValue[]? value) ? value : Original(name);
        for (int n = 0; n < _graph.Nodes.Length; n++)
        {
            Node node = _graph.Nodes[n];
            LayerOverride? other = overrideOf(node, Get);
            if (other is null && !GraphCaptures.Reads(node).Any(changed.ContainsKey)) continue;
            foreach ((string name, FastValue[] value) in Compute(node, Get, other)) changed[name] = Adjust(name, value, learn: false);
            foreach (string input in node.Inputs)
                if (_lastUse.TryGetValue(input, out int last) && last == n && !wanted.Contains(input)) changed.Remove(input);
        }

        return changed;
    }

    private List<(string Name, FastValue[] Value)> Compute(Node node, Func<string, FastValue[]> get, LayerOverride? other)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        FastValue[]?[] operands = [.. node.Inputs.Select(i => i.Length == 0 ? null : get(i))];
        var results = new FastValue?[Count][];
        var problems = new string?[Count];
        Parallel.For(0, Count, sample =>
        {
            ImmutableArray<FastValue?> inputs = [.. operands.Select(o => o?[sample])];
            for (LayerOverride? layer = other; layer is not null; layer = layer.Also)
                inputs = layer.Bias is null ? inputs.SetItem(layer.Operand, layer.Weights) : [inputs[0], layer.Weights, layer.Bias];
            results[sample] = ComputeSample(node, inputs, name => Reference(get(name)[sample])!, out problems[sample]);
        });
        if (Refusal.Length == 0 && problems.FirstOrDefault(p => p is not null) is { } problem) Refusal = node.Label + ": " + problem;
        var values = new List<(string, FastValue[])>();
        for (int i = 0; i < node.Outputs.Length; i++)
            if (node.HasOutput(i)) values.Add((node.Outputs[i], [.. results.Select(r => r[i]!)]));
        return values;
    }

    private FastValue?[] ComputeSample(Node node, ImmutableArray<FastValue?> inputs, Func<string, ReferenceTensor> surroundings, out string? problem)
    {
        problem = null;
        if (FastRecurrent.TryRun(node, inputs) is { } recurrent) return recurrent.Outputs;
        if (FastKernels.TryRun(node, inputs, _graph.TensorTypeOf(node.Outputs[0])) is { } fast && !node.HasOutput(1)) return [fast];
        var context = new EvaluationContext(node, [.. inputs.Select(Reference)], [.. node.Outputs.Select(_graph.TensorTypeOf)])
        {
            Surroundings = surroundings,
            Cancellation = _cancellationToken,
            IsOpen = node.Inputs.Any(i => _graph.TensorTypeOf(i) is { IsOpen: true }),
        };
        try
        {
            context.Evaluate(OperatorTable.Find(node.Operator)!);
        }
        catch (Exception refused) when (refused is not OperationCanceledException && node.Outputs.All(o => o.Length == 0 || _graph.TensorTypeOf(o) is { IsStatic: true } or { IsOpen: true }))
        {
            problem = refused.Message;
            return [.. node.Outputs.Select(o => o.Length == 0 ? null : Zeros(_graph.TensorTypeOf(o)!))];
        }

        return [.. context.Outputs.Select(o => o is null ? null : Compact(o))];
    }

    /// <summary>For one use: a value that kept its doubles would take three times the memory.</summary>
    private static ReferenceTensor? Reference(FastValue? value)
        => value is { ElementType: ElementType.Float32 } ? new ReferenceTensor(ElementType.Float32, value.Lengths, Array.ConvertAll(value.Floats, f => (double)f)) : value?.ToReference();

    private static FastValue Compact(ReferenceTensor value)
        => value.ElementType == ElementType.Float32 ? new FastValue(Array.ConvertAll(value.Reals!, r => (float)r), value.Lengths) : new FastValue(value);

    /// <summary>Zeros of a type; none along axes whose length only values tell.</summary>
    private static FastValue Zeros(TensorType type) => new(new ReferenceTensor(type.ElementType, [.. type.Shape!.Dimensions.Select(d => d.IsConstant ? (int)d.Value : 0)]));

    /// <summary>Brings a value to its known distribution.</summary>
    private FastValue[] Adjust(string name, FastValue[] samples, bool learn)
    {
        if (_statistics.Of(name) is not { } known || samples[0].ElementType != ElementType.Float32 || samples[0].Lengths.Length < 2 || samples[0].Lengths[1] != known.Mean.Length) return samples;
        if (learn) _adjustments[name] = ChannelMoments.AdjustmentTo(known, samples);
        (float Scale, float Shift)[] adjustment = _adjustments[name];
        int inner = samples[0].Lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        return [.. samples.Select(s =>
        {
            float[] values = s.Floats;
            var adjusted = new float[values.Length];
            for (int i = 0; i < values.Length; i++)
            {
                (float scale, float shift) = adjustment[i / inner % adjustment.Length];
                adjusted[i] = (values[i] * scale) + shift;
            }

            return new FastValue(adjusted, s.Lengths);
        })];
    }
}
