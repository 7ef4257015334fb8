#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>The lines of <see cref="Softmax"/>, for every width of vector.</summary>
internal static class SoftmaxLines
{
    /// <summary>All lines of a tensor [outer, axis, inner]; y may be x.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(ref float x, ref float y, int outer, int axis, int inner, bool logarithm)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            for (int o = 0; o < outer; o++)
            {
                if (inner > 1)
                {
                    // A vector of neighbouring lines at a time.
                    for (int i = 0; i < inner; i += lanes)
                    {
                        Neighbours<TLanes>(ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref y, i), axis, inner, Math.Min(lanes, inner - i), logarithm);
                    }
                }
                else if (axis > lanes)
                {
                    Row<TLanes>(ref x, ref y, axis, logarithm);
                }
                else
                {
                    ShortRow<TLanes>(ref x, ref y, axis, logarithm);
                }

                x = ref Unsafe.Add(ref x, axis * inner);
                y = ref Unsafe.Add(ref y, axis * inner);
            }
        }
    }

    /// <summary>A row of at most one vector.</summary>
    [MethodImpl(Simd.Hot)]
    private static void ShortRow<TLanes>(ref float x, ref float y, int length, bool logarithm)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes value = length == v.Count ? v.Load(ref x, 0) : v.KeepUpTo(v.LoadUpTo(ref x, 0, length), length, v.Fill(float.NegativeInfinity));
        TLanes difference = v.Subtract(value, v.Fill(v.Largest(value)));
        TLanes e = LaneMath.Exp(difference);
        TLanes ones = v.Fill(0f);
        float sum = v.Sum(logarithm ? WithoutOnes(difference, e, ref ones) : e);
        v.StoreUpTo(Finish(logarithm ? difference : e, v.Fill(Operand<TLanes>(sum, ones, logarithm)), logarithm), ref y, 0, length);
    }

    /// <summary>A row of more than one vector. The last one may overlap the one before it: it is read before that is written.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Row<TLanes>(ref float x, ref float y, int length, bool logarithm)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int end = length - v.Count;
            TLanes last = v.Load(ref x, end);
            TLanes shift = v.Fill(Largest(ref x, end, last));
            last = v.Subtract(last, shift);
            TLanes sums = v.Fill(0f);
            TLanes ones = sums;
            int i = 0;
            for (; i < end - v.Count; i += 2 * v.Count)
            {
                // Two at a time, so that the constants of the exponential stay in registers.
                TLanes first = v.Subtract(v.Load(ref x, i), shift), second = v.Subtract(v.Load(ref x, i + v.Count), shift);
                TLanes e = LaneMath.Exp(first), f = LaneMath.Exp(second);
                sums = v.Add(sums, logarithm ? WithoutOnes(first, e, ref ones) : e);
                sums = v.Add(sums, logarithm ? WithoutOnes(second, f, ref ones) : f);
                v.Store(logarithm ? first : e, ref y, i);
                v.Store(logarithm ? second : f, ref y, i + v.Count);
            }

            for (; i < end; i += v.Count)
            {
                TLanes difference = v.Subtract(v.Load(ref x, i), shift);
                TLanes e = LaneMath.Exp(difference);
                sums = v.Add(sums, logarithm ? WithoutOnes(difference, e, ref ones) : e);
                v.Store(logarithm ? difference : e, ref y, i);
            }

            // The first lanes of the last vector are counted already.
            TLanes tail = LaneMath.Exp(last);
            TLanes onesLeft = v.Fill(0f);
            TLanes terms = logarithm ? WithoutOnes(last, tail, ref onesLeft) : tail;
            sums = v.Add(sums, v.KeepUpTo(v.Fill(0f), i - end, terms));
            ones = v.Add(ones, v.KeepUpTo(v.Fill(0f), i - end, onesLeft));
            TLanes operand = v.Fill(Operand(v.Sum(sums), ones, logarithm));
            for (i = 0; i < end; i += v.Count)
            {
                v.Store(Finish(v.Load(ref y, i), operand, logarithm), ref y, i);
            }

            v.Store(Finish(logarithm ? last : tail, operand, logarithm), ref y, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest<TLanes>(ref float x, int end, TLanes largest)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes other = largest;
            int i = 0;
            for (; i < end - v.Count; i += 2 * v.Count)
            {
                largest = v.Max(largest, v.Load(ref x, i));
                other = v.Max(other, v.Load(ref x, i + v.Count));
            }

            if (i < end) largest = v.Max(largest, v.Load(ref x, i));
            return v.Largest(v.Max(largest, other));
        }
    }

    /// <summary>What lines are multiplied by, or what is subtracted from them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Operand<TLanes>(float sum, TLanes ones, bool logarithm)
        where TLanes : struct, ILanes<TLanes> =>
        logarithm ? LogOnePlus(sum + (default(TLanes).Sum(ones) - 1f)) : 1f / sum;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float LogOnePlus(float x) => VectorMath.LogOnePlus(new System.Numerics.Vector<float>(x))[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Finish<TLanes>(TLanes value, TLanes operand, bool logarithm)
        where TLanes : struct, ILanes<TLanes> =>
        logarithm ? default(TLanes).Subtract(value, operand) : default(TLanes).Multiply(value, operand);

    /// <summary>The terms of the sum with those of the largest elements, which are exactly 1, counted instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes WithoutOnes<TLanes>(TLanes difference, TLanes e, ref TLanes ones)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes zero = v.Fill(0f);
        TLanes isLargest = v.Equal(difference, zero);
        ones = v.Add(ones, v.Select(isLargest, v.Fill(1f), zero));
        return v.Select(isLargest, zero, e);
    }

    [MethodImpl(Simd.Hot)]
    private static void Neighbours<TLanes>(ref float x, ref float y, int axis, int inner, int count, bool logarithm)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes max = v.Fill(float.NegativeInfinity);
            for (int a = 0; a < axis; a++)
            {
                max = v.Max(max, v.LoadUpTo(ref x, a * inner, count));
            }

            TLanes sum = v.Fill(0f);
            TLanes ones = sum;
            for (int a = 0; a < axis; a++)
            {
                TLanes difference = v.Subtract(v.LoadUpTo(ref x, a * inner, count), max);
                TLanes e = LaneMath.Exp(difference);
                sum = v.Add(sum, logarithm ? WithoutOnes(difference, e, ref ones) : e);
                v.StoreUpTo(logarithm ? difference : e, ref y, a * inner, count);
            }

            TLanes operand = logarithm ? LaneMath.LogOnePlus(v.Add(sum, v.Subtract(ones, v.Fill(1f)))) : v.Divide(v.Fill(1f), sum);
            for (int a = 0; a < axis; a++)
            {
                v.StoreUpTo(Finish(v.LoadUpTo(ref y, a * inner, count), operand, logarithm), ref y, a * inner, count);
            }
        }
    }
}
