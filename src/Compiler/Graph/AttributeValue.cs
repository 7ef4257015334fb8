using System.Collections.Immutable;

namespace RedGen.Compiler.Graphs;

/// <summary>The value of a node's attribute: one of ONNX's attribute kinds.</summary>
public abstract record AttributeValue;

/// <summary>A 64-bit integer.</summary>
public sealed record IntAttribute(long Value) : AttributeValue;

/// <summary>A float.</summary>
public sealed record FloatAttribute(float Value) : AttributeValue;

/// <summary>A string.</summary>
public sealed record StringAttribute(string Value) : AttributeValue;

/// <summary>A tensor.</summary>
public sealed record TensorAttribute(Tensor Value) : AttributeValue;

/// <summary>A graph, which may use values of the graphs around it.</summary>
public sealed record GraphAttribute(Graph Value) : AttributeValue;

/// <summary>A type.</summary>
public sealed record TypeAttribute(ValueType Value) : AttributeValue;

/// <summary>A list of integers.</summary>
public sealed record IntsAttribute(ImmutableArray<long> Values) : AttributeValue;

/// <summary>A list of floats.</summary>
public sealed record FloatsAttribute(ImmutableArray<float> Values) : AttributeValue;

/// <summary>A list of strings.</summary>
public sealed record StringsAttribute(ImmutableArray<string> Values) : AttributeValue;

/// <summary>A list of tensors.</summary>
public sealed record TensorsAttribute(ImmutableArray<Tensor> Values) : AttributeValue;

/// <summary>A list of graphs.</summary>
public sealed record GraphsAttribute(ImmutableArray<Graph> Values) : AttributeValue;

/// <summary>A list of types.</summary>
public sealed record TypesAttribute(ImmutableArray<ValueType> Values) : AttributeValue;

/// <summary>Inside a function body: the attribute of that name of the calling node.</summary>
public sealed record ReferenceAttribute(string Name) : AttributeValue;
