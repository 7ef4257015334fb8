using System;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>What an elementwise operator gives.</summary>
internal enum ResultType
{
    /// <summary>The type of the operands.</summary>
    SameAsOperands,

    /// <summary>bool.</summary>
    Bool,
}

/// <summary>An attribute of an elementwise operator with its default.</summary>
/// <param name="Name">The name.</param>
/// <param name="Default">The default; for strings the position of the default among the choices.</param>
/// <param name="Kind">Float, Int or String.</param>
/// <param name="Choices">The strings that are allowed.</param>
/// <param name="Required">Whether there is no default.</param>
internal sealed record RowAttribute(string Name, float Default = 0, AttributeKind Kind = AttributeKind.Float, ImmutableArray<string> Choices = default, bool Required = false)
{
    /// <summary>An attribute that chooses among words; the parameter is the position of the word.</summary>
    public static RowAttribute Choice(string name, bool required, params string[] choices) => new(name, 0, AttributeKind.String, [.. choices], required);

    /// <summary>The value in a node as a number; −1 for a word that is no choice.</summary>
    public double Read(NodeAttributes attributes) => Kind switch
    {
        AttributeKind.Float => attributes.Float(Name, Default),
        AttributeKind.Int => attributes.Int(Name, (long)Default),
        _ => Choices.IndexOf(attributes.String(Name, Choices[(int)Default])),
    };
}

/// <summary>
/// An elementwise operator as one row: its schema, its reference functions and its C#. Reference functions get the operands and the
/// attributes in the order of the row. Integers are longs; results are wrapped to the element type afterwards.
/// </summary>
internal sealed record ElementwiseRow
{
    /// <summary>The operator's name.</summary>
    public required string Name { get; init; }

    /// <summary>The opset versions that define or change it.</summary>
    public required ImmutableArray<int> Versions { get; init; }

    /// <summary>The element types of the operands.</summary>
    public required TypeSet Types { get; init; }

    /// <summary>The names of the formal inputs.</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>Whether any number of operands is combined two by two, from the left.</summary>
    public bool IsVariadic { get; init; }

    /// <summary>Whether before opset 7 a second operand of one axis belongs to axis 1 of the first (PRelu's slopes, one a channel).</summary>
    public bool HasChannelOperand { get; init; }

    /// <summary>What it gives.</summary>
    public ResultType Result { get; init; }

    /// <summary>The attributes.</summary>
    public ImmutableArray<RowAttribute> Attributes { get; init; } = [];

    /// <summary>The meaning for floats; tests give 0 or 1.</summary>
    public Func<double[], double[], double>? Real { get; init; }

    /// <summary>The meaning for integers and bool; tests give 0 or 1.</summary>
    public Func<long[], double[], long>? Exact { get; init; }

    /// <summary>The meaning for uint64, where it differs.</summary>
    public Func<ulong[], double[], ulong>? Unsigned { get; init; }

    /// <summary>The C#, given the attributes.</summary>
    public required Func<double[], ElementwiseTexts> Text { get; init; }

    /// <summary>Checks beyond the schema: a message where the combination of type and attributes is not allowed.</summary>
    public Func<ElementType, double[], string?>? Check { get; init; }

    /// <summary>The attributes of a node as numbers.</summary>
    public double[] Parameters(NodeAttributes attributes)
    {
        var values = new double[Attributes.Length];
        for (int i = 0; i < values.Length; i++) values[i] = Attributes[i].Read(attributes);
        return values;
    }
}
