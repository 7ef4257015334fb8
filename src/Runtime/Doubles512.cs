#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>Eight doubles, with AVX-512.</summary>
internal readonly struct Doubles512 : IDoubleLanes<Doubles512>
{
    private readonly Vector512<double> _value;

    private Doubles512(Vector512<double> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Doubles512 Load(ref double origin, nint offset) => new(Vector512.LoadUnsafe(ref Unsafe.Add(ref origin, offset)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Doubles512 Widen(ref float origin, nint offset) => new(Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, offset))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Doubles512 value, ref double origin, nint offset) => value._value.StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRounded(Doubles512 low, Doubles512 high, ref float origin, nint offset) =>
        Vector512.Narrow(low._value, high._value).StoreUnsafe(ref Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Doubles512 Add(Doubles512 a, Doubles512 b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Doubles512 Subtract(Doubles512 a, Doubles512 b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Doubles512 Multiply(Doubles512 a, double factor) => new(a._value * Vector512.Create(factor));
}
#endif
