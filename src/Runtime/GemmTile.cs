#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of the matrix product: sums[r][v] = Σ over k of A[r, k] × B[k, column(v)], k in order.
/// A is row-major and read as it lies; B is packed in panels [k][16], and each vector names its place in the first k's row.
/// </summary>
internal static class GemmTile
{
    /// <summary>Four rows by three vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Three(
        ref float a0, ref float a1, ref float a2, ref float a3, ref float b0, ref float b1, ref float b2, int depth, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0v0 = default, r0v1 = default, r0v2 = default;
            Vector<float> r1v0 = default, r1v1 = default, r1v2 = default;
            Vector<float> r2v0 = default, r2v1 = default, r2v2 = default;
            Vector<float> r3v0 = default, r3v1 = default, r3v2 = default;
            nint at = 0;
            for (nint k = 0; k < depth; k++)
            {
                Vector<float> v0 = Simd.Load(ref b0, at);
                Vector<float> v1 = Simd.Load(ref b1, at);
                Vector<float> v2 = Simd.Load(ref b2, at);
                at += Dense.PanelWidth;
                Vector<float> a = new(Unsafe.Add(ref a0, k));
                r0v0 = Simd.MultiplyAdd(a, v0, r0v0);
                r0v1 = Simd.MultiplyAdd(a, v1, r0v1);
                r0v2 = Simd.MultiplyAdd(a, v2, r0v2);
                a = new(Unsafe.Add(ref a1, k));
                r1v0 = Simd.MultiplyAdd(a, v0, r1v0);
                r1v1 = Simd.MultiplyAdd(a, v1, r1v1);
                r1v2 = Simd.MultiplyAdd(a, v2, r1v2);
                a = new(Unsafe.Add(ref a2, k));
                r2v0 = Simd.MultiplyAdd(a, v0, r2v0);
                r2v1 = Simd.MultiplyAdd(a, v1, r2v1);
                r2v2 = Simd.MultiplyAdd(a, v2, r2v2);
                a = new(Unsafe.Add(ref a3, k));
                r3v0 = Simd.MultiplyAdd(a, v0, r3v0);
                r3v1 = Simd.MultiplyAdd(a, v1, r3v1);
                r3v2 = Simd.MultiplyAdd(a, v2, r3v2);
            }

            sums.R0V0 = r0v0;
            sums.R0V1 = r0v1;
            sums.R0V2 = r0v2;
            sums.R1V0 = r1v0;
            sums.R1V1 = r1v1;
            sums.R1V2 = r1v2;
            sums.R2V0 = r2v0;
            sums.R2V1 = r2v1;
            sums.R2V2 = r2v2;
            sums.R3V0 = r3v0;
            sums.R3V1 = r3v1;
            sums.R3V2 = r3v2;
        }
    }

    /// <summary>Four rows by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Two(
        ref float a0, ref float a1, ref float a2, ref float a3, ref float b0, ref float b1, int depth, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0v0 = default, r0v1 = default, r1v0 = default, r1v1 = default;
            Vector<float> r2v0 = default, r2v1 = default, r3v0 = default, r3v1 = default;
            nint at = 0;
            for (nint k = 0; k < depth; k++)
            {
                Vector<float> v0 = Simd.Load(ref b0, at);
                Vector<float> v1 = Simd.Load(ref b1, at);
                at += Dense.PanelWidth;
                Vector<float> a = new(Unsafe.Add(ref a0, k));
                r0v0 = Simd.MultiplyAdd(a, v0, r0v0);
                r0v1 = Simd.MultiplyAdd(a, v1, r0v1);
                a = new(Unsafe.Add(ref a1, k));
                r1v0 = Simd.MultiplyAdd(a, v0, r1v0);
                r1v1 = Simd.MultiplyAdd(a, v1, r1v1);
                a = new(Unsafe.Add(ref a2, k));
                r2v0 = Simd.MultiplyAdd(a, v0, r2v0);
                r2v1 = Simd.MultiplyAdd(a, v1, r2v1);
                a = new(Unsafe.Add(ref a3, k));
                r3v0 = Simd.MultiplyAdd(a, v0, r3v0);
                r3v1 = Simd.MultiplyAdd(a, v1, r3v1);
            }

            sums.R0V0 = r0v0;
            sums.R0V1 = r0v1;
            sums.R1V0 = r1v0;
            sums.R1V1 = r1v1;
            sums.R2V0 = r2v0;
            sums.R2V1 = r2v1;
            sums.R3V0 = r3v0;
            sums.R3V1 = r3v1;
        }
    }

    /// <summary>Four rows by one vector, for products of at most one vector of columns.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void One(
        ref float a0, ref float a1, ref float a2, ref float a3, ref float b0, int depth, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0 = default, r1 = default, r2 = default, r3 = default;
            nint at = 0;
            for (nint k = 0; k < depth; k++)
            {
                Vector<float> v = Simd.Load(ref b0, at);
                at += Dense.PanelWidth;
                r0 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref a0, k)), v, r0);
                r1 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref a1, k)), v, r1);
                r2 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref a2, k)), v, r2);
                r3 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref a3, k)), v, r3);
            }

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }
}
