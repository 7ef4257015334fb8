using System.Collections.Generic;

namespace RedGen.Compiler.Graphs;

/// <summary>What the compiler knows of each element type: one row a type.</summary>
public static class ElementTypes
{
    private sealed record Row(string OnnxName, string? CSharp, int Bits, bool IsFloat, bool IsInteger, bool IsSigned);

    private static readonly Dictionary<ElementType, Row> Rows = new()
    {
        [ElementType.Float32] = new("float32", "float", 32, true, false, true),
        [ElementType.UInt8] = new("uint8", "byte", 8, false, true, false),
        [ElementType.Int8] = new("int8", "sbyte", 8, false, true, true),
        [ElementType.UInt16] = new("uint16", "ushort", 16, false, true, false),
        [ElementType.Int16] = new("int16", "short", 16, false, true, true),
        [ElementType.Int32] = new("int32", "int", 32, false, true, true),
        [ElementType.Int64] = new("int64", "long", 64, false, true, true),
        [ElementType.String] = new("string", "string", 0, false, false, false),
        [ElementType.Bool] = new("bool", "bool", 8, false, false, false),
        [ElementType.Float16] = new("float16", "Half", 16, true, false, true),
        [ElementType.Float64] = new("float64", "double", 64, true, false, true),
        [ElementType.UInt32] = new("uint32", "uint", 32, false, true, false),
        [ElementType.UInt64] = new("uint64", "ulong", 64, false, true, false),
        [ElementType.Complex64] = new("complex64", null, 64, false, false, true),
        [ElementType.Complex128] = new("complex128", null, 128, false, false, true),
        [ElementType.BFloat16] = new("bfloat16", "BFloat16", 16, true, false, true),
        [ElementType.Float8E4M3FN] = new("float8e4m3fn", "byte", 8, true, false, true),
        [ElementType.Float8E4M3FNUZ] = new("float8e4m3fnuz", "byte", 8, true, false, true),
        [ElementType.Float8E5M2] = new("float8e5m2", "byte", 8, true, false, true),
        [ElementType.Float8E5M2FNUZ] = new("float8e5m2fnuz", "byte", 8, true, false, true),
        [ElementType.UInt4] = new("uint4", "byte", 4, false, true, false),
        [ElementType.Int4] = new("int4", "sbyte", 4, false, true, true),
        [ElementType.Float4E2M1] = new("float4e2m1", "byte", 4, true, false, true),
        [ElementType.Float8E8M0] = new("float8e8m0", "byte", 8, true, false, false),
        [ElementType.UInt2] = new("uint2", "byte", 2, false, true, false),
        [ElementType.Int2] = new("int2", "sbyte", 2, false, true, true),
    };

    /// <summary>Whether the number is one of ONNX's element types.</summary>
    public static bool IsDefined(ElementType type) => Rows.ContainsKey(type);

    /// <summary>The name that ONNX's documentation uses, such as <c>float32</c>.</summary>
    public static string Name(this ElementType type) => Rows.TryGetValue(type, out Row? row) ? row.OnnxName : "undefined";

    /// <summary>
    /// The C# type of one element in generated code, or null where C# cannot hold it yet. Narrow types take a byte each: floats by
    /// their bits, integers by their value.
    /// </summary>
    public static string? CSharpName(this ElementType type) => Rows.TryGetValue(type, out Row? row) ? row.CSharp : null;

    /// <summary>The C# type as it can be named anywhere.</summary>
    public static string? QualifiedCSharpName(this ElementType type) => type switch
    {
        ElementType.Float16 => "global::System.Half",
        ElementType.BFloat16 => "global::RedGen.BFloat16",
        _ => type.CSharpName(),
    };

    /// <summary>Whether a type is stored and converted but not computed with: floats of 8 and 4 bits, integers of 4 and 2 bits.</summary>
    public static bool IsNarrow(this ElementType type) => type is >= ElementType.Float8E4M3FN and <= ElementType.Int2;

    /// <summary>Whether a type is a float of 16 bits, which is computed with as float and rounded where it is stored.</summary>
    public static bool IsShortFloat(this ElementType type) => type is ElementType.Float16 or ElementType.BFloat16;

    /// <summary>The integer type whose elements hold a narrow type's, one a byte; other types are their own.</summary>
    public static ElementType Storage(this ElementType type) => !type.IsNarrow() ? type : type.IsInteger() && type.IsSigned() ? ElementType.Int8 : ElementType.UInt8;

    /// <summary>Bits of one element as stored in ONNX's raw data; 0 for strings.</summary>
    public static int Bits(this ElementType type) => Rows.TryGetValue(type, out Row? row) ? row.Bits : 0;

    /// <summary>Bytes of one element in memory; sub-byte types take one byte when unpacked.</summary>
    public static int Bytes(this ElementType type) => (Bits(type) + 7) / 8;

    /// <summary>Whether the type is a binary floating-point type of any width.</summary>
    public static bool IsFloat(this ElementType type) => Rows.TryGetValue(type, out Row? row) && row.IsFloat;

    /// <summary>Whether the type is an integer of any width (bool is not).</summary>
    public static bool IsInteger(this ElementType type) => Rows.TryGetValue(type, out Row? row) && row.IsInteger;

    /// <summary>Whether the type has negative values.</summary>
    public static bool IsSigned(this ElementType type) => Rows.TryGetValue(type, out Row? row) && row.IsSigned;
}
