using System.Collections.Immutable;

namespace RedGen.Compiler.Graphs;

/// <summary>The attributes of a node, by name, with typed access. A value of another kind than asked for counts as absent; Operators/ checks the kinds.</summary>
public sealed class NodeAttributes
{
    private readonly ImmutableSortedDictionary<string, AttributeValue> _values;

    private NodeAttributes(ImmutableSortedDictionary<string, AttributeValue> values) => _values = values;

    /// <summary>No attributes.</summary>
    public static NodeAttributes Empty { get; } = new(ImmutableSortedDictionary.Create<string, AttributeValue>(System.StringComparer.Ordinal));

    /// <summary>All attributes, sorted by name.</summary>
    public ImmutableSortedDictionary<string, AttributeValue> All => _values;

    /// <summary>The attributes with one set.</summary>
    public NodeAttributes With(string name, AttributeValue value) => new(_values.SetItem(name, value));

    /// <summary>The attributes with an integer set.</summary>
    public NodeAttributes With(string name, long value) => With(name, new IntAttribute(value));

    /// <summary>The attributes with a list of integers set.</summary>
    public NodeAttributes With(string name, ImmutableArray<long> values) => With(name, new IntsAttribute(values));

    /// <summary>The attributes without one.</summary>
    public NodeAttributes Without(string name) => new(_values.Remove(name));

    /// <summary>Whether the attribute is given.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    /// <summary>An integer, or the default.</summary>
    public long Int(string name, long defaultValue) => Find(name) is IntAttribute a ? a.Value : defaultValue;

    /// <summary>A float, or the default.</summary>
    public float Float(string name, float defaultValue) => Find(name) is FloatAttribute a ? a.Value : defaultValue;

    /// <summary>A string, or the default.</summary>
    public string String(string name, string defaultValue) => Find(name) is StringAttribute a ? a.Value : defaultValue;

    /// <summary>A list of integers, or null.</summary>
    public ImmutableArray<long>? Ints(string name) => Find(name) is IntsAttribute a ? a.Values : null;

    /// <summary>A list of floats, or null.</summary>
    public ImmutableArray<float>? Floats(string name) => Find(name) is FloatsAttribute a ? a.Values : null;

    /// <summary>A tensor, or null.</summary>
    public Tensor? Tensor(string name) => (Find(name) as TensorAttribute)?.Value;

    /// <summary>A graph, or null.</summary>
    public Graph? Graph(string name) => (Find(name) as GraphAttribute)?.Value;

    /// <summary>The attribute of that name, or null.</summary>
    public AttributeValue? Find(string name) => _values.TryGetValue(name, out AttributeValue? value) ? value : null;
}
