using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators;

/// <summary>Sets of element types, as operator specifications use them for constraints.</summary>
[Flags]
public enum TypeSet
{
    /// <summary>No type.</summary>
    None = 0,

    /// <summary>float16, float32, float64, bfloat16.</summary>
    Float = 1,

    /// <summary>int8, int16, int32, int64.</summary>
    SignedInteger = 2,

    /// <summary>uint8, uint16, uint32, uint64.</summary>
    UnsignedInteger = 4,

    /// <summary>bool.</summary>
    Bool = 8,

    /// <summary>string.</summary>
    String = 16,

    /// <summary>complex64, complex128.</summary>
    Complex = 32,

    /// <summary>Floats of 8 or 4 bits and integers of 4 or 2 bits: storage only.</summary>
    Narrow = 64,

    /// <summary>int64 alone: shapes, axes and indices.</summary>
    Int64 = 128,

    /// <summary>int32 or int64: indices.</summary>
    Index = 256,

    /// <summary>The floats of 8 bits that have a mantissa.</summary>
    Float8 = 512,

    /// <summary>All integers of 8 bits and more.</summary>
    Integer = SignedInteger | UnsignedInteger,

    /// <summary>All numbers that one computes with.</summary>
    Numeric = Float | Integer,

    /// <summary>Numbers and bool.</summary>
    NumericOrBool = Numeric | Bool,

    /// <summary>Every tensor type.</summary>
    Any = Float | Integer | Bool | String | Complex | Narrow,
}

/// <summary>Membership of element types in sets.</summary>
public static class TypeSets
{
    /// <summary>Whether a set holds a type.</summary>
    public static bool Contains(this TypeSet set, ElementType type) => (set & SetOf(type)) != 0;

    private static TypeSet SetOf(ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16 => TypeSet.Float,
        ElementType.Int64 => TypeSet.SignedInteger | TypeSet.Int64 | TypeSet.Index,
        ElementType.Int32 => TypeSet.SignedInteger | TypeSet.Index,
        ElementType.Int8 or ElementType.Int16 => TypeSet.SignedInteger,
        ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64 => TypeSet.UnsignedInteger,
        ElementType.Bool => TypeSet.Bool,
        ElementType.String => TypeSet.String,
        ElementType.Complex64 or ElementType.Complex128 => TypeSet.Complex,
        ElementType.Undefined => TypeSet.None,
        ElementType.Float8E4M3FN or ElementType.Float8E4M3FNUZ or ElementType.Float8E5M2 or ElementType.Float8E5M2FNUZ => TypeSet.Narrow | TypeSet.Float8,
        _ => TypeSet.Narrow,
    };
}
