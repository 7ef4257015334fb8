namespace RedGen.Compiler.Graphs;

/// <summary>The element types of ONNX; the numbers are those of TensorProto.DataType.</summary>
public enum ElementType
{
    /// <summary>Not stated.</summary>
    Undefined = 0,

    /// <summary>IEEE binary32, <c>float</c>.</summary>
    Float32 = 1,

    /// <summary><c>byte</c>.</summary>
    UInt8 = 2,

    /// <summary><c>sbyte</c>.</summary>
    Int8 = 3,

    /// <summary><c>ushort</c>.</summary>
    UInt16 = 4,

    /// <summary><c>short</c>.</summary>
    Int16 = 5,

    /// <summary><c>int</c>.</summary>
    Int32 = 6,

    /// <summary><c>long</c>.</summary>
    Int64 = 7,

    /// <summary>A string of bytes, usually UTF-8.</summary>
    String = 8,

    /// <summary><c>bool</c>, one byte an element.</summary>
    Bool = 9,

    /// <summary>IEEE binary16, <c>System.Half</c>.</summary>
    Float16 = 10,

    /// <summary>IEEE binary64, <c>double</c>.</summary>
    Float64 = 11,

    /// <summary><c>uint</c>.</summary>
    UInt32 = 12,

    /// <summary><c>ulong</c>.</summary>
    UInt64 = 13,

    /// <summary>Two binary32.</summary>
    Complex64 = 14,

    /// <summary>Two binary64.</summary>
    Complex128 = 15,

    /// <summary>The upper half of a binary32.</summary>
    BFloat16 = 16,

    /// <summary>8-bit float, 4 exponent bits, finite.</summary>
    Float8E4M3FN = 17,

    /// <summary>8-bit float, 4 exponent bits, finite, no negative zero.</summary>
    Float8E4M3FNUZ = 18,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    Float8E5M2 = 19,

    /// <summary>8-bit float, 5 exponent bits, finite, no negative zero.</summary>
    Float8E5M2FNUZ = 20,

    /// <summary>Unsigned 4-bit integer, two a byte.</summary>
    UInt4 = 21,

    /// <summary>Signed 4-bit integer, two a byte.</summary>
    Int4 = 22,

    /// <summary>4-bit float, two a byte.</summary>
    Float4E2M1 = 23,

    /// <summary>8-bit power of two.</summary>
    Float8E8M0 = 24,

    /// <summary>Unsigned 2-bit integer, four a byte.</summary>
    UInt2 = 25,

    /// <summary>Signed 2-bit integer, four a byte.</summary>
    Int2 = 26,
}
