#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>The width of <see cref="Vector{T}"/>: 8 floats with AVX2, 4 on Arm and on plain x64, whatever there is on .NET Standard.</summary>
internal struct VectorLanes : ILanes<VectorLanes>
{
    private Vector<float> _value;

    internal VectorLanes(Vector<float> value) => _value = value;

    /// <summary>The vector as it is.</summary>
    internal readonly Vector<float> Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _value;
    }

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector<float>.Count;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Fill(float value) => new(Simd.Fill(value));

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
    public VectorLanes KeepUpTo(VectorLanes value, int count, VectorLanes others) => new(Simd.KeepUpTo(value._value, count, others._value));

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
    public VectorLanes Divide(VectorLanes a, VectorLanes b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes MultiplyAdd(VectorLanes a, VectorLanes b, VectorLanes c) => new(Simd.MultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Accumulate(ref VectorLanes sum, VectorLanes a, VectorLanes b) => sum._value = Simd.MultiplyAdd(a._value, b._value, sum._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Sqrt(VectorLanes value) => new(Vector.SquareRoot(value._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Max(VectorLanes a, VectorLanes b) => new(Simd.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Min(VectorLanes a, VectorLanes b) => new(Simd.Min(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes AtLeast(VectorLanes x, VectorLanes bound) => new(Simd.AtLeast(x._value, bound._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes AtMost(VectorLanes x, VectorLanes bound) => new(Simd.AtMost(x._value, bound._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Abs(VectorLanes x) => new(Vector.Abs(x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Negate(VectorLanes x) => new(-x._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes WithSign(VectorLanes magnitude, VectorLanes x) => new(magnitude._value | (x._value & Simd.Fill(-0f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Less(VectorLanes a, VectorLanes b) => new(Vector.AsVectorSingle(Vector.LessThan(a._value, b._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes LessOrEqual(VectorLanes a, VectorLanes b) => new(Vector.AsVectorSingle(Vector.LessThanOrEqual(a._value, b._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Equal(VectorLanes a, VectorLanes b) => new(Vector.AsVectorSingle(Vector.Equals(a._value, b._value)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreAtMost(VectorLanes a, VectorLanes b) => Vector.LessThanOrEqualAll(a._value, b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Select(VectorLanes mask, VectorLanes set, VectorLanes unset) => new(Vector.ConditionalSelect(Vector.AsVectorInt32(mask._value), set._value, unset._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes Scale(VectorLanes x, VectorLanes n) => new(Simd.Scale(x._value, n._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes SplitPower(VectorLanes x, out VectorLanes exponent)
    {
        unchecked
        {
            Vector<int> bits = Vector.AsVectorInt32(x._value);
            Vector<int> power = (bits - new Vector<int>(LaneMath.SqrtHalfBits)) & new Vector<int>(LaneMath.ExponentBits);
            exponent = new(Vector.ConvertToSingle(power) * new Vector<float>(1f / 8388608f));
            return new(Vector.AsVectorSingle(bits - power));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes LowerHalf(VectorLanes pair)
    {
        Vector<int> bits = Vector.AsVectorInt32(pair._value);
#if NET8_0_OR_GREATER
        return new(Vector.AsVectorSingle(Vector.ShiftLeft(bits, 16)));
#else
        return new(Vector.AsVectorSingle(bits * new Vector<int>(1 << 16)));
#endif
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public VectorLanes UpperHalf(VectorLanes pair) => new(Vector.AsVectorSingle(Vector.AsVectorInt32(pair._value) & new Vector<int>(-65536)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum(VectorLanes value) => Simd.Sum(value._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sums(VectorLanes a, VectorLanes b, out float sumOfA, out float sumOfB)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx.IsSupported)
        {
            Vector128<float> sums = LaneSums.Of(Half(a), Half(b));
            sumOfA = sums.ToScalar();
            sumOfB = sums.GetElement(1);
            return;
        }
#endif
        sumOfA = Simd.Sum(a._value);
        sumOfB = Simd.Sum(b._value);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Largest(VectorLanes value) => Simd.Largest(value._value);

#if NET8_0_OR_GREATER
    /// <summary>Four sums, of every fourth lane, of 8 lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Half(VectorLanes value) => value._value.AsVector256().GetLower() + value._value.AsVector256().GetUpper();
#endif
}
