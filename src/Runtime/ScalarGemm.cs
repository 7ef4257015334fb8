#nullable enable
using System;
#if NET8_0_OR_GREATER
using System.Numerics;
#endif
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The matrix product of element types other than float, one multiplication at a time:
/// C[m, n] = Σ over k of A[m, k] × B[k, n], k in order, all row-major. Integers wrap around, as ONNX's do.
/// </summary>
public static class ScalarGemm
{
#if NET8_0_OR_GREATER
    /// <summary>Computes C.</summary>
    /// <param name="a">[rows, depth], or [depth, rows] if <paramref name="transposedA"/>.</param>
    /// <param name="b">[depth, columns], or [columns, depth] if <paramref name="transposedB"/>.</param>
    /// <param name="c">[rows, columns]; must not overlap A or B.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="transposedA">True if A is stored transposed.</param>
    /// <param name="transposedB">True if B is stored transposed.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<T>(
        ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c, int rows, int depth, int columns, bool transposedA, bool transposedB)
        where T : struct, INumberBase<T>
    {
        Check(a.Length, b.Length, c.Length, rows, depth, columns);
        int rowStep = transposedA ? 1 : depth;
        int depthStep = transposedA ? rows : 1;
        unchecked
        {
            for (int m = 0; m < rows; m++)
            {
                Span<T> target = c.Slice(m * columns, columns);
                if (transposedB)
                {
                    for (int n = 0; n < target.Length; n++)
                    {
                        T sum = T.Zero;
                        for (int k = 0; k < depth; k++)
                        {
                            sum += a[(m * rowStep) + (k * depthStep)] * b[(n * depth) + k];
                        }

                        target[n] = sum;
                    }

                    continue;
                }

                target.Clear();
                for (int k = 0; k < depth; k++)
                {
                    T factor = a[(m * rowStep) + (k * depthStep)];
                    ReadOnlySpan<T> source = b.Slice(k * columns, target.Length);
                    for (int n = 0; n < target.Length; n++)
                    {
                        target[n] += factor * source[n];
                    }
                }
            }
        }
    }
#else
    /// <summary>Computes C.</summary>
    /// <param name="a">[rows, depth], or [depth, rows] if <paramref name="transposedA"/>.</param>
    /// <param name="b">[depth, columns], or [columns, depth] if <paramref name="transposedB"/>.</param>
    /// <param name="c">[rows, columns]; must not overlap A or B.</param>
    /// <param name="rows">Rows of C.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="columns">Columns of C.</param>
    /// <param name="transposedA">True if A is stored transposed.</param>
    /// <param name="transposedB">True if B is stored transposed.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int depth, int columns, bool transposedA, bool transposedB)
    {
        Check(a.Length, b.Length, c.Length, rows, depth, columns);
        unchecked
        {
            for (int m = 0; m < rows; m++)
            {
                for (int n = 0; n < columns; n++)
                {
                    double sum = 0;
                    for (int k = 0; k < depth; k++)
                    {
                        sum += a[transposedA ? (k * rows) + m : (m * depth) + k] * b[transposedB ? (n * depth) + k : (k * columns) + n];
                    }

                    c[(m * columns) + n] = sum;
                }
            }
        }
    }
#endif

    private static void Check(int a, int b, int c, int rows, int depth, int columns)
    {
        if (a < rows * depth || b < depth * columns || c < rows * columns)
        {
            throw new ArgumentException("A span is shorter than the product's sizes need.");
        }
    }
}
