using System.Globalization;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>Attributes that name the element type of an output: dtype, output_datatype.</summary>
internal static class OutputTypes
{
    /// <summary>The type that an attribute names.</summary>
    /// <param name="context">The node.</param>
    /// <param name="name">The attribute.</param>
    /// <param name="otherwise">The type where the attribute is not given.</param>
    /// <param name="allowed">The types that the operator can make.</param>
    public static ElementType Read(InferenceContext context, string name, ElementType otherwise, TypeSet allowed)
    {
        long number = context.Attributes.Int(name, (long)otherwise);
        ElementType type = number is > 0 and < 100 && ElementTypes.IsDefined((ElementType)number) ? (ElementType)number : ElementType.Undefined;
        if (allowed.Contains(type)) return type;
        string what = type == ElementType.Undefined ? number.ToString(CultureInfo.InvariantCulture) : type.Name();
        throw context.Unsupported(name, what + " is no element type that it can make" + (context.Attributes.Has(name) ? "" : "; give the attribute"));
    }
}
