#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RedGen.Runtime;

/// <summary>4 elements: any processor with 128-bit vectors.</summary>
internal readonly struct ByteLanes128 : IByteLanes<ByteLanes128>
{
    /// <summary>1.5 · 2^23: floats of this size are integers, so that adding it rounds to the nearest, ties to even.</summary>
    private const float OnesAreLast = 12582912f;

    private readonly Vector128<float> _value;

    private ByteLanes128(Vector128<float> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Fill(float value) => new(Vector128.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 FromBytes(ref byte origin, nint offset, bool isSigned)
    {
        Vector128<byte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref origin, offset))).AsByte();
        Vector128<short> words = isSigned ? Vector128.WidenLower(bytes.AsSByte()) : Vector128.WidenLower(bytes).AsInt16();
        return new(Vector128.ConvertToSingle(Vector128.WidenLower(words)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 FromFloats(ref float origin, nint offset) => new(Vector128.LoadUnsafe(ref Unsafe.Add(ref origin, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToBytes(ByteLanes128 value, int zeroPoint, ref byte origin, nint offset)
    {
        Vector128<int> whole = unchecked((value._value + Vector128.Create(OnesAreLast)).AsInt32() - Vector128.Create(OnesAreLast).AsInt32() + Vector128.Create(zeroPoint));
        Vector128<short> words = Vector128.Narrow(whole, whole);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref origin, offset), Vector128.Narrow(words.AsUInt16(), words.AsUInt16()).AsInt32().ToScalar());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToFloats(ByteLanes128 value, ref float origin, nint offset) => value._value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Round(ByteLanes128 value) => new(value._value + Vector128.Create(OnesAreLast) - Vector128.Create(OnesAreLast));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Add(ByteLanes128 a, ByteLanes128 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Multiply(ByteLanes128 a, ByteLanes128 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Divide(ByteLanes128 a, ByteLanes128 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteLanes128 Clamp(ByteLanes128 value, ByteLanes128 low, ByteLanes128 high)
    {
        Vector128<float> least = Vector128.ConditionalSelect(Vector128.GreaterThan(value._value, low._value), value._value, low._value);
        return new(Vector128.ConditionalSelect(Vector128.LessThan(least, high._value), least, high._value));
    }
}
#endif
