#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>
/// The few vector operations that every kernel is made of, over <see cref="Vector{T}"/>: 8 floats with AVX2, 4 on Arm and
/// on plain x64, and the same source on .NET Standard. All addresses are refs plus element offsets; nothing is aligned.
/// </summary>
internal static class Simd
{
    /// <summary>
    /// For methods whose loops must be good from the first call: straight to optimised code, no slow tier in between
    /// (AggressiveOptimization, which .NET Standard has no name for), and never inlined: the JIT inlines only so much into one method, and
    /// a caller that takes a whole kernel in would leave calls of unoptimised methods in its loops.
    /// </summary>
    internal const MethodImplOptions Hot = (MethodImplOptions)512 | MethodImplOptions.NoInlining;

    /// <summary>Floats from a span's beginning to the next cache line: vectors that cross one take twice as long. A collection may move the span; only speed depends on it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int ToLine(Span<float> span) =>
        unchecked((int)(-(long)Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref MemoryMarshal.GetReference(span)) >> 2) & 15);

    /// <summary>Reads one vector that starts <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(ref float origin, nint offset) =>
        Unsafe.ReadUnaligned<Vector<float>>(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref origin, offset)));

    /// <summary>The same value in every lane. (Precompiled code would call the constructor of <see cref="Vector{T}"/>.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Fill(float value)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8) return Vector256.Create(value).AsVector();
        if (Vector<float>.Count == 4) return Vector128.Create(value).AsVector();
#endif
        return new Vector<float>(value);
    }

    /// <summary>Writes one vector that starts <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store(Vector<float> value, ref float origin, nint offset) =>
        Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref origin, offset)), value);

    /// <summary>
    /// <c>a × b + c</c>: rounded once where the processor can (FMA3, Arm64), twice elsewhere.
    /// The operation is chosen when the method is compiled; there is no branch in the code that runs.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> MultiplyAdd(Vector<float> a, Vector<float> b, Vector<float> c)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Fma.IsSupported)
        {
            return Fma.MultiplyAdd(a.AsVector256(), b.AsVector256(), c.AsVector256()).AsVector();
        }

        if (Vector<float>.Count == 16 && Avx512F.IsSupported)
        {
            return Avx512F.FusedMultiplyAdd(a.AsVector512(), b.AsVector512(), c.AsVector512()).AsVector();
        }

        if (Vector<float>.Count == 4 && Fma.IsSupported)
        {
            return Fma.MultiplyAdd(a.AsVector128(), b.AsVector128(), c.AsVector128()).AsVector();
        }

        if (Vector<float>.Count == 4 && AdvSimd.IsSupported)
        {
            return AdvSimd.FusedMultiplyAdd(c.AsVector128(), a.AsVector128(), b.AsVector128()).AsVector();
        }
#endif
        return (a * b) + c;
    }

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN, whatever the runtime's version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Max(Vector<float> a, Vector<float> b)
    {
#if NET8_0_OR_GREATER
        // The instruction gives its second operand, a, for NaN and for zeros of both signs.
        if (Vector<float>.Count == 8 && Avx.IsSupported) return Vector.ConditionalSelect(Vector.Equals(b, b), Avx.Max(b.AsVector256(), a.AsVector256()).AsVector(), b);
#endif
        // a where a ≥ b or a is NaN; b otherwise (b is larger, or b is NaN).
        Vector<int> keep = Vector.BitwiseOr(Vector.GreaterThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a)));
        return Vector.ConditionalSelect(keep, a, b);
    }

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN, whatever the runtime's version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Min(Vector<float> a, Vector<float> b)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx.IsSupported) return Vector.ConditionalSelect(Vector.Equals(b, b), Avx.Min(b.AsVector256(), a.AsVector256()).AsVector(), b);
#endif
        Vector<int> keep = Vector.BitwiseOr(Vector.LessThanOrEqual(a, b), Vector.OnesComplement(Vector.Equals(a, a)));
        return Vector.ConditionalSelect(keep, a, b);
    }

    /// <summary>x, or the bound where x is below it. NaN stays NaN, and −0 stays at a bound of 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> AtLeast(Vector<float> x, Vector<float> bound)
    {
#if NET8_0_OR_GREATER
        // The instructions give their second operand for NaN and for zeros of both signs.
        if (Vector<float>.Count == 8 && Avx.IsSupported) return Avx.Max(bound.AsVector256(), x.AsVector256()).AsVector();
        if (Vector<float>.Count == 4 && Sse.IsSupported) return Sse.Max(bound.AsVector128(), x.AsVector128()).AsVector();
#endif
        return Vector.ConditionalSelect(Vector.LessThan(x, bound), bound, x);
    }

    /// <summary>x, or the bound where x is above it. NaN stays NaN, and −0 stays at a bound of 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> AtMost(Vector<float> x, Vector<float> bound)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx.IsSupported) return Avx.Min(bound.AsVector256(), x.AsVector256()).AsVector();
        if (Vector<float>.Count == 4 && Sse.IsSupported) return Sse.Min(bound.AsVector128(), x.AsVector128()).AsVector();
