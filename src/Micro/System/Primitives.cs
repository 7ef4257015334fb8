namespace System;

/// <summary>No value.</summary>
public struct Void;

/// <summary>True or false.</summary>
public struct Boolean;

/// <summary>A UTF-16 code unit.</summary>
public struct Char;

/// <summary>8 bits, signed.</summary>
public struct SByte
{
    /// <summary>The largest value.</summary>
    public const sbyte MaxValue = 127;

    /// <summary>The smallest value.</summary>
    public const sbyte MinValue = -128;
}

/// <summary>8 bits.</summary>
public struct Byte
{
    /// <summary>The largest value.</summary>
    public const byte MaxValue = 255;

    /// <summary>The smallest value.</summary>
    public const byte MinValue = 0;
}

/// <summary>16 bits, signed.</summary>
public struct Int16
{
    /// <summary>The largest value.</summary>
    public const short MaxValue = 32767;

    /// <summary>The smallest value.</summary>
    public const short MinValue = -32768;
}

/// <summary>16 bits.</summary>
public struct UInt16
{
    /// <summary>The largest value.</summary>
    public const ushort MaxValue = 65535;

    /// <summary>The smallest value.</summary>
    public const ushort MinValue = 0;
}

/// <summary>32 bits, signed.</summary>
public struct Int32
{
    /// <summary>The largest value.</summary>
    public const int MaxValue = 2147483647;

    /// <summary>The smallest value.</summary>
    public const int MinValue = -2147483648;
}

/// <summary>32 bits.</summary>
public struct UInt32
{
    /// <summary>The largest value.</summary>
    public const uint MaxValue = 4294967295;

    /// <summary>The smallest value.</summary>
    public const uint MinValue = 0;
}

/// <summary>64 bits, signed.</summary>
public struct Int64
{
    /// <summary>The largest value.</summary>
    public const long MaxValue = 9223372036854775807;

    /// <summary>The smallest value.</summary>
    public const long MinValue = -9223372036854775808;
}

/// <summary>64 bits.</summary>
public struct UInt64
{
    /// <summary>The largest value.</summary>
    public const ulong MaxValue = 18446744073709551615;

    /// <summary>The smallest value.</summary>
    public const ulong MinValue = 0;
}

/// <summary>As wide as a pointer, signed.</summary>
public struct IntPtr;

/// <summary>As wide as a pointer.</summary>
public struct UIntPtr;

/// <summary>IEEE 754, 32 bits.</summary>
public struct Single
{
    /// <summary>The largest value.</summary>
    public const float MaxValue = 3.40282346638528859e+38f;

    /// <summary>The smallest value.</summary>
    public const float MinValue = -3.40282346638528859e+38f;

    /// <summary>The smallest value above zero.</summary>
    public const float Epsilon = 1.401298E-45f;

    /// <summary>Above all numbers.</summary>
    public const float PositiveInfinity = 1f / 0f;

    /// <summary>Below all numbers.</summary>
    public const float NegativeInfinity = -1f / 0f;

    /// <summary>Not a number.</summary>
    public const float NaN = 0f / 0f;
}

/// <summary>IEEE 754, 64 bits. The FPUs of Cortex-M4 and M33 have none: generated code does not use it.</summary>
public struct Double;
