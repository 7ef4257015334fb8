#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of the convolution: sums[r][v] = Σ over taps t of weights[t][r] × input[offset(t) + place(v)].
/// Weights are packed [tap][4 channels]; the offsets come from a table, so that one kernel serves every kernel size,
/// dilation and layout of the input. Taps are added in order, each product fused into the sum where the processor can.
/// </summary>
internal static class ConvTile
{
    /// <summary>Three vectors: the first at <paramref name="input"/>, the others at their distances from it.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Three(ref float weights, ref float input, ref int offsets, int taps, nint second, nint third, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0v0 = default, r0v1 = default, r0v2 = default;
            Vector<float> r1v0 = default, r1v1 = default, r1v2 = default;
            Vector<float> r2v0 = default, r2v1 = default, r2v2 = default;
            Vector<float> r3v0 = default, r3v1 = default, r3v2 = default;
            ref float x1 = ref Unsafe.Add(ref input, second);
            ref float x2 = ref Unsafe.Add(ref input, third);
            for (nint tap = 0; tap < taps; tap++)
            {
                nint offset = Unsafe.Add(ref offsets, tap);
                Vector<float> v0 = Simd.Load(ref input, offset);
                Vector<float> v1 = Simd.Load(ref x1, offset);
                Vector<float> v2 = Simd.Load(ref x2, offset);
                Vector<float> w = new(weights);
                r0v0 = Simd.MultiplyAdd(w, v0, r0v0);
                r0v1 = Simd.MultiplyAdd(w, v1, r0v1);
                r0v2 = Simd.MultiplyAdd(w, v2, r0v2);
                w = new(Unsafe.Add(ref weights, 1));
                r1v0 = Simd.MultiplyAdd(w, v0, r1v0);
                r1v1 = Simd.MultiplyAdd(w, v1, r1v1);
                r1v2 = Simd.MultiplyAdd(w, v2, r1v2);
                w = new(Unsafe.Add(ref weights, 2));
                r2v0 = Simd.MultiplyAdd(w, v0, r2v0);
                r2v1 = Simd.MultiplyAdd(w, v1, r2v1);
                r2v2 = Simd.MultiplyAdd(w, v2, r2v2);
                w = new(Unsafe.Add(ref weights, 3));
                r3v0 = Simd.MultiplyAdd(w, v0, r3v0);
                r3v1 = Simd.MultiplyAdd(w, v1, r3v1);
                r3v2 = Simd.MultiplyAdd(w, v2, r3v2);
                weights = ref Unsafe.Add(ref weights, 4);
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

    /// <summary>Two vectors: the first at <paramref name="input"/>, the second at its distance from it.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Two(ref float weights, ref float input, ref int offsets, int taps, nint second, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0v0 = default, r0v1 = default, r1v0 = default, r1v1 = default;
            Vector<float> r2v0 = default, r2v1 = default, r3v0 = default, r3v1 = default;
            ref float x1 = ref Unsafe.Add(ref input, second);
            for (nint tap = 0; tap < taps; tap++)
            {
                nint offset = Unsafe.Add(ref offsets, tap);
                Vector<float> v0 = Simd.Load(ref input, offset);
                Vector<float> v1 = Simd.Load(ref x1, offset);
                Vector<float> w = new(weights);
                r0v0 = Simd.MultiplyAdd(w, v0, r0v0);
                r0v1 = Simd.MultiplyAdd(w, v1, r0v1);
                w = new(Unsafe.Add(ref weights, 1));
                r1v0 = Simd.MultiplyAdd(w, v0, r1v0);
                r1v1 = Simd.MultiplyAdd(w, v1, r1v1);
                w = new(Unsafe.Add(ref weights, 2));
                r2v0 = Simd.MultiplyAdd(w, v0, r2v0);
                r2v1 = Simd.MultiplyAdd(w, v1, r2v1);
                w = new(Unsafe.Add(ref weights, 3));
                r3v0 = Simd.MultiplyAdd(w, v0, r3v0);
                r3v1 = Simd.MultiplyAdd(w, v1, r3v1);
                weights = ref Unsafe.Add(ref weights, 4);
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

    /// <summary>One vector, for outputs of at most one vector a band.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void One(ref float weights, ref float input, ref int offsets, int taps, ref TileSums sums)
    {
        unchecked
        {
            Vector<float> r0 = default, r1 = default, r2 = default, r3 = default;
            for (nint tap = 0; tap < taps; tap++)
            {
                Vector<float> v = Simd.Load(ref input, Unsafe.Add(ref offsets, tap));
                r0 = Simd.MultiplyAdd(new Vector<float>(weights), v, r0);
                r1 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref weights, 1)), v, r1);
                r2 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref weights, 2)), v, r2);
                r3 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref weights, 3)), v, r3);
                weights = ref Unsafe.Add(ref weights, 4);
            }

            sums.R0V0 = r0;
            sums.R1V0 = r1;
            sums.R2V0 = r2;
            sums.R3V0 = r3;
        }
    }
}
