using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>
/// Which groups are computed channels last. A value's own name always means its plain form; where it lies channels last it has another
/// name, which only groups that are computed so read or write. So a kernel that knows no layouts cannot meet such a value.
/// </summary>
internal sealed class LayoutPlan
{
    /// <summary>The name of a value's channels-last form, by its own.</summary>
    private readonly Dictionary<string, string> _forms = new(StringComparer.Ordinal);

    /// <summary>The value, by the name of its channels-last form.</summary>
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>The channels-last forms that a kernel writes, or that are constants; all others are converted from the plain form.</summary>
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    private readonly Dictionary<string, LayoutConstant> _constants = new(StringComparer.Ordinal);
    private readonly ImmutableArray<LayoutChoice?> _choices;
    private readonly ChannelSplits _splits;

    private LayoutPlan(Graph graph, ImmutableArray<LayoutChoice?> choices)
    {
        Graph = graph;
        _choices = choices;
        _splits = new ChannelSplits(graph);
    }

    /// <summary>The graph, which knows the types of the values under their other names too.</summary>
    public Graph Graph { get; private set; }

    /// <summary>All over planes.</summary>
    public static LayoutPlan None(Graph graph) => new(graph, []);

    /// <summary>Names the values of the groups of which a choice is given.</summary>
    public static LayoutPlan Create(Graph graph, ImmutableArray<NodeGroup> groups, ImmutableArray<LayoutChoice?> choices)
    {
        var plan = new LayoutPlan(graph, choices);
        ImmutableDictionary<string, Graphs.ValueType>.Builder types = graph.Types.ToBuilder();
        ImmutableDictionary<string, Tensor>.Builder constants = graph.Initializers.ToBuilder();
        for (int i = 0; i < groups.Length; i++)
        {
            if (choices[i] is not { } choice) continue;
            foreach (string value in choice.Offer.Values) plan.Name(value, types, constants);
            foreach (LayoutConstant constant in choice.Offer.Constants) plan.Name(constant, types, constants);
            foreach (string output in groups[i].Nodes.SelectMany(n => n.Outputs))
                if (choice.Offer.Values.Contains(output) && plan._forms.TryGetValue(output, out string? form)) plan._written.Add(form);
        }

        plan.Graph = new Graph(graph.Name, graph.Inputs, graph.Outputs, graph.Nodes, constants.ToImmutable(), types.ToImmutable());
        return plan;
    }

    /// <summary>The kernel that computes a group channels last, and its offer; null where it is computed over planes.</summary>
    public LayoutChoice? Choice(int group) => _choices.IsEmpty ? null : _choices[group];

    /// <summary>The sizes of a value's change of layout, under either of its names; null where it has one order only.</summary>
    public ChannelSplit? Split(string name) => _splits.Of(ValueOf(name) ?? name);

    /// <summary>How a value lies under a name; channels last also where that is the plain order.</summary>
    public TensorLayout Layout(string name) => _values.ContainsKey(name) || Split(name) is { IsSame: true } ? TensorLayout.ChannelsLast : TensorLayout.Plain;

    /// <summary>The constant that a name is another order of; null for other names.</summary>
    public LayoutConstant? Constant(string name) => _constants.TryGetValue(name, out LayoutConstant? constant) ? constant : null;

    /// <summary>A group with the names of what it reads and writes channels last.</summary>
    public NodeGroup Rename(int index, NodeGroup group)
    {
        LayoutOffer offer = _choices[index]!.Offer;
        return new NodeGroup([.. group.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Select(Form)], Outputs = [.. n.Outputs.Select(Form)] })]);

        string Form(string value) => _forms.TryGetValue(value, out string? form)
            && (offer.Values.Contains(value) || _constants.ContainsKey(form) || (offer.Either.Contains(value) && _written.Contains(form))) ? form : value;
    }

    /// <summary>The other form of a value, where the form named is to be converted from it; null where it is written as it is.</summary>
    public string? SourceOf(string name)
        => _values.TryGetValue(name, out string? value) ? (_written.Contains(name) ? null : value)
            : _forms.TryGetValue(name, out string? form) && _written.Contains(form) && !Graph.Initializers.ContainsKey(name) ? form : null;

    /// <summary>The value of which a name is the channels-last form; null for other names.</summary>
    public string? ValueOf(string form) => _values.TryGetValue(form, out string? value) ? value : null;

    private void Name(string value, ImmutableDictionary<string, Graphs.ValueType>.Builder types, ImmutableDictionary<string, Tensor>.Builder constants)
    {
        if (_forms.ContainsKey(value) || _splits.Of(value) is not { IsSame: false } split) return;
        if (constants.ContainsKey(value)) Name(new LayoutConstant(value, split), types, constants);
        else NameForm(value, types);
    }

    private void Name(LayoutConstant constant, ImmutableDictionary<string, Graphs.ValueType>.Builder types, ImmutableDictionary<string, Tensor>.Builder constants)
    {
        if (_forms.ContainsKey(constant.Name)) return;
        string form = NameForm(constant.Name, types);
        _constants[form] = constant;
        constants[form] = constant.Reorder(constants[constant.Name]);
        _written.Add(form);
    }

    private string NameForm(string value, ImmutableDictionary<string, Graphs.ValueType>.Builder types)
    {
        string form = value + ", channels last";
        while (types.ContainsKey(form)) form += " ";
        _forms[value] = form;
        _values[form] = value;
        types[form] = types[value];
        return form;
    }
}
