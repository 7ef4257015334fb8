#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>
/// Dot products of rows of 16-bit integers with rows of 8-bit weights, exact in 32 bits: 16-bit products are added in pairs without saturation.
/// Rows are filled with zeros to a multiple of <see cref="Padding"/>; weights are not, so what is read beyond a row of them counts for nothing.
/// </summary>
internal static class IntegerDot
{
    /// <summary>Elements that rows are filled to a multiple of, and bytes behind the weights that may be read.</summary>
    internal const int Padding = 32;

    /// <summary>Rows computed together.</summary>
    internal const int RowTile = 4;

    /// <summary>The length of a row of so many elements.</summary>
    internal static int RowLength(int depth) => unchecked((depth + Padding - 1) / Padding * Padding);

    /// <summary>The products of rows with two rows of weights; rows up to the next multiple of four are computed and stored too.</summary>
    /// <param name="a">The first row.</param>
    /// <param name="rowLength">Elements from row to row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="w0">A row of weights.</param>
    /// <param name="w1">Another row of weights; it may be the same.</param>
    /// <param name="depth">Elements of a row that count.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="sums0">The products with the first row of weights.</param>
    /// <param name="sums1">The products with the second.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Rows(ref short a, int rowLength, int rows, ref sbyte w0, ref sbyte w1, int depth, int zeroPoint, ref int sums0, ref int sums1)
    {
        unchecked
        {
#if NET8_0_OR_GREATER
            if (Avx2.IsSupported)
            {
                int padded = (depth + 15) & ~15;
                if (rows == 1)
                {
                    One(ref a, ref w0, ref w1, padded, zeroPoint, out sums0, out sums1);
                    return;
                }

                for (int row = 0; row < rows; row += RowTile)
                {
                    Four(ref Unsafe.Add(ref a, row * rowLength), rowLength, ref w0, ref w1, padded, zeroPoint, ref Unsafe.Add(ref sums0, row), ref Unsafe.Add(ref sums1, row));
                }

                return;
            }
#endif
            for (int row = 0; row < rows; row++)
            {
                ref short from = ref Unsafe.Add(ref a, row * rowLength);
                Unsafe.Add(ref sums0, row) = Dot(ref from, ref w0, depth, zeroPoint);
                Unsafe.Add(ref sums1, row) = Dot(ref from, ref w1, depth, zeroPoint);
            }
        }
    }

    /// <summary>One product by whatever vectors there are.</summary>
    [MethodImpl(Simd.Hot)]
    internal static int Dot(ref short a, ref sbyte w, int depth, int zeroPoint)
    {
        unchecked
        {
            var zero = new Vector<short>((short)zeroPoint);
            Vector<int> sum = default;
            for (int k = 0; k < depth; k += Vector<sbyte>.Count)
            {
                Vector.Widen(Unsafe.ReadUnaligned<Vector<sbyte>>(ref Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref w, k))), out Vector<short> low, out Vector<short> high);
                sum += Product(ref Unsafe.Add(ref a, k), low - zero) + Product(ref Unsafe.Add(ref a, k + Vector<short>.Count), high - zero);
            }

            int total = 0;
            for (int i = 0; i < Vector<int>.Count; i++) total += sum[i];
            return total;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<int> Product(ref short a, Vector<short> w)
    {
        Vector.Widen(Unsafe.ReadUnaligned<Vector<short>>(ref Unsafe.As<short, byte>(ref a)), out Vector<int> a0, out Vector<int> a1);
        Vector.Widen(w, out Vector<int> w0, out Vector<int> w1);
        return (a0 * w0) + (a1 * w1);
    }

#if NET8_0_OR_GREATER
    /// <summary>Four rows by two rows of weights.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four(ref short a, int rowLength, ref sbyte w0, ref sbyte w1, int depth, int zeroPoint, ref int sums0, ref int sums1)
    {
        unchecked
        {
            Vector256<short> zero = Vector256.Create((short)zeroPoint);
            Vector256<int> r00 = default, r10 = default, r20 = default, r30 = default, r01 = default, r11 = default, r21 = default, r31 = default;
            ref short a1 = ref Unsafe.Add(ref a, rowLength);
            ref short a2 = ref Unsafe.Add(ref a1, rowLength);
            ref short a3 = ref Unsafe.Add(ref a2, rowLength);
            for (int k = 0; k < depth; k += 16)
            {
                Vector256<short> first = Weights(ref w0, k, zero);
                Vector256<short> second = Weights(ref w1, k, zero);
                Vector256<short> x = Vector256.LoadUnsafe(ref a, (nuint)k);
                r00 += Avx2.MultiplyAddAdjacent(x, first);
                r01 += Avx2.MultiplyAddAdjacent(x, second);
                x = Vector256.LoadUnsafe(ref a1, (nuint)k);
                r10 += Avx2.MultiplyAddAdjacent(x, first);
                r11 += Avx2.MultiplyAddAdjacent(x, second);
                x = Vector256.LoadUnsafe(ref a2, (nuint)k);
                r20 += Avx2.MultiplyAddAdjacent(x, first);
                r21 += Avx2.MultiplyAddAdjacent(x, second);
                x = Vector256.LoadUnsafe(ref a3, (nuint)k);
                r30 += Avx2.MultiplyAddAdjacent(x, first);
                r31 += Avx2.MultiplyAddAdjacent(x, second);
            }

            Totals(r00, r10, r20, r30).StoreUnsafe(ref sums0);
            Totals(r01, r11, r21, r31).StoreUnsafe(ref sums1);
        }
    }

    /// <summary>One row by two rows of weights.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One(ref short a, ref sbyte w0, ref sbyte w1, int depth, int zeroPoint, out int sum0, out int sum1)
    {
        unchecked
        {
            Vector256<short> zero = Vector256.Create((short)zeroPoint);
            Vector256<int> first = default, second = default;
            for (int k = 0; k < depth; k += 16)
            {
                Vector256<short> x = Vector256.LoadUnsafe(ref a, (nuint)k);
                first += Avx2.MultiplyAddAdjacent(x, Weights(ref w0, k, zero));
                second += Avx2.MultiplyAddAdjacent(x, Weights(ref w1, k, zero));
            }

            Vector128<int> both = Totals(first, second, first, second);
            sum0 = both.GetElement(0);
            sum1 = both.GetElement(1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Weights(ref sbyte w, int k, Vector256<short> zero)
        => Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref w, (nuint)k)) - zero;

    /// <summary>The sums of the lanes of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Totals(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        Vector256<int> pairs = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return unchecked(pairs.GetLower() + pairs.GetUpper());
    }
#endif
}
