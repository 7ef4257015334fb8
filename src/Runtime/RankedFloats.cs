#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// TopK along a line of floats. An element and its place are one integer, the larger the better: so the heap of <see cref="Ranking"/> compares once where two numbers and
/// two places would be compared, and elements that are no better than its worst are passed over a vector at a time.
/// </summary>
internal static class RankedFloats
{
    /// <summary>Finds the best elements of a line, best first, with the results of <see cref="Ranking"/>.</summary>
    /// <param name="x">The line from its first element on.</param>
    /// <param name="length">The number of elements in the line.</param>
    /// <param name="stride">The distance of neighbours, in the input and in the outputs.</param>
    /// <param name="count">How many are wanted; from one to the length.</param>
    /// <param name="values">Gets the elements.</param>
    /// <param name="indices">Gets their positions in the line; holds the heap until then.</param>
    /// <param name="isLargest">Whether the largest are wanted.</param>
    internal static void Select(ReadOnlySpan<float> x, int length, int stride, int count, Span<float> values, Span<long> indices, bool isLargest)
    {
        int flip = isLargest ? 0 : -1;
        Span<long> heap = indices.Slice(0, ((count - 1) * stride) + 1);
        for (int i = 0; i < count; i++) heap[i * stride] = Key(x[i * stride], i, flip);
        for (int i = (count / 2) - 1; i >= 0; i--) Sink(heap, stride, i, count);
        for (int i = count; i < length; i++)
        {
            float worst = x[Place(heap[0]) * stride];
            if (stride == 1) i = Next(x.Slice(0, length), i, worst, isLargest);
            if (i == length) break;
            long key = Key(x[i * stride], i, flip);
            if (key < heap[0]) continue;
            heap[0] = key;
            Sink(heap, stride, 0, count);
        }

        for (int i = count - 1; i > 0; i--)
        {
            (heap[0], heap[i * stride]) = (heap[i * stride], heap[0]);
            Sink(heap, stride, 0, i);
        }

        for (int i = 0; i < count; i++)
        {
            int place = Place(heap[i * stride]);
            values[i * stride] = x[place * stride];
            heap[i * stride] = place;
        }
    }

    /// <summary>
    /// A number whose order is that of the elements: by value, of equal ones the first. The bits of a float, those below the sign turned round where it is set, are in its order;
    /// zeros are equal, and all NaN are one above infinity.
    /// </summary>
    private static long Key(float value, int place, int flip)
    {
        unchecked
        {
            float same = value + 0f;
            int bits = float.IsNaN(value) ? int.MaxValue : Unsafe.As<float, int>(ref same);
            bits ^= (bits >> 31) & int.MaxValue;
            return ((long)(bits ^ flip) << 32) | (uint)~place;
        }
    }

    private static int Place(long key) => unchecked(~(int)key);

    /// <summary>The first element from one on that may be better than the worst of the best.</summary>
    [MethodImpl(Simd.Hot)]
    private static int Next(ReadOnlySpan<float> x, int first, float worst, bool isLargest)
    {
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(x);
            Vector<float> limit = Simd.Fill(worst);
            int i = first;
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                // NaN is in no order, and so is left to the caller.
                Vector<float> value = Simd.Load(ref from, i);
                if (!(isLargest ? Vector.LessThanOrEqualAll(value, limit) : Vector.GreaterThanOrEqualAll(value, limit))) break;
            }

            for (; i < x.Length; i++)
            {
                float value = Unsafe.Add(ref from, i);
                if (!(isLargest ? value <= worst : value >= worst)) break;
            }

            return i;
        }
    }

    /// <summary>Moves an element down until both below it are better.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Sink(Span<long> heap, int stride, int place, int count)
    {
        unchecked
        {
            ref long first = ref MemoryMarshal.GetReference(heap);
            long key = Unsafe.Add(ref first, place * stride);
            while ((2 * place) + 1 < count)
            {
                int child = (2 * place) + 1;
                long lower = Unsafe.Add(ref first, child * stride);
                if (child + 1 < count)
                {
                    long other = Unsafe.Add(ref first, (child + 1) * stride);
                    bool isWorse = other < lower;
                    child = isWorse ? child + 1 : child;
                    lower = isWorse ? other : lower;
                }

                if (key <= lower) break;
                Unsafe.Add(ref first, place * stride) = lower;
                place = child;
            }

            Unsafe.Add(ref first, place * stride) = key;
        }
    }
}
