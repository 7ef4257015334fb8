#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Rows normalised one by one: layer and root-mean-square normalisation. Sums are of floats, a row's factor is computed in double.</summary>
public static class RowNorm
{
    /// <summary>
    /// y = (x − mean) / √(variance + epsilon) · scale + shift of every row, or without <paramref name="centers"/> y = x / √(mean of squares + epsilon) · scale + shift.
    /// </summary>
    /// <param name="input">x: [rows, length].</param>
    /// <param name="output">y: the same shape; may be x itself, must not overlap it otherwise.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="length">The elements of a row.</param>
    /// <param name="scale">[length], or empty for none.</param>
    /// <param name="shift">[length], or empty for none.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="centers">Whether the mean is subtracted.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, int rows, int length, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float epsilon, bool centers)
    {
        if (input.Length < rows * length || output.Length < rows * length || (scale.Length != 0 && scale.Length < length) || (shift.Length != 0 && shift.Length < length))
        {
            throw new ArgumentException("A span is shorter than the normalisation's sizes need.");
        }

        if (rows == 0 || length == 0) return;
        ref float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && length >= 2 * Lanes512.Half)
        {
            Run<Lanes512>(ref x, ref y, rows, length, scale, shift, epsilon, centers);
            return;
        }
#endif
        Run<VectorLanes>(ref x, ref y, rows, length, scale, shift, epsilon, centers);
    }

    [MethodImpl(Simd.Hot)]
    private static void Run<TLanes>(ref float x, ref float y, int rows, int length, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, float epsilon, bool centers)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (int row = 0; row < rows; row++)
            {
                float mean = centers ? Sum<TLanes>(ref x, length) / length : 0f;
                float variance = Squares<TLanes>(ref x, length, mean) / length;
                float factor = (float)(1d / Math.Sqrt(variance + (double)epsilon));
                Write<TLanes>(ref x, ref y, length, mean, factor, scale, shift);
                x = ref Unsafe.Add(ref x, length);
                y = ref Unsafe.Add(ref y, length);
            }
        }
    }

    /// <summary>A vector that ends with the row, its first lanes zero where the vectors before it have them; a shorter row is padded with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Last<TLanes>(ref float x, int length, int done, float otherwise)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        int end = unchecked(length - v.Count);
        return end < 0 ? v.KeepUpTo(v.LoadUpTo(ref x, 0, length), length, v.Fill(otherwise)) : v.KeepUpTo(v.Fill(otherwise), unchecked(done - end), v.Load(ref x, end));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum<TLanes>(ref float x, int length)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes a = v.Fill(0f), b = a;
            int i = 0;
            for (; i + (2 * v.Count) < length; i += 2 * v.Count)
            {
                a = v.Add(a, v.Load(ref x, i));
                b = v.Add(b, v.Load(ref x, i + v.Count));
            }

            if (i + v.Count < length)
            {
                a = v.Add(a, v.Load(ref x, i));
                i += v.Count;
            }

            return v.Sum(v.Add(v.Add(a, b), Last<TLanes>(ref x, length, i, 0f)));
        }
    }

    /// <summary>Σ (x − mean)².</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Squares<TLanes>(ref float x, int length, float mean)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes center = v.Fill(mean);
            TLanes a = v.Fill(0f), b = a;
            int i = 0;
            for (; i + (2 * v.Count) < length; i += 2 * v.Count)
            {
                TLanes first = v.Subtract(v.Load(ref x, i), center);
                TLanes second = v.Subtract(v.Load(ref x, i + v.Count), center);
                v.Accumulate(ref a, first, first);
                v.Accumulate(ref b, second, second);
            }

            if (i + v.Count < length)
            {
                TLanes value = v.Subtract(v.Load(ref x, i), center);
                v.Accumulate(ref a, value, value);
                i += v.Count;
            }

            TLanes last = v.Subtract(Last<TLanes>(ref x, length, i, mean), center);
            return v.Sum(v.Add(b, v.MultiplyAdd(last, last, a)));
        }
    }

    /// <summary>The row's result. The last vector may overlap the one before it: it is read before that is written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<TLanes>(ref float x, ref float y, int length, float mean, float factor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int end = length - v.Count;
            TLanes last = end < 0 ? v.LoadUpTo(ref x, 0, length) : v.Load(ref x, end);
            for (int i = 0; i < end; i += v.Count)
            {
                v.Store(Result(v.Load(ref x, i), mean, factor, scale, shift, i, v.Count), ref y, i);
            }

            if (end < 0) v.StoreUpTo(Result(last, mean, factor, scale, shift, 0, length), ref y, 0, length);
            else v.Store(Result(last, mean, factor, scale, shift, end, v.Count), ref y, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Result<TLanes>(TLanes x, float mean, float factor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, int at, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes v = default;
        TLanes value = v.Multiply(v.Subtract(x, v.Fill(mean)), v.Fill(factor));
        if (!scale.IsEmpty) value = v.Multiply(value, v.LoadUpTo(ref MemoryMarshal.GetReference(scale), at, count));
        return shift.IsEmpty ? value : v.Add(value, v.LoadUpTo(ref MemoryMarshal.GetReference(shift), at, count));
    }
}
