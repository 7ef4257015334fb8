using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The C# type in which an element is computed, and so the form of literals and the overloads that its expressions use.</summary>
internal enum ArithmeticClass
{
    /// <summary><c>float</c>: float32, and the floats of 16 bits between a load and a store.</summary>
    Single,

    /// <summary><c>double</c>.</summary>
    Double,

    /// <summary><c>int</c>: int32, and the narrower integers, to which C# promotes them.</summary>
    Int32,

    /// <summary><c>uint</c>.</summary>
    UInt32,

    /// <summary><c>long</c>.</summary>
    Int64,

    /// <summary><c>ulong</c>.</summary>
    UInt64,

    /// <summary><c>bool</c>.</summary>
    Bool,
}

/// <summary>What arithmetic classes mean in C#.</summary>
internal static class ArithmeticClasses
{
    /// <summary>Whether an element type has an arithmetic class, that is, whether generated code can compute with it.</summary>
    public static bool HasArithmetic(this ElementType type) => type is ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 or ElementType.Float64 or ElementType.Bool
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;

    /// <summary>The class of an element type.</summary>
    public static ArithmeticClass Arithmetic(this ElementType type) => type switch
    {
        ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16 => ArithmeticClass.Single,
        ElementType.Float64 => ArithmeticClass.Double,
        ElementType.UInt32 => ArithmeticClass.UInt32,
        ElementType.Int64 => ArithmeticClass.Int64,
        ElementType.UInt64 => ArithmeticClass.UInt64,
        ElementType.Bool => ArithmeticClass.Bool,
        ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.UInt8 or ElementType.UInt16 => ArithmeticClass.Int32,
        _ => throw new NotSupportedException(type.Name()),
    };

    /// <summary>Whether values of the class are binary floating-point numbers.</summary>
    public static bool IsFloat(this ArithmeticClass arithmetic) => arithmetic is ArithmeticClass.Single or ArithmeticClass.Double;

    /// <summary>The C# type of the class.</summary>
    public static string CSharpName(this ArithmeticClass arithmetic) => arithmetic switch
    {
        ArithmeticClass.Single => "float",
        ArithmeticClass.Double => "double",
        ArithmeticClass.Int32 => "int",
        ArithmeticClass.UInt32 => "uint",
        ArithmeticClass.Int64 => "long",
        ArithmeticClass.UInt64 => "ulong",
        _ => "bool",
    };
}
