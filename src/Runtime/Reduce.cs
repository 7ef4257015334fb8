#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Reductions along one axis of a tensor seen as [outer, axis, inner] (neighbouring reduced axes are one axis). Lines that
/// lie together (inner = 1) are totalled in four times as many parts as a vector has lanes, other lines in order.
/// </summary>
public static class Reduce
{
    /// <summary>y[o, i] = reduction of x[o, ·, i]. A global pooling is outer = batch × channels, axis = pixels, inner = 1.</summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: [outer, inner]; must not overlap the input.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <param name="reduction">What to compute.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run<TReduction>(
        ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner, TReduction reduction)
        where TReduction : struct, IReduction
    {
        if (input.Length < outer * axis * inner || output.Length < outer * inner)
        {
            throw new ArgumentException("A span is shorter than the tensor's sizes need.");
        }

#if NET8_0_OR_GREATER
        // Sums are what most networks end with; in longer vectors they also spare them the type of the shorter ones.
        if (Lanes512.IsSupported && inner > 1 && (typeof(TReduction) == typeof(SumReduction) || typeof(TReduction) == typeof(MeanReduction)))
        {
            LineSums.Run(input, output, outer, axis, inner, typeof(TReduction) == typeof(MeanReduction) ? axis : 1);
            return;
        }
#endif
        RunVectors(input, output, outer, axis, inner, reduction);
    }

    /// <summary>In a method of its own: the runtime loads the types of a method before its first call, whether it needs them or not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void RunVectors<TReduction>(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner, TReduction reduction)
        where TReduction : struct, IReduction
    {
        for (int o = 0; o < outer; o++)
        {
            ReadOnlySpan<float> x = input.Slice(o * axis * inner, axis * inner);
            if (inner == 1)
            {
                output[o] = Row(x, reduction);
                continue;
            }

            int i = FourLines(x, output.Slice(o * inner, inner), axis, inner, reduction);
            for (; i < inner; i += Vector<float>.Count)
            {
                int count = Math.Min(Vector<float>.Count, inner - i);
                ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), (o * inner) + i);
                Simd.StoreLanes(Lines(ref Unsafe.Add(ref MemoryMarshal.GetReference(x), i), axis, inner, count, reduction), ref to, 0, count);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static float Row<TReduction>(ReadOnlySpan<float> input, TReduction reduction)
        where TReduction : struct, IReduction
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            int length = input.Length;
            ref float x = ref MemoryMarshal.GetReference(input);
            Vector<float> start = Simd.Fill(reduction.Start);
            Vector<float> a = start, b = start, c = start, d = start;
            int i = 0;
            for (; i <= length - (4 * lanes); i += 4 * lanes)
            {
                a = reduction.Combine(a, reduction.Prepare(Simd.Load(ref x, i)));
                b = reduction.Combine(b, reduction.Prepare(Simd.Load(ref x, i + lanes)));
                c = reduction.Combine(c, reduction.Prepare(Simd.Load(ref x, i + (2 * lanes))));
                d = reduction.Combine(d, reduction.Prepare(Simd.Load(ref x, i + (3 * lanes))));
            }

            for (; i <= length - lanes; i += lanes)
            {
                a = reduction.Combine(a, reduction.Prepare(Simd.Load(ref x, i)));
            }

            a = reduction.Combine(reduction.Combine(a, b), reduction.Combine(c, d));
            Vector<float> total = start;
            for (int lane = 0; lane < lanes && lane < length; lane++)
            {
                total = reduction.Combine(total, Simd.Fill(a[lane]));
            }

            for (; i < length; i++)
            {
                total = reduction.Combine(total, reduction.Prepare(Simd.Fill(Unsafe.Add(ref x, i))));
            }

            return reduction.Finish(total, length)[0];
        }
    }

    /// <summary>Four vectors of lines at a time: their totals need not wait for each other, and more of each cache line is used at once.</summary>
    /// <returns>The first line that is left.</returns>
    [MethodImpl(Simd.Hot)]
    private static int FourLines<TReduction>(ReadOnlySpan<float> input, Span<float> output, int axis, int inner, TReduction reduction)
        where TReduction : struct, IReduction
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            ref float y = ref MemoryMarshal.GetReference(output);
            int line = 0;
            for (; line <= inner - (4 * lanes); line += 4 * lanes)
            {
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), line);
                Vector<float> a = Simd.Fill(reduction.Start), b = a, c = a, d = a;
                for (int i = 0; i < axis; i++)
                {
                    a = reduction.Combine(a, reduction.Prepare(Simd.Load(ref x, 0)));
                    b = reduction.Combine(b, reduction.Prepare(Simd.Load(ref x, lanes)));
                    c = reduction.Combine(c, reduction.Prepare(Simd.Load(ref x, 2 * lanes)));
                    d = reduction.Combine(d, reduction.Prepare(Simd.Load(ref x, 3 * lanes)));
                    x = ref Unsafe.Add(ref x, inner);
                }

                Simd.Store(reduction.Finish(a, axis), ref y, line);
                Simd.Store(reduction.Finish(b, axis), ref y, line + lanes);
                Simd.Store(reduction.Finish(c, axis), ref y, line + (2 * lanes));
                Simd.Store(reduction.Finish(d, axis), ref y, line + (3 * lanes));
            }

            return line;
        }
    }

    [MethodImpl(Simd.Hot)]
    private static Vector<float> Lines<TReduction>(ref float x, int axis, int inner, int count, TReduction reduction)
        where TReduction : struct, IReduction
    {
        unchecked
        {
            Vector<float> total = Simd.Fill(reduction.Start);
            for (int i = 0; i < axis; i++)
            {
                total = reduction.Combine(total, reduction.Prepare(Read(ref x, i * inner, count)));
            }

            return reduction.Finish(total, axis);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> Read(ref float from, int offset, int count) =>
        count == Vector<float>.Count ? Simd.Load(ref from, offset) : Simd.LoadLanes(ref Unsafe.Add(ref from, offset), 0, count);

    /// <summary>y[o, i] = ln Σ e^x[o, ·, i], computed around the line's largest element so that nothing overflows.</summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: [outer, inner]; must not overlap the input.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void LogSumExp(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner)
    {
        if (input.Length < outer * axis * inner || output.Length < outer * inner)
        {
            throw new ArgumentException("A span is shorter than the tensor's sizes need.");
        }

        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < inner; i += Vector<float>.Count)
            {
                int count = Math.Min(Vector<float>.Count, inner - i);
                ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), (o * axis * inner) + i);
                ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), (o * inner) + i);
                Simd.StoreLanes(LogSumExpLines(ref from, axis, inner, count), ref to, 0, count);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static Vector<float> LogSumExpLines(ref float x, int axis, int inner, int count)
    {
        unchecked
        {
            Vector<float> max = Simd.Fill(float.NegativeInfinity);
            for (int i = 0; i < axis; i++)
            {
                max = Simd.Max(max, Read(ref x, i * inner, count));
            }

            // An infinite maximum is the answer itself; subtracting it would give NaN.
            Vector<float> finite = Vector.ConditionalSelect(
                Vector.LessThanOrEqual(Vector.Abs(max), Simd.Fill(float.MaxValue)), max, Vector<float>.Zero);
            Vector<float> sum = Vector<float>.Zero;
            for (int i = 0; i < axis; i++)
            {
                sum += VectorMath.Exp(Read(ref x, i * inner, count) - finite);
            }

            return VectorMath.Log(sum) + finite;
        }
    }
}
