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
        [ElementType.BFloat16] = new("bfloat16", null, 16, true, false, true),
        [ElementType.Float8E4M3FN] = new("float8e4m3fn", null, 8, true, false, true),
        [ElementType.Float8E4M3FNUZ] = new("float8e4m3fnuz", null, 8, true, false, true),
        [ElementType.Float8E5M2] = new("float8e5m2", null, 8, true, false, true),
        [ElementType.Float8E5M2FNUZ] = new("float8e5m2fnuz", null, 8, true, false, true),
        [ElementType.UInt4] = new("uint4", null, 4, false, true, false),
        [ElementType.Int4] = new("int4", null, 4, false, true, true),
        [ElementType.Float4E2M1] = new("float4e2m1", null, 4, true, false, true),
        [ElementType.Float8E8M0] = new("float8e8m0", null, 8, true, false, false),
        [ElementType.UInt2] = new("uint2", null, 2, false, true, false),
        [ElementType.Int2] = new("int2", null, 2, false, true, true),
    };

    /// <summary>Whether the number is one of ONNX's element types.</summary>
    public static bool IsDefined(ElementType type) => Rows.ContainsKey(type);

    /// <summary>The name that ONNX's documentation uses, such as <c>float32</c>.</summary>
    public static string Name(this ElementType type) => Rows.TryGetValue(type, out Row? row) ? row.OnnxName : "undefined";

    /// <summary>The C# type of one element in generated code, or null where C# cannot hold it yet.</summary>
    public static string? CSharpName(this ElementType type) => Rows.TryGetValue(type, out Row? row) ? row.CSharp : null;

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
