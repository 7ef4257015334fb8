#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>How inputs are laid out for the kernels: 16 bits less the zero point, or 8 bits without a sign.</summary>
internal readonly struct QuantizedInput
{
    private readonly bool _isSigned;
    private readonly int _zeroPoint;

    /// <summary>Sets the input's type and zero point.</summary>
    internal QuantizedInput(bool isSigned, int zeroPoint, bool isBytes)
    {
        _isSigned = isSigned;
        _zeroPoint = zeroPoint;
        IsBytes = isBytes;
    }

    /// <summary>Whether they are 8 bits.</summary>
    internal bool IsBytes { get; }

    /// <summary>Bytes of an element.</summary>
    internal int Size => IsBytes ? 1 : 2;

    /// <summary>The zero point that is left in the elements.</summary>
    internal int ZeroPoint => unchecked(!IsBytes ? 0 : _isSigned ? _zeroPoint + 128 : _zeroPoint);

    /// <summary>The bytes that stand for 0.</summary>
    internal byte Padding => unchecked((byte)ZeroPoint);

    /// <summary>Writes elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Write(ReadOnlySpan<byte> from, Span<byte> to)
    {
        if (!IsBytes) IntegerWidening.Widen(from, _isSigned, _zeroPoint, MemoryMarshal.Cast<byte, short>(to));
        else if (_isSigned) IntegerWidening.FlipSigns(from, to);
        else from.CopyTo(to);
    }
}
