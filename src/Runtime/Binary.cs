#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Two tensors of floats, element by element; the second may be a row that repeats, as ONNX broadcasts it from the right.</summary>
public static class Binary
{
    /// <summary>y[i] = a[i] + b[i mod length of b].</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">As many elements, or a row: its length divides that of <paramref name="a"/>.</param>
    /// <param name="y">Of a's shape; may be a, or b where that has as many elements.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Add(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => Run<Sum>(a, b, y);

    /// <summary>y[i] = a[i] − b[i mod length of b].</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">As many elements, or a row: its length divides that of <paramref name="a"/>.</param>
    /// <param name="y">Of a's shape; may be a, or b where that has as many elements.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Subtract(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => Run<Difference>(a, b, y);

    /// <summary>y[i] = a[i] × b[i mod length of b].</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">As many elements, or a row: its length divides that of <paramref name="a"/>.</param>
    /// <param name="y">Of a's shape; may be a, or b where that has as many elements.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Multiply(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => Run<Product>(a, b, y);

    /// <summary>y[i] = a[i] ÷ b[i mod length of b].</summary>
    /// <param name="a">Any shape.</param>
    /// <param name="b">As many elements, or a row: its length divides that of <paramref name="a"/>.</param>
    /// <param name="y">Of a's shape; may be a, or b where that has as many elements.</param>
    /// <exception cref="ArgumentException">A span has another length.</exception>
    public static void Divide(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y) => Run<Quotient>(a, b, y);

    private static void Run<TOperator>(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y)
        where TOperator : struct, IBinary
    {
        if (y.Length != a.Length || (a.Length > 0 && (b.Length == 0 || a.Length % b.Length != 0)))
        {
            throw new ArgumentException("The output is no tensor of the first operand's length, or the second no row of it.");
        }

        ref float x = ref MemoryMarshal.GetReference(a);
        ref float row = ref MemoryMarshal.GetReference(b);
        ref float to = ref MemoryMarshal.GetReference(y);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && b.Length >= 16)
        {
            Rows<Lanes512, TOperator>(ref x, ref row, ref to, a.Length, b.Length);
            return;
        }
#endif
        Rows<VectorLanes, TOperator>(ref x, ref row, ref to, a.Length, b.Length);
    }

    [MethodImpl(Simd.Hot)]
    private static void Rows<TLanes, TOperator>(ref float a, ref float b, ref float y, int length, int row)
        where TLanes : struct, ILanes<TLanes>
        where TOperator : struct, IBinary
    {
        unchecked
        {
            TLanes v = default;
            for (nint start = 0; start < length; start += row)
            {
                ref float x = ref Unsafe.Add(ref a, start);
                ref float to = ref Unsafe.Add(ref y, start);
                int i = 0;
                for (; i <= row - v.Count; i += v.Count)
                {
                    v.Store(default(TOperator).Of(v.Load(ref x, i), v.Load(ref b, i)), ref to, i);
                }

                int left = row - i;
                if (left > 0)
                {
                    v.StoreUpTo(default(TOperator).Of(v.LoadUpTo(ref x, i, left), v.LoadUpTo(ref b, i, left)), ref to, i, left);
                }
            }
        }
    }

    /// <summary>An operator of two operands.</summary>
    private interface IBinary
    {
        /// <summary>Its value in every lane.</summary>
        TLanes Of<TLanes>(TLanes a, TLanes b)
            where TLanes : struct, ILanes<TLanes>;
    }

    private readonly struct Sum : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b)
            where TLanes : struct, ILanes<TLanes> => a.Add(a, b);
    }

    private readonly struct Difference : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b)
            where TLanes : struct, ILanes<TLanes> => a.Subtract(a, b);
    }

    private readonly struct Product : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b)
            where TLanes : struct, ILanes<TLanes> => a.Multiply(a, b);
    }

    private readonly struct Quotient : IBinary
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TLanes Of<TLanes>(TLanes a, TLanes b)
            where TLanes : struct, ILanes<TLanes> => a.Divide(a, b);
    }
}
