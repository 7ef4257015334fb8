#nullable enable
#if NET8_0_OR_GREATER
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>16 floats: AVX-512, where <see cref="Vector{T}"/> stays at 8.</summary>
internal readonly struct Lanes512 : ILanes<Lanes512>
{
    private readonly Vector512<float> _value;

    private Lanes512(Vector512<float> value) => _value = value;

    /// <summary>True where 512-bit vectors are fast; a constant when a method is compiled.</summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.IsSupported && Vector<float>.Count == 8;
    }

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Fill(float value) => new(Vector512.Create(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Load(ref float origin, nint offset) => new(Vector512.LoadUnsafe(ref Unsafe.Add(ref origin, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 LoadUpTo(ref float origin, nint offset, int count) =>
        count >= 16 ? Load(ref origin, offset)
        : count > 8 ? new(Vector512.Create(Simd.Load(ref origin, offset).AsVector256(), Simd.LoadLanes(ref Unsafe.Add(ref origin, offset + 8), 0, count - 8).AsVector256()))
        : new(Vector512.Create(Simd.LoadUpTo(ref origin, offset, count).AsVector256(), Vector256<float>.Zero));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Lanes512 value, ref float origin, nint offset) => value._value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreUpTo(Lanes512 value, ref float origin, nint offset, int count)
    {
        if (count >= 16)
        {
            Store(value, ref origin, offset);
            return;
        }

        Simd.StoreUpTo(value._value.GetLower().AsVector(), ref origin, offset, count);
        if (count > 8)
        {
            Simd.StoreLanes(value._value.GetUpper().AsVector(), ref Unsafe.Add(ref origin, offset + 8), 0, count - 8);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Add(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Subtract(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Multiply(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Max(Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(a._value, b._value) | ~Vector512.Equals(a._value, a._value), a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum(Lanes512 value) => Simd.Sum(value._value.GetLower().AsVector() + value._value.GetUpper().AsVector());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Apply<TActivation>(TActivation activation, Lanes512 value)
        where TActivation : struct, IActivation =>
        new(Vector512.Create(activation.Apply(value._value.GetLower().AsVector()).AsVector256(), activation.Apply(value._value.GetUpper().AsVector()).AsVector256()));
}
#endif
