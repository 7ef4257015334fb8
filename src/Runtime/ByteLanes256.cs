#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>8 elements: AVX2.</summary>
internal readonly struct ByteLanes256 : IByteLanes<ByteLanes256>
{
    private readonly Vector256<float> _value;

    private ByteLanes256(Vector256<float> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Fill(float value) => new(Vector256.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 FromBytes(ref byte origin, nint offset, bool isSigned)
    {
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref origin, offset))).AsByte();
        return new(Avx.ConvertToVector256Single(isSigned ? Avx2.ConvertToVector256Int32(bytes.AsSByte()) : Avx2.ConvertToVector256Int32(bytes)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 FromFloats(ref float origin, nint offset) => new(Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToBytes(ByteLanes256 value, int zeroPoint, ref byte origin, nint offset)
    {
        Vector256<int> whole = unchecked(Avx.ConvertToVector256Int32(value._value) + Vector256.Create(zeroPoint));
        Vector128<short> words = Sse2.PackSignedSaturate(whole.GetLower(), whole.GetUpper()) & Vector128.Create((short)0xFF);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref origin, offset), Sse2.PackUnsignedSaturate(words, words).AsInt64().ToScalar());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToFloats(ByteLanes256 value, ref float origin, nint offset) => value._value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Round(ByteLanes256 value) => new(Avx.ConvertToVector256Single(Avx.ConvertToVector256Int32(value._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Add(ByteLanes256 a, ByteLanes256 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Multiply(ByteLanes256 a, ByteLanes256 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Divide(ByteLanes256 a, ByteLanes256 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes256 Clamp(ByteLanes256 value, ByteLanes256 low, ByteLanes256 high) => new(Avx.Min(Avx.Max(value._value, low._value), high._value));
}
#endif
