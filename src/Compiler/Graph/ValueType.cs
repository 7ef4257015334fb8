using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>The type of a value: a tensor, a sequence or an optional.</summary>
public abstract record ValueType;

/// <summary>A tensor of an element type; the shape is null while not even the rank is known.</summary>
public sealed record TensorType(ElementType ElementType, Shape? Shape) : ValueType
{
    /// <summary>Whether element type and all dimensions are known.</summary>
    public bool IsStatic => ElementType != ElementType.Undefined && Shape is { IsStatic: true };

    /// <summary>Whether values of run time decide some dimensions, and nothing else is unknown.</summary>
    public bool IsOpen => ElementType != ElementType.Undefined && Shape is { IsStatic: false } && Shape.Dimensions.All(d => d.IsConstant || d.Open is not null);

    /// <inheritdoc/>
    public override string ToString() => ElementType.Name() + " " + (Shape?.ToString() ?? "of unknown rank");
}

/// <summary>A sequence of values of one type.</summary>
public sealed record SequenceType(ValueType Element) : ValueType
{
    /// <inheritdoc/>
    public override string ToString() => "sequence of " + Element;
}

/// <summary>A value or nothing.</summary>
public sealed record OptionalType(ValueType Element) : ValueType
{
    /// <inheritdoc/>
    public override string ToString() => "optional " + Element;
}

/// <summary>A named, typed value: an input or output of a graph. The type is null where the file does not state it.</summary>
public sealed record Value(string Name, ValueType? Type)
{
    /// <inheritdoc/>
    public override string ToString() => Name + ": " + (Type?.ToString() ?? "?");
}
