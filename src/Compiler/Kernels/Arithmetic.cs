using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels;

/// <summary>
/// How plain loops compute with an element type in C#: floats of 16 bits in float, integers in 64 bits without overflow checks, so that
/// results are exact modulo the type's size.
/// </summary>
/// <param name="ElementType">The element type.</param>
/// <param name="Type">Its C# name.</param>
/// <param name="Sum">The C# type of sums.</param>
/// <param name="Zero">Zero of that type.</param>
internal sealed record Arithmetic(ElementType ElementType, string Type, string Sum, string Zero)
{
    /// <summary>Whether the type is a float.</summary>
    public bool IsReal => ElementType.IsFloat();

    /// <summary>The arithmetic of a type; null for types that C# does not compute with.</summary>
    public static Arithmetic? Of(ElementType type) => type switch
    {
        ElementType.Float32 => new(type, "float", "float", "0f"),
        ElementType.Float64 => new(type, "double", "double", "0d"),
        ElementType.Float16 or ElementType.BFloat16 => new(type, type.CSharpName()!, "float", "0f"),
        ElementType.UInt64 => new(type, "ulong", "ulong", "0UL"),
        _ => type.IsInteger() && !type.IsNarrow() && type.CSharpName() is { } name ? new(type, name, "long", "0L") : null,
    };

    /// <summary>An element as an operand of type <see cref="Sum"/>, or one that C# converts to it.</summary>
    public string Load(string element) => ElementType.IsShortFloat() ? "(float)" + element : element;

    /// <summary>A value of type <see cref="Sum"/> as an element.</summary>
    public string Store(string value) => Type == Sum ? value : IsReal ? "(" + Type + ")" + value : "unchecked((" + Type + ")" + value + ")";

    /// <summary>A statement that adds a product of two elements to a sum.</summary>
    public string AddProduct(string sum, string a, string b) => IsReal
        ? sum + " += " + Load(a) + " * " + Load(b) + ";"
        : sum + " = unchecked(" + sum + " + ((" + Sum + ")" + a + " * " + b + "));";

    /// <summary>A statement that adds an element to a sum.</summary>
    public string Add(string sum, string element) => IsReal
        ? sum + " += " + Load(element) + ";"
        : sum + " = unchecked(" + sum + " + " + element + ");";
}
