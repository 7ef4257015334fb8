#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>16 elements: AVX-512.</summary>
internal readonly struct ByteLanes512 : IByteLanes<ByteLanes512>
{
    private readonly Vector512<float> _value;

    private ByteLanes512(Vector512<float> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Fill(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 FromBytes(ref byte origin, nint offset, bool isSigned)
    {
        Vector128<byte> bytes = Vector128.LoadUnsafe(ref Unsafe.Add(ref origin, offset));
        return new(Avx512F.ConvertToVector512Single(isSigned ? Avx512F.ConvertToVector512Int32(bytes.AsSByte()) : Avx512F.ConvertToVector512Int32(bytes)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 FromFloats(ref float origin, nint offset) => new(Vector512.LoadUnsafe(ref Unsafe.Add(ref origin, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToBytes(ByteLanes512 value, int zeroPoint, ref byte origin, nint offset) => Avx512F.ConvertToVector128Byte(
        unchecked(Avx512F.ConvertToVector512Int32(value._value) + Vector512.Create(zeroPoint)).AsUInt32()).StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToFloats(ByteLanes512 value, ref float origin, nint offset) => value._value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Round(ByteLanes512 value) => new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(value._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Add(ByteLanes512 a, ByteLanes512 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Multiply(ByteLanes512 a, ByteLanes512 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Divide(ByteLanes512 a, ByteLanes512 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes512 Clamp(ByteLanes512 value, ByteLanes512 low, ByteLanes512 high) => new(Avx512F.Min(Avx512F.Max(value._value, low._value), high._value));
}
#endif
