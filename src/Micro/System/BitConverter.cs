using System.Runtime.CompilerServices;

namespace System;

/// <summary>The bits of floats.</summary>
public static class BitConverter
{
    /// <summary>The bits of a float.</summary>
    [Intrinsic]
    public static int SingleToInt32Bits(float value) => SingleToInt32Bits(value);

    /// <summary>The bits of a float.</summary>
    [Intrinsic]
    public static uint SingleToUInt32Bits(float value) => SingleToUInt32Bits(value);

    /// <summary>The float of such bits.</summary>
    [Intrinsic]
    public static float Int32BitsToSingle(int value) => Int32BitsToSingle(value);

    /// <summary>The float of such bits.</summary>
    [Intrinsic]
    public static float UInt32BitsToSingle(uint value) => UInt32BitsToSingle(value);
}
