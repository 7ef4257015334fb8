using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge;

/// <summary>A node that mixes the channels of a value: equal channels' columns can be summed there, a constant channel's be folded.</summary>
/// <param name="Value">The value.</param>
/// <param name="Node">The reader.</param>
/// <param name="Groups">The groups of a convolution: columns of different groups cannot be summed.</param>
/// <param name="FoldsConstants">Whether a channel that is constant and not zero can be folded into the bias.</param>
internal sealed record ChannelUse(string Value, Node Node, int Groups, bool FoldsConstants)
{
    /// <summary>The group that a channel belongs to.</summary>
    public int GroupOf(int channel, int channels) => channel / (channels / Groups);
}

/// <summary>A node with numbers of its own for each channel of its output: a layer's weights and bias, or an elementwise operand.</summary>
/// <param name="Node">The node.</param>
/// <param name="Value">Its output.</param>
/// <param name="Groups">By channel what it reads: the group of a convolution; 0 where it reads the channel that it is tied to.</param>
/// <param name="Layer">The layer; null for other nodes.</param>
/// <param name="Constants">The inputs that are constants with numbers for each channel (for a layer the bias), and the axis that the channels lie along.</param>
internal sealed record ChannelProducer(Node Node, string Value, int[] Groups, ReducibleLayer? Layer, ImmutableArray<(int Input, int Axis)> Constants);

/// <summary>
/// Numbers the channels of every value by what computes them (value numbering over channels), and ties those that can only go
/// together. Rules fill it node by node, in topological order.
/// </summary>
internal sealed class ChannelAnalysis
{
    private readonly Dictionary<string, ChannelMap> _maps = new(StringComparer.Ordinal);
    private readonly List<string> _values = [];
    private readonly List<ChannelUse> _uses = [];
    private readonly List<ChannelProducer> _producers = [];
    private readonly List<(string Value, int Groups)> _balances = [];
    private readonly Dictionary<string, int[]> _lengths = new(StringComparer.Ordinal);

    private ChannelAnalysis(Graph graph) => Graph = graph;

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>The classes.</summary>
    public ClassTable Classes { get; } = new();

    /// <summary>The slots.</summary>
    public ChannelSlots Slots { get; } = new();

    /// <summary>The values with channels, in the order of the graph.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>The readers that mix channels, in the order of the graph.</summary>
    public IReadOnlyList<ChannelUse> Uses => _uses;

    /// <summary>The nodes that give channels numbers of their own, in the order of the graph.</summary>
    public IReadOnlyList<ChannelProducer> Producers => _producers;

    /// <summary>Values that a grouped convolution computes or reads: each of its groups must lose as many channels.</summary>
    public IReadOnlyList<(string Value, int Groups)> Balances => _balances;

    /// <summary>Analyses a graph whose types are inferred.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static ChannelAnalysis Run(Graph graph, CancellationToken cancellationToken)
    {
        var analysis = new ChannelAnalysis(graph);
        foreach (Node node in graph.Nodes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ChannelRule.Find(node) is { } rule && node.Outputs.Skip(1).All(o => o.Length == 0) && analysis.Lengths(node.Outputs[0]) is not null && rule.Analyse(analysis, node)) continue;
            foreach (string value in GraphCaptures.Reads(node)) analysis.Pin(value);
        }

        foreach (Value output in graph.Outputs) analysis.Pin(output.Name);
        return analysis;
    }

    /// <summary>The channels of a value; null where none are known.</summary>
    public ChannelMap? Of(string value) => _maps.TryGetValue(value, out ChannelMap? map) ? map : null;

    /// <summary>The lengths of a value; null where they are not static or there are no elements.</summary>
    public int[]? Lengths(string value)
    {
        if (_lengths.TryGetValue(value, out int[]? known)) return known;
        if (Graph.TensorTypeOf(value) is not { IsStatic: true, Shape: { } shape } || shape.ElementCount is 0 or > int.MaxValue) return null;
        return _lengths[value] = shape.ToArray();
    }

    /// <summary>States the channels of a value. A value with one channel has nothing to lose and is left out.</summary>
    public void Set(string value, ChannelMap map)
    {
        if (map.Layout.Channels < 2) return;
        _maps[value] = map;
        _values.Add(value);
    }

    /// <summary>Keeps all channels of a value.</summary>
    public void Pin(string value)
    {
        if (Of(value) is not { } map) return;
        foreach (int slot in map.Slots) Slots.Pin(slot);
    }

    /// <summary>States a reader that mixes channels.</summary>
    public void Use(ChannelUse use)
    {
        _uses.Add(use);
        if (use.Groups > 1) Balance(use.Value, use.Groups);
    }

    /// <summary>States that the groups of a value's channels must stay of one size.</summary>
    public void Balance(string value, int groups) => _balances.Add((value, groups));

    /// <summary>States a node that gives channels numbers of their own.</summary>
    public void Produce(ChannelProducer producer) => _producers.Add(producer);

    /// <summary>The class of an operator with its attributes: equal for nodes that compute the same function.</summary>
    public int OperatorClass(Node node)
    {
        bool isPlain = node.Attributes.All.Values.All(a => a is IntAttribute or FloatAttribute or StringAttribute or IntsAttribute or FloatsAttribute);
        if (!isPlain) return Classes.Text(node.Operator + "|" + node.Name);
        return Classes.Text(node.Operator + "|" + string.Join("|", node.Attributes.All.Select(a => a.Key + "=" + Text(a.Value))));
    }

    /// <summary>The class of a value that is read whole: its content where it is a constant, otherwise its name.</summary>
    public int WholeClass(string value)
    {
        if (Graph.ConstantOf(value) is not { } tensor || tensor.ElementType == ElementType.String) return Classes.Text(value.Length == 0 ? "" : "value " + value);
        return Classes.Of(ClassKind.Content, [Classes.Text(tensor.Type.ToString()), Classes.Content(tensor.Data.Span)]);
    }

    /// <summary>
    /// For a node that treats every channel alike and by itself: the output has the channels of its input, and its classes are made
    /// of the input's; constant channels are given by a function, null where they do not stay constant.
    /// </summary>
    public void PassThrough(Node node, ChannelMap map, ChannelLayout layout, Func<double, double?> ofConstant)
    {
        int[] key = [OperatorClass(node), .. node.Inputs.Skip(1).Select(WholeClass), .. Lengths(node.Inputs[0])!.Where((_, axis) => axis != map.Layout.Axis)];
        var classes = new int[layout.Channels];
        for (int c = 0; c < classes.Length; c++)
        {
            double? constant = Classes.ConstantOf(map.Classes[c]) is { } value ? ofConstant(value) : null;
            classes[c] = constant is { } kept ? Classes.Constant(kept) : Classes.Of(ClassKind.Operator, [map.Classes[c], .. key]);
        }

        Set(node.Outputs[0], new ChannelMap(layout, map.Slots, classes));
    }

    private static string Text(AttributeValue value) => value switch
    {
        IntAttribute i => i.Value.ToString(CultureInfo.InvariantCulture),
        FloatAttribute f => f.Value.ToString("R", CultureInfo.InvariantCulture),
        StringAttribute s => s.Value,
        IntsAttribute i => string.Join(",", i.Values.Select(v => v.ToString(CultureInfo.InvariantCulture))),
        FloatsAttribute f => string.Join(",", f.Values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))),
        _ => "",
    };
}
