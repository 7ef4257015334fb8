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
            Vector<float> v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w0, v, r0);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w1, v, r0);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w2, v, r0);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w3, v, r0);
            r1 = Simd.MultiplyAdd(w0, v, r1);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w4, v, r0);
            r1 = Simd.MultiplyAdd(w1, v, r1);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w5, v, r0);
            r1 = Simd.MultiplyAdd(w2, v, r1);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w6, v, r0);
            r1 = Simd.MultiplyAdd(w3, v, r1);
            r2 = Simd.MultiplyAdd(w0, v, r2);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w7, v, r0);
            r1 = Simd.MultiplyAdd(w4, v, r1);
            r2 = Simd.MultiplyAdd(w1, v, r2);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w8, v, r0);
            r1 = Simd.MultiplyAdd(w5, v, r1);
            r2 = Simd.MultiplyAdd(w2, v, r2);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r1 = Simd.MultiplyAdd(w6, v, r1);
            r2 = Simd.MultiplyAdd(w3, v, r2);
            r3 = Simd.MultiplyAdd(w0, v, r3);
            v = Simd.Load(ref input, second);
            r1 = Simd.MultiplyAdd(w7, v, r1);
            r2 = Simd.MultiplyAdd(w4, v, r2);
            r3 = Simd.MultiplyAdd(w1, v, r3);
            v = Simd.Load(ref input, third);
            r1 = Simd.MultiplyAdd(w8, v, r1);
            r2 = Simd.MultiplyAdd(w5, v, r2);
            r3 = Simd.MultiplyAdd(w2, v, r3);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r2 = Simd.MultiplyAdd(w6, v, r2);
            r3 = Simd.MultiplyAdd(w3, v, r3);
            v = Simd.Load(ref input, second);
            r2 = Simd.MultiplyAdd(w7, v, r2);
            r3 = Simd.MultiplyAdd(w4, v, r3);
            v = Simd.Load(ref input, third);
            r2 = Simd.MultiplyAdd(w8, v, r2);
            r3 = Simd.MultiplyAdd(w5, v, r3);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r3 = Simd.MultiplyAdd(w6, v, r3);
            v = Simd.Load(ref input, second);
            r3 = Simd.MultiplyAdd(w7, v, r3);
            v = Simd.Load(ref input, third);
            r3 = Simd.MultiplyAdd(w8, v, r3);

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
            Vector<float> v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w0, v, r0);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w1, v, r0);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w2, v, r0);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w3, v, r0);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w4, v, r0);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w5, v, r0);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r0 = Simd.MultiplyAdd(w6, v, r0);
            r1 = Simd.MultiplyAdd(w0, v, r1);
            v = Simd.Load(ref input, second);
            r0 = Simd.MultiplyAdd(w7, v, r0);
            r1 = Simd.MultiplyAdd(w1, v, r1);
            v = Simd.Load(ref input, third);
            r0 = Simd.MultiplyAdd(w8, v, r0);
            r1 = Simd.MultiplyAdd(w2, v, r1);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r1 = Simd.MultiplyAdd(w3, v, r1);
            v = Simd.Load(ref input, second);
            r1 = Simd.MultiplyAdd(w4, v, r1);
            v = Simd.Load(ref input, third);
            r1 = Simd.MultiplyAdd(w5, v, r1);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r1 = Simd.MultiplyAdd(w6, v, r1);
            r2 = Simd.MultiplyAdd(w0, v, r2);
            v = Simd.Load(ref input, second);
            r1 = Simd.MultiplyAdd(w7, v, r1);
            r2 = Simd.MultiplyAdd(w1, v, r2);
            v = Simd.Load(ref input, third);
            r1 = Simd.MultiplyAdd(w8, v, r1);
            r2 = Simd.MultiplyAdd(w2, v, r2);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r2 = Simd.MultiplyAdd(w3, v, r2);
            v = Simd.Load(ref input, second);
            r2 = Simd.MultiplyAdd(w4, v, r2);
            v = Simd.Load(ref input, third);
            r2 = Simd.MultiplyAdd(w5, v, r2);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r2 = Simd.MultiplyAdd(w6, v, r2);
            r3 = Simd.MultiplyAdd(w0, v, r3);
            v = Simd.Load(ref input, second);
            r2 = Simd.MultiplyAdd(w7, v, r2);
            r3 = Simd.MultiplyAdd(w1, v, r3);
            v = Simd.Load(ref input, third);
            r2 = Simd.MultiplyAdd(w8, v, r2);
            r3 = Simd.MultiplyAdd(w2, v, r3);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r3 = Simd.MultiplyAdd(w3, v, r3);
            v = Simd.Load(ref input, second);
            r3 = Simd.MultiplyAdd(w4, v, r3);
            v = Simd.Load(ref input, third);
            r3 = Simd.MultiplyAdd(w5, v, r3);

            input = ref Unsafe.Add(ref input, rowLength);
            v = Simd.Load(ref input, 0);
            r3 = Simd.MultiplyAdd(w6, v, r3);
            v = Simd.Load(ref input, second);
            r3 = Simd.MultiplyAdd(w7, v, r3);
            v = Simd.Load(ref input, third);
            r3 = Simd.MultiplyAdd(w8, v, r3);

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }
}
