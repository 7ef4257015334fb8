#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of the depthwise convolution: four output rows by one vector, sums[r] = Σ over t of weights[t] ×
/// input[offset(t) + r × step]. The 3 × 3 forms load every input row once for all output rows that it belongs to.
/// </summary>
internal static class DepthwiseTile
{
    /// <summary>Any kernel; input rows of neighbouring output rows are <paramref name="step"/> floats apart.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Any(ref float weights, ref float input, ref int offsets, int taps, nint step, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0 = default, r1 = default, r2 = default, r3 = default;
            ref float x1 = ref Unsafe.Add(ref input, step);
            ref float x2 = ref Unsafe.Add(ref x1, step);
            ref float x3 = ref Unsafe.Add(ref x2, step);
            for (nint tap = 0; tap < taps; tap++)
            {
                nint offset = Unsafe.Add(ref offsets, tap);
                Vector<float> w = new(Unsafe.Add(ref weights, tap));
                r0 = Simd.MultiplyAdd(w, Simd.Load(ref input, offset), r0);
                r1 = Simd.MultiplyAdd(w, Simd.Load(ref x1, offset), r1);
                r2 = Simd.MultiplyAdd(w, Simd.Load(ref x2, offset), r2);
                r3 = Simd.MultiplyAdd(w, Simd.Load(ref x3, offset), r3);
            }

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }

    /// <summary>3 × 3, stride 1 along the height; the offsets are those of the second and third column.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void ThreeByThree(ref float weights, ref float input, nint rowLength, nint second, nint third, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> w0 = new(weights), w1 = new(Unsafe.Add(ref weights, 1)), w2 = new(Unsafe.Add(ref weights, 2));
            Vector<float> w3 = new(Unsafe.Add(ref weights, 3)), w4 = new(Unsafe.Add(ref weights, 4)), w5 = new(Unsafe.Add(ref weights, 5));
            Vector<float> w6 = new(Unsafe.Add(ref weights, 6)), w7 = new(Unsafe.Add(ref weights, 7)), w8 = new(Unsafe.Add(ref weights, 8));
            Vector<float> r0 = default, r1 = default, r2 = default, r3 = default;
            r0 = AddRow(r0, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r0 = AddRow(r0, w3, w4, w5, ref input, second, third);
            r1 = AddRow(r1, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r0 = AddRow(r0, w6, w7, w8, ref input, second, third);
            r1 = AddRow(r1, w3, w4, w5, ref input, second, third);
            r2 = AddRow(r2, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r1 = AddRow(r1, w6, w7, w8, ref input, second, third);
            r2 = AddRow(r2, w3, w4, w5, ref input, second, third);
            r3 = AddRow(r3, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r2 = AddRow(r2, w6, w7, w8, ref input, second, third);
            r3 = AddRow(r3, w3, w4, w5, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r3 = AddRow(r3, w6, w7, w8, ref input, second, third);

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }

    /// <summary>3 × 3, stride 2 along the height; the offsets are those of the second and third column.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void ThreeByThreeStride2(ref float weights, ref float input, nint rowLength, nint second, nint third, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> w0 = new(weights), w1 = new(Unsafe.Add(ref weights, 1)), w2 = new(Unsafe.Add(ref weights, 2));
            Vector<float> w3 = new(Unsafe.Add(ref weights, 3)), w4 = new(Unsafe.Add(ref weights, 4)), w5 = new(Unsafe.Add(ref weights, 5));
            Vector<float> w6 = new(Unsafe.Add(ref weights, 6)), w7 = new(Unsafe.Add(ref weights, 7)), w8 = new(Unsafe.Add(ref weights, 8));
            Vector<float> r0 = default, r1 = default, r2 = default, r3 = default;
            r0 = AddRow(r0, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r0 = AddRow(r0, w3, w4, w5, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r0 = AddRow(r0, w6, w7, w8, ref input, second, third);
            r1 = AddRow(r1, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r1 = AddRow(r1, w3, w4, w5, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r1 = AddRow(r1, w6, w7, w8, ref input, second, third);
            r2 = AddRow(r2, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r2 = AddRow(r2, w3, w4, w5, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r2 = AddRow(r2, w6, w7, w8, ref input, second, third);
            r3 = AddRow(r3, w0, w1, w2, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r3 = AddRow(r3, w3, w4, w5, ref input, second, third);

            input = ref Unsafe.Add(ref input, rowLength);
            r3 = AddRow(r3, w6, w7, w8, ref input, second, third);

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }

    /// <summary>One row of the kernel; rows that two sums share are loaded once by the compiler's own doing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<float> AddRow(
        Vector<float> sum, Vector<float> a, Vector<float> b, Vector<float> c, ref float row, nint second, nint third)
    {
        sum = Simd.MultiplyAdd(a, Simd.Load(ref row, 0), sum);
        sum = Simd.MultiplyAdd(b, Simd.Load(ref row, second), sum);
        return Simd.MultiplyAdd(c, Simd.Load(ref row, third), sum);
    }
}
