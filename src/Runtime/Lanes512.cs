#nullable enable
#if NET8_0_OR_GREATER
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>16 floats: AVX-512, where <see cref="Vector{T}"/> stays at 8.</summary>
internal struct Lanes512 : ILanes<Lanes512>
{
    /// <summary>Floats of half a vector: no more are as well off with <see cref="Vector{T}"/>. (A number, since asking that type for its length loads it.)</summary>
    internal const int Half = 8;

    private Vector512<float> _value;

    private Lanes512(Vector512<float> value) => _value = value;

    /// <summary>
    /// True where 512-bit vectors are fast; a constant when a method is compiled. (The length of <see cref="Vector{T}"/> is no part of it: the runtime
    /// takes 0.3 ms to load that type, which a program need not use then.)
    /// </summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
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
        count >= 16 ? Load(ref origin, offset) : new(LoadFirst(ref Unsafe.Add(ref origin, offset), count));

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

        StoreFirst(value._value, ref Unsafe.Add(ref origin, offset), count);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 KeepUpTo(Lanes512 value, int count, Lanes512 others) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(Indices, Vector512.Create((float)count)), value._value, others._value));

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
    public Lanes512 Divide(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Accumulate(ref Lanes512 sum, Lanes512 a, Lanes512 b) => sum._value = Avx512F.FusedMultiplyAdd(a._value, b._value, sum._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Sqrt(Lanes512 value) => new(Avx512F.Sqrt(value._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Max(Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(b._value, b._value), Avx512F.Max(b._value, a._value), b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Min(Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.Equals(b._value, b._value), Avx512F.Min(b._value, a._value), b._value));

    // The instructions give their second operand for NaN and for zeros of both signs.
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 AtLeast(Lanes512 x, Lanes512 bound) => new(Avx512F.Max(bound._value, x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 AtMost(Lanes512 x, Lanes512 bound) => new(Avx512F.Min(bound._value, x._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Abs(Lanes512 x) => new(Vector512.AndNot(x._value, Vector512.Create(-0f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Negate(Lanes512 x) => new(x._value ^ Vector512.Create(-0f));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 WithSign(Lanes512 magnitude, Lanes512 x) => new(magnitude._value | (x._value & Vector512.Create(-0f)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Less(Lanes512 a, Lanes512 b) => new(Vector512.LessThan(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 LessOrEqual(Lanes512 a, Lanes512 b) => new(Vector512.LessThanOrEqual(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Equal(Lanes512 a, Lanes512 b) => new(Vector512.Equals(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreAtMost(Lanes512 a, Lanes512 b) => Vector512.LessThanOrEqualAll(a._value, b._value);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Select(Lanes512 mask, Lanes512 set, Lanes512 unset) => new(Vector512.ConditionalSelect(mask._value, set._value, unset._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 Scale(Lanes512 x, Lanes512 n) => new(Avx512F.Scale(x._value, n._value));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 SplitPower(Lanes512 x, out Lanes512 exponent)
    {
        unchecked
        {
            Vector512<int> bits = x._value.AsInt32();
            Vector512<int> power = (bits - Vector512.Create(LaneMath.SqrtHalfBits)) & Vector512.Create(LaneMath.ExponentBits);
            exponent = new(Vector512.ConvertToSingle(power) * Vector512.Create(1f / 8388608f));
            return new((bits - power).AsSingle());
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 LowerHalf(Lanes512 pair) => new((pair._value.AsInt32() << 16).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Lanes512 UpperHalf(Lanes512 pair) => new((pair._value.AsInt32() & Vector512.Create(-65536)).AsSingle());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Sum(Lanes512 value)
    {
        Vector128<float> four = Quarter(value);
        Vector128<float> two = four + Sse.MoveHighToLow(four, four);
        return two.ToScalar() + two.GetElement(1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sums(Lanes512 a, Lanes512 b, out float sumOfA, out float sumOfB)
    {
        Vector128<float> sums = LaneSums.Of(Quarter(a), Quarter(b));
        sumOfA = sums.ToScalar();
        sumOfB = sums.GetElement(1);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Largest(Lanes512 value)
    {
        Vector256<float> eight = Max(value._value.GetLower(), value._value.GetUpper());
        Vector256<float> halves = Max(eight, Avx.Permute2x128(eight, eight, 1));
        Vector256<float> pairs = Max(halves, Avx.Permute(halves, 0b01_00_11_10));
        return Max(pairs, Avx.Permute(pairs, 0b10_11_00_01)).ToScalar();
    }

    /// <summary>Four sums, of every fourth lane: of halves, by instructions alone. Vector256.Sum would be a call with a vector, which no image can hold.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Quarter(Lanes512 value)
    {
        Vector256<float> eight = value._value.GetLower() + value._value.GetUpper();
        return eight.GetLower() + eight.GetUpper();
    }

    /// <summary>Floats, as all else here: the runtime loads every type of vectors that a method names.</summary>
    private static Vector512<float> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    }

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Max(Vector256<float> a, Vector256<float> b) =>
        Vector256.ConditionalSelect(Vector256.Equals(b, b), Avx.Max(b, a), b);

    /// <summary>Fewer than 16 floats: halves of what is left. (Of floats alone: the runtime loads every type of vectors that a method names.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreFirst(Vector512<float> value, ref float to, int count)
    {
        Vector256<float> eight = value.GetLower();
        if ((count & 8) != 0)
        {
            eight.StoreUnsafe(ref to);
            to = ref Unsafe.Add(ref to, 8);
            eight = value.GetUpper();
        }

        Vector128<float> four = eight.GetLower();
        if ((count & 4) != 0)
        {
            four.StoreUnsafe(ref to);
            to = ref Unsafe.Add(ref to, 4);
            four = eight.GetUpper();
        }

        if ((count & 2) != 0)
        {
            to = four.ToScalar();
            Unsafe.Add(ref to, 1) = four.GetElement(1);
            to = ref Unsafe.Add(ref to, 2);
            four = Sse.MoveHighToLow(four, four);
        }

        if ((count & 1) != 0)
        {
            to = four.ToScalar();
        }
    }

    /// <summary>Fewer than 16 floats, the other lanes zero. (In registers: a vector that is loaded from memory waits until its parts have arrived there.)</summary>
    [MethodImpl(Simd.Hot)]
    private static Vector512<float> LoadFirst(ref float from, int count) =>
        (count & 8) != 0
            ? Avx512F.InsertVector256(Avx512F.InsertVector256(Vector512<float>.Zero, Vector256.LoadUnsafe(ref from), 0), FirstOf8(ref Unsafe.Add(ref from, 8), count), 1)
            : Avx512F.InsertVector256(Vector512<float>.Zero, FirstOf8(ref from, count), 0);

    /// <summary>As many floats as the three low bits of a number say.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> FirstOf8(ref float from, int count) =>
        (count & 4) != 0
            ? Avx.InsertVector128(Avx.InsertVector128(Vector256<float>.Zero, Vector128.LoadUnsafe(ref from), 0), FirstOf4(ref Unsafe.Add(ref from, 4), count), 1)
            : Avx.InsertVector128(Vector256<float>.Zero, FirstOf4(ref from, count), 0);

    /// <summary>As many floats as the two low bits of a number say.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> FirstOf4(ref float from, int count)
    {
        if ((count & 2) != 0)
        {
            Vector128<float> two = Sse.UnpackLow(Vector128.CreateScalar(from), Vector128.CreateScalar(Unsafe.Add(ref from, 1)));
            return (count & 1) != 0 ? Sse.MoveLowToHigh(two, Vector128.CreateScalar(Unsafe.Add(ref from, 2))) : two;
        }

        return (count & 1) != 0 ? Vector128.CreateScalar(from) : Vector128<float>.Zero;
    }
}
#endif