#endif
        return Vector.ConditionalSelect(Vector.GreaterThan(x, bound), bound, x);
    }

    /// <summary>x · 2^n for whole n from −252 to 254, in two factors where no instruction does it, so that neither leaves the normal range.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Scale(Vector<float> x, Vector<float> n)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            if (Vector<float>.Count == 8 && Avx512F.VL.IsSupported) return Avx512F.VL.Scale(x.AsVector256(), n.AsVector256()).AsVector();
#endif
            Vector<int> exponent = Vector.AsVectorInt32(n + new Vector<float>(LaneMath.Rounder)) - new Vector<int>(LaneMath.RounderBits);
            Vector<float> half = MultiplyAdd(n, new Vector<float>(0.5f), new Vector<float>(LaneMath.Rounder));
            Vector<int> first = Vector.AsVectorInt32(half) - new Vector<int>(LaneMath.RounderBits);
            return x * Power(first) * Power(exponent - first);
        }
    }

    /// <summary>2^n for −126 ≤ n ≤ 127: the exponent field is the product with 2^23 (.NET Standard's vectors have no shift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Power(Vector<int> n)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            return Vector.AsVectorSingle(Vector.ShiftLeft(n + new Vector<int>(127), 23));
#else
            return Vector.AsVectorSingle((n + new Vector<int>(127)) * new Vector<int>(8388608));
#endif
        }
    }

    /// <summary>The largest of all lanes; a NaN gives NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Largest(Vector<float> value)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx.IsSupported)
        {
            Vector<float> halves = Max(value, Avx.Permute2x128(value.AsVector256(), value.AsVector256(), 1).AsVector());
            Vector<float> pairs = Max(halves, Avx.Permute(halves.AsVector256(), 0b01_00_11_10).AsVector());
            return Max(pairs, Avx.Permute(pairs.AsVector256(), 0b10_11_00_01).AsVector())[0];
        }
#endif
        float largest = value[0];
        for (int i = 1; i < Vector<float>.Count; i++)
        {
            float lane = value[i];
            largest = largest >= lane || float.IsNaN(largest) ? largest : lane;
        }

        return largest;
    }

    /// <summary>The sum of all lanes: of halves, where the vector has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Sum(Vector<float> value)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx.IsSupported)
        {
            Vector128<float> four = value.AsVector256().GetLower() + value.AsVector256().GetUpper();
            Vector128<float> two = four + Sse.MoveHighToLow(four, four);
            return two.ToScalar() + two.GetElement(1);
        }
#endif
        float sum = value[0];
        for (int i = 1; i < Vector<float>.Count; i++)
        {
            sum += value[i];
        }

        return sum;
    }

    /// <summary>The first <paramref name="count"/> lanes of one vector, the others of another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> KeepUpTo(Vector<float> value, int count, Vector<float> others)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8)
        {
            Vector256<int> places = Vector256.Create(0, 1, 2, 3, 4, 5, 6, 7);
            return Vector.ConditionalSelect(Vector256.LessThan(places, Vector256.Create(count)).AsVector(), value, others);
        }
