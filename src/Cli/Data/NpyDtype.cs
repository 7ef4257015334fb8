using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Data;

/// <summary>numpy's names of element types.</summary>
internal static class NpyDtype
{
    private static readonly Dictionary<string, ElementType> Types = new(StringComparer.Ordinal)
    {
        ["f4"] = ElementType.Float32,
        ["f8"] = ElementType.Float64,
        ["f2"] = ElementType.Float16,
        ["i1"] = ElementType.Int8,
        ["i2"] = ElementType.Int16,
        ["i4"] = ElementType.Int32,
        ["i8"] = ElementType.Int64,
        ["u1"] = ElementType.UInt8,
        ["u2"] = ElementType.UInt16,
        ["u4"] = ElementType.UInt32,
        ["u8"] = ElementType.UInt64,
        ["b1"] = ElementType.Bool,
        // What ml_dtypes' types become: plain bytes.
        ["V2"] = ElementType.UInt16,
        ["V1"] = ElementType.UInt8,
        ["c8"] = ElementType.Complex64,
        ["c16"] = ElementType.Complex128,
    };

    /// <summary>The name that a file gets: little-endian, with a bar where a byte has no order.</summary>
    /// <exception cref="NpyException">numpy has no such type.</exception>
    public static string NameOf(ElementType type)
    {
        string? name = Types.FirstOrDefault(t => t.Value == type).Key;
        if (name is null) throw new NpyException("numpy has no element type " + type.Name());
        return (name[1..] == "1" ? "|" : "<") + name;
    }

    /// <summary>The element type of a name such as <c>&lt;f4</c>.</summary>
    /// <exception cref="NpyException">The type is unknown.</exception>
    public static (ElementType Type, bool IsBigEndian) Parse(string descriptor)
    {
        string plain = descriptor.TrimStart('<', '>', '|', '=');
        if (plain == "?") plain = "b1";
        if (!Types.TryGetValue(plain, out ElementType type)) throw new NpyException("its dtype '" + descriptor + "' is not supported");
        return (type, descriptor.StartsWith('>'));
    }
}
