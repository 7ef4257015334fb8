#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>As many doubles as <see cref="Vector{T}"/> has.</summary>
internal readonly struct VectorDoubles : IDoubleLanes<VectorDoubles>
{
    private readonly Vector<double> _value;

    private VectorDoubles(Vector<double> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<double>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorDoubles Load(ref double origin, nint offset) =>
        new(Unsafe.ReadUnaligned<Vector<double>>(ref Unsafe.As<double, byte>(ref Unsafe.Add(ref origin, offset))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorDoubles Widen(ref float origin, nint offset)
    {
        Vector<double> value = default;
        ref double lane = ref Unsafe.As<Vector<double>, double>(ref value);
        for (nint i = 0; i < Vector<double>.Count; i = unchecked(i + 1))
        {
            Unsafe.Add(ref lane, i) = Unsafe.Add(ref origin, unchecked(offset + i));
        }

        return new(value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(VectorDoubles value, ref double origin, nint offset) =>
        Unsafe.WriteUnaligned(ref Unsafe.As<double, byte>(ref Unsafe.Add(ref origin, offset)), value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreRounded(VectorDoubles low, VectorDoubles high, ref float origin, nint offset) =>
        Simd.Store(Vector.Narrow(low._value, high._value), ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorDoubles Add(VectorDoubles a, VectorDoubles b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorDoubles Subtract(VectorDoubles a, VectorDoubles b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorDoubles Multiply(VectorDoubles a, double factor) => new(a._value * new Vector<double>(factor));
}
