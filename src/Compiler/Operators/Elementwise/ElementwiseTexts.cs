namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>
/// The C# expressions of an elementwise operator, by the class of its operands. Braces hold places: <c>{a}</c>, <c>{b}</c>, <c>{c}</c>
/// are operands (names, elements of spans or literals, so never in need of parentheses), <c>{alpha}</c> is the attribute of that name,
/// <c>{#0.5}</c> a number, <c>{T}</c> the C# type, <c>{M}</c> its mathematics (MathF or Math), <c>{V}</c> the vector type,
/// <c>{bits}</c> the width of an element.
/// </summary>
internal sealed record ElementwiseTexts
{
    /// <summary>For float and double, and for Half by way of float.</summary>
    public string? Float { get; init; }

    /// <summary>For float and Half where it differs from <see cref="Float"/>.</summary>
    public string? Single { get; init; }

    /// <summary>For all integers; narrow ones are computed as int. The text stands in an unchecked block.</summary>
    public string? Integer { get; init; }

    /// <summary>For uint and ulong, where it differs from <see cref="Integer"/>.</summary>
    public string? Unsigned { get; init; }

    /// <summary>For integers whose second operand is a literal other than 0 and −1, where that makes it simpler.</summary>
    public string? IntegerByLiteral { get; init; }

    /// <summary>For bool.</summary>
    public string? Bool { get; init; }

    /// <summary>For vectors of float (and of the types that <see cref="VectorTypes"/> names); null: no vector form.</summary>
    public string? Vector { get; init; }

    /// <summary>The element types that <see cref="Vector"/> serves.</summary>
    public VectorTypes VectorTypes { get; init; } = VectorTypes.Single;

    /// <summary>For vectors of float, or of the masks that such vectors give, where the result is a mask: all bits of a lane or none.</summary>
    public string? Mask { get; init; }

    /// <summary>Whether the vector form rounds as the scalar form does (the sign of a zero aside); where not, remainders of vector loops use one lane of the vector form.</summary>
    public bool VectorIsExact { get; init; } = true;
}

/// <summary>Which element types a vector expression serves.</summary>
internal enum VectorTypes
{
    /// <summary>float.</summary>
    Single,

    /// <summary>float and double.</summary>
    Floats,

    /// <summary>float, double and int.</summary>
    Numbers,

    /// <summary>All integers.</summary>
    Integers,
}
