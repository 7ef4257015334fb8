#nullable enable

namespace RedGen.Runtime;

/// <summary>The range of steps that 8-bit integers hold.</summary>
internal readonly struct ByteRange
{
    /// <summary>The whole range of <c>sbyte</c> or <c>byte</c>.</summary>
    internal ByteRange(bool isSigned, int zeroPoint)
        : this(zeroPoint, isSigned ? sbyte.MinValue : byte.MinValue, isSigned ? sbyte.MaxValue : byte.MaxValue)
    {
    }

    /// <summary>A part of it.</summary>
    internal ByteRange(int zeroPoint, int lowest, int highest)
    {
        ZeroPoint = zeroPoint;
        Low = unchecked(lowest - zeroPoint);
        High = unchecked(highest - zeroPoint);
    }

    /// <summary>What is added to steps.</summary>
    internal int ZeroPoint { get; }

    /// <summary>The least number of steps.</summary>
    internal float Low { get; }

    /// <summary>The greatest.</summary>
    internal float High { get; }
}
