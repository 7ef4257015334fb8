#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Sums and linear combinations of rows of floats: what normalisations and attention are made of.</summary>
public static class RowMath
{
    /// <summary>Σ x.</summary>
    [MethodImpl(Simd.Hot)]
    public static float Sum(ReadOnlySpan<float> x)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            ref float from = ref MemoryMarshal.GetReference(x);
            Vector<float> a = Vector<float>.Zero, b = Vector<float>.Zero;
            int i = 0;
            for (; i <= x.Length - (2 * lanes); i += 2 * lanes)
            {
                a += Simd.Load(ref from, i);
                b += Simd.Load(ref from, i + lanes);
            }

            float sum = Simd.Sum(a + b);
            for (; i < x.Length; i++)
            {
                sum += Unsafe.Add(ref from, i);
            }

            return sum;
        }
    }

    /// <summary>Σ (x − center)²: with the mean as center the variance times the length, with 0 the sum of squares.</summary>
    [MethodImpl(Simd.Hot)]
    public static float SquaredDistances(ReadOnlySpan<float> x, float center)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            ref float from = ref MemoryMarshal.GetReference(x);
            Vector<float> shift = new(center);
            Vector<float> a = Vector<float>.Zero, b = Vector<float>.Zero;
            int i = 0;
            for (; i <= x.Length - (2 * lanes); i += 2 * lanes)
            {
                Vector<float> first = Simd.Load(ref from, i) - shift;
                Vector<float> second = Simd.Load(ref from, i + lanes) - shift;
                a = Simd.MultiplyAdd(first, first, a);
                b = Simd.MultiplyAdd(second, second, b);
            }

            float sum = Simd.Sum(a + b);
            for (; i < x.Length; i++)
            {
                float distance = Unsafe.Add(ref from, i) - center;
                sum += distance * distance;
            }

            return sum;
        }
    }

    /// <summary>Σ a · b.</summary>
    /// <exception cref="ArgumentException">The rows have different lengths.</exception>
    [MethodImpl(Simd.Hot)]
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        RequireLength(a.Length, b.Length);
        unchecked
        {
            int lanes = Vector<float>.Count;
            ref float left = ref MemoryMarshal.GetReference(a);
            ref float right = ref MemoryMarshal.GetReference(b);
            Vector<float> p = Vector<float>.Zero, q = Vector<float>.Zero;
            int i = 0;
            for (; i <= a.Length - (2 * lanes); i += 2 * lanes)
            {
                p = Simd.MultiplyAdd(Simd.Load(ref left, i), Simd.Load(ref right, i), p);
                q = Simd.MultiplyAdd(Simd.Load(ref left, i + lanes), Simd.Load(ref right, i + lanes), q);
            }

            float sum = Simd.Sum(p + q);
            for (; i < a.Length; i++)
            {
                sum += Unsafe.Add(ref left, i) * Unsafe.Add(ref right, i);
            }

            return sum;
        }
    }

    /// <summary>y += factor · x.</summary>
    /// <exception cref="ArgumentException">The rows have different lengths.</exception>
    [MethodImpl(Simd.Hot)]
    public static void AddScaled(ReadOnlySpan<float> x, float factor, Span<float> y)
    {
        RequireLength(x.Length, y.Length);
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(x);
            ref float to = ref MemoryMarshal.GetReference(y);
            Vector<float> factors = new(factor);
            int i = 0;
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Simd.Store(Simd.MultiplyAdd(Simd.Load(ref from, i), factors, Simd.Load(ref to, i)), ref to, i);
            }

            for (; i < x.Length; i++)
            {
                Unsafe.Add(ref to, i) += factor * Unsafe.Add(ref from, i);
            }
        }
    }

    /// <summary>y = (x − center) · factor + offset; y may be x.</summary>
    /// <exception cref="ArgumentException">The rows have different lengths.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Normalise(ReadOnlySpan<float> x, Span<float> y, float center, float factor, float offset)
    {
        RequireLength(x.Length, y.Length);
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(x);
            ref float to = ref MemoryMarshal.GetReference(y);
            Vector<float> centers = new(center), factors = new(factor), offsets = new(offset);
            int i = 0;
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Simd.Store(((Simd.Load(ref from, i) - centers) * factors) + offsets, ref to, i);
            }

            for (; i < x.Length; i++)
            {
                Unsafe.Add(ref to, i) = ((Unsafe.Add(ref from, i) - center) * factor) + offset;
            }
        }
    }

    /// <summary>y = (x − center) · factor · scale + shift, with a scale and (unless that row is empty) a shift for each element; y may be x.</summary>
    /// <exception cref="ArgumentException">The rows have different lengths.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Normalise(ReadOnlySpan<float> x, Span<float> y, float center, float factor, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift)
    {
        RequireLength(x.Length, y.Length);
        RequireLength(x.Length, scale.Length);
        bool isShifted = !shift.IsEmpty;
        if (isShifted) RequireLength(x.Length, shift.Length);
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(x);
            ref float to = ref MemoryMarshal.GetReference(y);
            ref float scales = ref MemoryMarshal.GetReference(scale);
            ref float shifts = ref MemoryMarshal.GetReference(shift);
            Vector<float> centers = new(center), factors = new(factor);
            int i = 0;
            for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> value = (Simd.Load(ref from, i) - centers) * factors * Simd.Load(ref scales, i);
                Simd.Store(isShifted ? value + Simd.Load(ref shifts, i) : value, ref to, i);
            }

            for (; i < x.Length; i++)
            {
                float value = (Unsafe.Add(ref from, i) - center) * factor * Unsafe.Add(ref scales, i);
                Unsafe.Add(ref to, i) = isShifted ? value + Unsafe.Add(ref shifts, i) : value;
            }
        }
    }

    /// <summary>Rotates the pairs of two rows: y1 = cos · x1 − sin · x2, y2 = sin · x1 + cos · x2. The outputs may be the inputs.</summary>
    /// <exception cref="ArgumentException">The rows have different lengths.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Rotate(ReadOnlySpan<float> x1, ReadOnlySpan<float> x2, ReadOnlySpan<float> cos, ReadOnlySpan<float> sin, Span<float> y1, Span<float> y2)
    {
        RequireLength(x1.Length, x2.Length);
        RequireLength(x1.Length, cos.Length);
        RequireLength(x1.Length, sin.Length);
        RequireLength(x1.Length, y1.Length);
        RequireLength(x1.Length, y2.Length);
        unchecked
        {
            int i = 0;
            for (; i <= x1.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Vector<float> first = Simd.Load(ref MemoryMarshal.GetReference(x1), i);
                Vector<float> second = Simd.Load(ref MemoryMarshal.GetReference(x2), i);
                Vector<float> c = Simd.Load(ref MemoryMarshal.GetReference(cos), i);
                Vector<float> s = Simd.Load(ref MemoryMarshal.GetReference(sin), i);
                Simd.Store((c * first) - (s * second), ref MemoryMarshal.GetReference(y1), i);
                Simd.Store((s * first) + (c * second), ref MemoryMarshal.GetReference(y2), i);
            }

            for (; i < x1.Length; i++)
            {
                float first = x1[i];
                float second = x2[i];
                y1[i] = (cos[i] * first) - (sin[i] * second);
                y2[i] = (sin[i] * first) + (cos[i] * second);
            }
        }
    }

    private static void RequireLength(int expected, int given)
    {
        if (expected != given) throw new ArgumentException("Rows have different lengths.");
    }
}