#endif
        ref float lanes = ref Unsafe.As<Vector<float>, float>(ref value);
        for (int i = Math.Max(count, 0); i < Vector<float>.Count; i++)
        {
            Unsafe.Add(ref lanes, i) = others[i];
        }

        return value;
    }

    /// <summary>True if <see cref="LoadEven"/> is a few instructions; a constant when a method is compiled.</summary>
    internal static bool HasLoadEven
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
#if NET8_0_OR_GREATER
            return (Vector<float>.Count == 8 && Avx2.IsSupported)
                || (Vector<float>.Count == 4 && (Sse.IsSupported || AdvSimd.Arm64.IsSupported));
#else
            return false;
#endif
        }
    }

    /// <summary>Reads every second float of two vectors' length from <paramref name="offset"/> on. Ask <see cref="HasLoadEven"/> first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> LoadEven(ref float origin, nint offset) =>
        InOrder(Even(Load(ref origin, offset), Load(ref origin, unchecked(offset + Vector<float>.Count))));

    /// <summary>Every second float of two vectors, the first one first, in the order that <see cref="InOrder"/> undoes. Ask <see cref="HasLoadEven"/> first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Even(Vector<float> low, Vector<float> high)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx2.IsSupported) return Avx.Shuffle(low.AsVector256(), high.AsVector256(), 0b10_00_10_00).AsVector();
        if (Vector<float>.Count == 4 && Sse.IsSupported) return Sse.Shuffle(low.AsVector128(), high.AsVector128(), 0b10_00_10_00).AsVector();
        if (Vector<float>.Count == 4 && AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.UnzipEven(low.AsVector128(), high.AsVector128()).AsVector();
#endif
        throw new PlatformNotSupportedException();
    }

    /// <summary>Every second float of two vectors from the second one on, in the order of <see cref="Even"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Odd(Vector<float> low, Vector<float> high)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx2.IsSupported) return Avx.Shuffle(low.AsVector256(), high.AsVector256(), 0b11_01_11_01).AsVector();
        if (Vector<float>.Count == 4 && Sse.IsSupported) return Sse.Shuffle(low.AsVector128(), high.AsVector128(), 0b11_01_11_01).AsVector();
        if (Vector<float>.Count == 4 && AdvSimd.Arm64.IsSupported) return AdvSimd.Arm64.UnzipOdd(low.AsVector128(), high.AsVector128()).AsVector();
#endif
        throw new PlatformNotSupportedException();
    }

    /// <summary>The floats of <see cref="Even"/> or <see cref="Odd"/> in their order: vectors of 8 shuffle within halves, two of each operand at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> InOrder(Vector<float> pairs)
    {
#if NET8_0_OR_GREATER
        if (Vector<float>.Count == 8 && Avx2.IsSupported) return Avx2.Permute4x64(pairs.AsVector256().AsDouble(), 0b11_01_10_00).AsSingle().AsVector();
#endif
        return pairs;
    }

    /// <summary>Reads a vector, or the <paramref name="count"/> floats that are left where they are fewer; the other lanes are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> LoadUpTo(ref float origin, nint offset, int count) =>
        count >= Vector<float>.Count ? Load(ref origin, offset) : LoadLanes(ref Unsafe.Add(ref origin, offset), 0, count);

    /// <summary>Writes a vector, or its first <paramref name="count"/> lanes where they are fewer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreUpTo(Vector<float> value, ref float origin, nint offset, int count)
    {
        if (count >= Vector<float>.Count)
        {
            Store(value, ref origin, offset);
        }
        else
        {
            StoreLanes(value, ref Unsafe.Add(ref origin, offset), 0, count);
        }
    }

    /// <summary>Reads <paramref name="count"/> floats into the lanes from <paramref name="first"/> on; the other lanes are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> LoadLanes(ref float origin, int first, int count)
    {
        Vector<float> value = Vector<float>.Zero;
        CopyLanes(ref Unsafe.Add(ref Unsafe.As<Vector<float>, float>(ref value), first), ref origin, count);
        return value;
    }

    /// <summary>Writes the <paramref name="count"/> lanes from <paramref name="first"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoreLanes(Vector<float> value, ref float origin, int first, int count) =>
        CopyLanes(ref origin, ref Unsafe.Add(ref Unsafe.As<Vector<float>, float>(ref value), first), count);

    /// <summary>Apart, and with addresses alone: a precompiled method cannot call one that takes or gives a vector.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopyLanes(ref float to, ref float from, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
        }
    }
}
