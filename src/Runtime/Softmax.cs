#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Softmax and LogSoftmax along one axis of a tensor seen as [outer, axis, inner]. The largest element is subtracted first,
/// so that nothing overflows. A NaN makes its whole line NaN, as does +∞ (∞ − ∞).
/// </summary>
public static class Softmax
{
    /// <summary>y = e^(x − max) / Σ e^(x − max), lines along the axis.</summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: the same shape; may be the input itself.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner) =>
        Run(input, output, outer, axis, inner, logarithm: false);

    /// <summary>
    /// y = x − max − ln Σ e^(x − max), lines along the axis. The largest element's own 1 is left out of the sum and comes back
    /// in ln(1 + sum), so that a line with one dominant element keeps its digits.
    /// </summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: the same shape; may be the input itself.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void RunLog(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner) =>
        Run(input, output, outer, axis, inner, logarithm: true);

    private static void Run(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner, bool logarithm)
    {
        int block = axis * inner;
        if (input.Length < outer * block || output.Length < outer * block)
        {
            throw new ArgumentException("A span is shorter than the tensor's sizes need.");
        }

        if (block == 0)
        {
            return;
        }

        for (int o = 0; o < outer; o++)
        {
            ReadOnlySpan<float> x = input.Slice(o * block, block);
            Span<float> y = output.Slice(o * block, block);
            if (inner == 1)
            {
                Row(x, y, logarithm);
                continue;
            }

            // A vector of neighbouring lines at a time.
            for (int i = 0; i < inner; i += Vector<float>.Count)
            {
                Lines(ref MemoryMarshal.GetReference(x.Slice(i)), ref MemoryMarshal.GetReference(y.Slice(i)), axis, inner, Math.Min(Vector<float>.Count, inner - i), logarithm);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Row(ReadOnlySpan<float> input, Span<float> output, bool logarithm)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            int length = input.Length;
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float y = ref MemoryMarshal.GetReference(output);
            Vector<float> largest = new(float.NegativeInfinity);
            int i = 0;
            for (; i <= length - lanes; i += lanes)
            {
                largest = Simd.Max(largest, Simd.Load(ref x, i));
            }

            float max = float.NegativeInfinity;
            for (int lane = 0; lane < lanes; lane++)
            {
                max = Larger(max, largest[lane]);
            }

            for (; i < length; i++)
            {
                max = Larger(max, Unsafe.Add(ref x, i));
            }

            Vector<float> shift = new(max);
            Vector<float> sums = Vector<float>.Zero;
            Vector<float> ones = Vector<float>.Zero;
            for (i = 0; i <= length - lanes; i += lanes)
            {
                Vector<float> difference = Simd.Load(ref x, i) - shift;
                Vector<float> e = VectorMath.Exp(difference);
                sums += logarithm ? WithoutOnes(difference, e, ref ones) : e;
                Simd.Store(logarithm ? difference : e, ref y, i);
            }

            float sum = Simd.Sum(sums);
            float largestCount = Simd.Sum(ones);
            int left = length - i;
            if (left > 0)
            {
                Vector<float> difference = Simd.LoadLanes(ref Unsafe.Add(ref x, i), 0, left) - shift;
                Vector<float> e = VectorMath.Exp(difference);
                Vector<float> onesLeft = Vector<float>.Zero;
                Vector<float> terms = logarithm ? WithoutOnes(difference, e, ref onesLeft) : e;
                for (int lane = 0; lane < left; lane++)
                {
                    sum += terms[lane];
                    largestCount += onesLeft[lane];
                }

                Simd.StoreLanes(logarithm ? difference : e, ref Unsafe.Add(ref y, i), 0, left);
            }

            Scale(output, logarithm ? VectorMath.LogOnePlus(new Vector<float>(sum + (largestCount - 1f)))[0] : 1f / sum, logarithm);
        }
    }

    /// <summary>The terms of the sum with those of the largest elements, which are exactly 1, counted instead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> WithoutOnes(Vector<float> difference, Vector<float> e, ref Vector<float> ones)
    {
        Vector<int> isLargest = Vector.Equals(difference, Vector<float>.Zero);
        ones += Vector.ConditionalSelect(isLargest, Vector<float>.One, Vector<float>.Zero);
        return Vector.ConditionalSelect(isLargest, Vector<float>.Zero, e);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Larger(float a, float b) => a >= b || float.IsNaN(a) ? a : b;

    [MethodImpl(Simd.Hot)]
    private static void Scale(Span<float> output, float by, bool subtract)
    {
        unchecked
        {
            ref float y = ref MemoryMarshal.GetReference(output);
            Vector<float> operand = new(by);
            int i = 0;
            for (; i <= output.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> value = Simd.Load(ref y, i);
                Simd.Store(subtract ? value - operand : value * operand, ref y, i);
            }

            for (; i < output.Length; i++)
            {
                output[i] = subtract ? output[i] - by : output[i] * by;
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Lines(ref float x, ref float y, int axis, int inner, int count, bool logarithm)
    {
        unchecked
        {
            Vector<float> max = new(float.NegativeInfinity);
            for (int a = 0; a < axis; a++)
            {
                max = Simd.Max(max, Read(ref x, a * inner, count));
            }

            Vector<float> sum = Vector<float>.Zero;
            Vector<float> ones = Vector<float>.Zero;
            for (int a = 0; a < axis; a++)
            {
                Vector<float> difference = Read(ref x, a * inner, count) - max;
                Vector<float> e = VectorMath.Exp(difference);
                sum += logarithm ? WithoutOnes(difference, e, ref ones) : e;
                Write(logarithm ? difference : e, ref y, a * inner, count);
            }

            Vector<float> operand = logarithm ? VectorMath.LogOnePlus(sum + (ones - Vector<float>.One)) : Vector<float>.One / sum;
            for (int a = 0; a < axis; a++)
            {
                Vector<float> value = Read(ref y, a * inner, count);
                Write(logarithm ? value - operand : value * operand, ref y, a * inner, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Read(ref float from, int offset, int count) =>
        count == Vector<float>.Count ? Simd.Load(ref from, offset) : Simd.LoadLanes(ref Unsafe.Add(ref from, offset), 0, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write(Vector<float> value, ref float to, int offset, int count)
    {
        if (count == Vector<float>.Count)
        {
            Simd.Store(value, ref to, offset);
        }
        else
        {
            Simd.StoreLanes(value, ref Unsafe.Add(ref to, offset), 0, count);
        }
    }
}
