#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>One element: what is left over, and .NET Standard.</summary>
internal readonly struct ScalarByteLanes : IByteLanes<ScalarByteLanes>
{
    private readonly float _value;

    private ScalarByteLanes(float value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Fill(float value) => new(value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes FromBytes(ref byte origin, nint offset, bool isSigned)
    {
        byte element = Unsafe.Add(ref origin, offset);
        return new(isSigned ? unchecked((sbyte)element) : element);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes FromFloats(ref float origin, nint offset) => new(Unsafe.Add(ref origin, offset));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToBytes(ScalarByteLanes value, int zeroPoint, ref byte origin, nint offset)
        => Unsafe.Add(ref origin, offset) = unchecked((byte)(Saturate.Round(value._value, 0, -65536, 65536) + zeroPoint));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void ToFloats(ScalarByteLanes value, ref float origin, nint offset) => Unsafe.Add(ref origin, offset) = value._value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Round(ScalarByteLanes value) => new(Saturate.Round(value._value, 0, -65536, 65536));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Add(ScalarByteLanes a, ScalarByteLanes b) => new(a._value + b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Multiply(ScalarByteLanes a, ScalarByteLanes b) => new(a._value * b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Divide(ScalarByteLanes a, ScalarByteLanes b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ScalarByteLanes Clamp(ScalarByteLanes value, ScalarByteLanes low, ScalarByteLanes high)
    {
        float least = value._value > low._value ? value._value : low._value;
        return new(least < high._value ? least : high._value);
    }
}
