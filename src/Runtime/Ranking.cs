#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// ONNX TopK along one line of a tensor. A heap holds the best elements so far, the worst of them on top; at the end it is sorted. Of equal
/// elements the first is better, and NaN is larger than every number.
/// </summary>
public static class Ranking
{
    /// <summary>Finds the largest elements of a line, best first.</summary>
    /// <param name="x">The tensor from the line's first element on.</param>
    /// <param name="length">The number of elements in the line.</param>
    /// <param name="stride">The distance of neighbours, in the input and in the outputs.</param>
    /// <param name="count">How many are wanted; not more than there are.</param>
    /// <param name="values">Gets the elements, from the first element of its line on.</param>
    /// <param name="indices">Gets their positions in the line.</param>
    public static void Largest<T>(ReadOnlySpan<T> x, int length, int stride, int count, Span<T> values, Span<long> indices)
        where T : struct, IComparable<T>
        => Select(x, length, stride, count, values, indices, 1);

    /// <summary>Finds the smallest elements of a line, best first.</summary>
    /// <param name="x">The tensor from the line's first element on.</param>
    /// <param name="length">The number of elements in the line.</param>
    /// <param name="stride">The distance of neighbours, in the input and in the outputs.</param>
    /// <param name="count">How many are wanted; not more than there are.</param>
    /// <param name="values">Gets the elements, from the first element of its line on.</param>
    /// <param name="indices">Gets their positions in the line.</param>
    public static void Smallest<T>(ReadOnlySpan<T> x, int length, int stride, int count, Span<T> values, Span<long> indices)
        where T : struct, IComparable<T>
        => Select(x, length, stride, count, values, indices, -1);

    private static void Select<T>(ReadOnlySpan<T> x, int length, int stride, int count, Span<T> values, Span<long> indices, int sign)
        where T : struct, IComparable<T>
    {
        if (count == 0) return;
        if (typeof(T) == typeof(float))
        {
            RankedFloats.Select(MemoryMarshal.Cast<T, float>(x), length, stride, count, MemoryMarshal.Cast<T, float>(values), indices, sign > 0);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            values[i * stride] = x[i * stride];
            indices[i * stride] = i;
        }

        for (int i = (count / 2) - 1; i >= 0; i--) Sink(values, indices, stride, i, count, sign);
        for (int i = count; i < length; i++)
        {
            // An element that comes later wins only if it is better, not if it is equal.
            if (Compare(x[i * stride], values[0]) * sign <= 0) continue;
            values[0] = x[i * stride];
            indices[0] = i;
            Sink(values, indices, stride, 0, count, sign);
        }

        for (int i = count - 1; i > 0; i--)
        {
            (values[0], values[i * stride]) = (values[i * stride], values[0]);
            (indices[0], indices[i * stride]) = (indices[i * stride], indices[0]);
            Sink(values, indices, stride, 0, i, sign);
        }
    }

    /// <summary>Moves an element down until both below it are better.</summary>
    private static void Sink<T>(Span<T> values, Span<long> indices, int stride, int place, int count, int sign)
        where T : struct, IComparable<T>
    {
        T value = values[place * stride];
        long index = indices[place * stride];
        while ((2 * place) + 1 < count)
        {
            int child = (2 * place) + 1;
            if (child + 1 < count && IsBetter(values[child * stride], indices[child * stride], values[(child + 1) * stride], indices[(child + 1) * stride], sign)) child++;
            if (!IsBetter(value, index, values[child * stride], indices[child * stride], sign)) break;
            values[place * stride] = values[child * stride];
            indices[place * stride] = indices[child * stride];
            place = child;
        }

        values[place * stride] = value;
        indices[place * stride] = index;
    }

    private static bool IsBetter<T>(T a, long indexOfA, T b, long indexOfB, int sign)
        where T : struct, IComparable<T>
    {
        int order = Compare(a, b) * sign;
        return order > 0 || (order == 0 && indexOfA < indexOfB);
    }

    /// <summary>−1, 0 or 1; .NET's own order has NaN below all numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Compare<T>(T a, T b)
        where T : struct, IComparable<T>
    {
        int order = Math.Sign(a.CompareTo(b));
        return order != 0 && IsNaN(a) != IsNaN(b) ? -order : order;
    }

    private static bool IsNaN<T>(T value) => value switch
    {
        float number => float.IsNaN(number),
        double number => double.IsNaN(number),
        BFloat16 number => BFloat16.IsNaN(number),
#if NET5_0_OR_GREATER
        Half number => Half.IsNaN(number),
#endif
        _ => false,
    };
}
