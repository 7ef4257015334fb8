#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>The width of <see cref="Vector{T}"/>: 8 floats with AVX2, 4 on Arm and on plain x64, whatever there is on .NET Standard.</summary>
internal readonly struct VectorLanes : ILanes<VectorLanes>
{
    private readonly Vector<float> _value;

    private VectorLanes(Vector<float> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<float>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Fill(float value) => new(new Vector<float>(value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Load(ref float origin, nint offset) => new(Simd.Load(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes LoadUpTo(ref float origin, nint offset, int count) => new(Simd.LoadUpTo(ref origin, offset, count));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(VectorLanes value, ref float origin, nint offset) => Simd.Store(value._value, ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreUpTo(VectorLanes value, ref float origin, nint offset, int count) => Simd.StoreUpTo(value._value, ref origin, offset, count);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Add(VectorLanes a, VectorLanes b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Subtract(VectorLanes a, VectorLanes b) => new(a._value - b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Multiply(VectorLanes a, VectorLanes b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes MultiplyAdd(VectorLanes a, VectorLanes b, VectorLanes c) => new(Simd.MultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Max(VectorLanes a, VectorLanes b) => new(Simd.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum(VectorLanes value) => Simd.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Apply<TActivation>(TActivation activation, VectorLanes value)
        where TActivation : struct, IActivation => new(activation.Apply(value._value));
}
