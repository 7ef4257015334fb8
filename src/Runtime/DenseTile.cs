#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of a dense layer: y[m] = Σ over k of x[k] × w[k, m] for up to 64 outputs. Eight chains of sums hide the latency
/// of an addition; four vectors side by side need the fewest loads, so they come first. Each is a method of its own: the JIT inlines
/// only so much into one, and what it leaves out would run unoptimised.
/// </summary>
internal static class DenseTile
{
    /// <summary>Computes a layer. The caller has checked the lengths.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <typeparam name="TWeights">How weights are written.</typeparam>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">In blocks or in panels.</param>
    /// <param name="output">y: [outputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="inBlocks">Whether the four panels of a block lie side by side, or one after the other.</param>
    /// <param name="end">What follows the sums.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TLanes, TWeights>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, bool inBlocks, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float y = ref MemoryMarshal.GetReference(output);
            nint depth = default(TWeights).Rows(inputs);
            nint panel = inBlocks ? Dense.PanelWidth : Dense.PanelWidth * depth;
            int lanes = default(TLanes).Count;
            int rows = inBlocks ? DenseLayout.Rows(outputs) : 0;
            outputs -= rows;
            // Rows come first: their sums end while those of the blocks go on.
            ref float v = ref Unsafe.Add(ref w, DenseLayout.Lanes(outputs) * depth);
            for (int row = 0; row < rows; row++, v = ref Unsafe.Add(ref v, inputs))
            {
                Unsafe.Add(ref y, outputs + row) = end.Of(DenseRows.Dot<TLanes>(ref x, ref v, inputs), outputs + row);
            }

            for (int block = 0; block < outputs; block += Dense.BlockWidth)
            {
                int stop = Math.Min(block + Dense.BlockWidth, outputs);
                nint step = inBlocks ? (stop - block + Dense.PanelWidth - 1) & -Dense.PanelWidth : Dense.PanelWidth;
                int m = block;
                for (; m + (3 * lanes) < stop; m += 4 * lanes)
                {
                    Four<TLanes, TWeights>(
                        ref x, ref Place(ref w, m - block, panel), ref Place(ref w, m - block + lanes, panel), ref Place(ref w, m - block + (2 * lanes), panel),
                        ref Place(ref w, m - block + (3 * lanes), panel), step, inputs, ref y, m, outputs, end);
                }

                if (m + (2 * lanes) < stop)
                {
                    Three<TLanes, TWeights>(
                        ref x, ref Place(ref w, m - block, panel), ref Place(ref w, m - block + lanes, panel), ref Place(ref w, m - block + (2 * lanes), panel),
                        step, inputs, ref y, m, outputs, end);
                    m += 3 * lanes;
                }
                else if (m + lanes < stop)
                {
                    Two<TLanes, TWeights>(
                        ref x, ref Place(ref w, m - block, panel), ref Place(ref w, m - block + lanes, panel), step, inputs, ref y, m, outputs, end);
                    m += 2 * lanes;
                }

                if (m < stop)
                {
                    One<TLanes, TWeights>(ref x, ref Place(ref w, m - block, panel), step, inputs, ref y, m, outputs, end);
                }

                w = ref Unsafe.Add(ref w, Dense.BlockWidth * depth);
            }
        }
    }

    /// <summary>With narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunNarrow<TWeights>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, bool inBlocks, in DenseEnd end)
        where TWeights : struct, IDenseWeights<VectorLanes> =>
        Run<VectorLanes, TWeights>(input, weights, output, inputs, outputs, inBlocks, end);

    /// <summary>The weight of the first input and output <paramref name="m"/> of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Place(ref float w, int m, nint panel) =>
        ref Unsafe.Add(ref w, unchecked(((nint)(uint)m / Dense.PanelWidth * panel) + (nint)((uint)m % Dense.PanelWidth)));

    /// <summary>Four vectors; even and odd k apart.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four<TLanes, TWeights>(
        ref float x, ref float w0, ref float w1, ref float w2, ref float w3, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 2; k += 2)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                a0 = f.MultiplyAdd(even, w.Even(ref w0, at), a0);
                b0 = f.MultiplyAdd(odd, w.Odd(ref w0, at, step), b0);
                a1 = f.MultiplyAdd(even, w.Even(ref w1, at), a1);
                b1 = f.MultiplyAdd(odd, w.Odd(ref w1, at, step), b1);
                a2 = f.MultiplyAdd(even, w.Even(ref w2, at), a2);
                b2 = f.MultiplyAdd(odd, w.Odd(ref w2, at, step), b2);
                a3 = f.MultiplyAdd(even, w.Even(ref w3, at), a3);
                b3 = f.MultiplyAdd(odd, w.Odd(ref w3, at, step), b3);
                at += w.Rows(2) * step;
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(last, w.Even(ref w0, at), a0);
                a1 = f.MultiplyAdd(last, w.Even(ref w1, at), a1);
                a2 = f.MultiplyAdd(last, w.Even(ref w2, at), a2);
                a3 = f.MultiplyAdd(last, w.Even(ref w3, at), a3);
            }

            f.Store(end.Of(f.Add(a0, b0), m), ref y, m);
            f.Store(end.Of(f.Add(a1, b1), m + f.Count), ref y, m + f.Count);
            f.Store(end.Of(f.Add(a2, b2), m + (2 * f.Count)), ref y, m + (2 * f.Count));
            m += 3 * f.Count;
            f.StoreUpTo(end.OfLast(f.Add(a3, b3), m), ref y, m, outputs - m);
        }
    }

    /// <summary>Three vectors; every fourth k has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Three<TLanes, TWeights>(
        ref float x, ref float w0, ref float w1, ref float w2, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0, d0 = a0, d1 = a0, d2 = a0;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 4; k += 4)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, w.Even(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, w.Even(ref w1, at), a1);
                a2 = f.MultiplyAdd(input, w.Even(ref w2, at), a2);
                input = f.Fill(Unsafe.Add(ref x, k + 1));
                b0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), b0);
                b1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), b1);
                b2 = f.MultiplyAdd(input, w.Odd(ref w2, at, step), b2);
                at += pair;
                input = f.Fill(Unsafe.Add(ref x, k + 2));
                c0 = f.MultiplyAdd(input, w.Even(ref w0, at), c0);
                c1 = f.MultiplyAdd(input, w.Even(ref w1, at), c1);
                c2 = f.MultiplyAdd(input, w.Even(ref w2, at), c2);
                input = f.Fill(Unsafe.Add(ref x, k + 3));
                d0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), d0);
                d1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), d1);
                d2 = f.MultiplyAdd(input, w.Odd(ref w2, at, step), d2);
                at += pair;
            }

            for (; k < inputs; k += 2, at += pair)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, w.Even(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, w.Even(ref w1, at), a1);
                a2 = f.MultiplyAdd(input, w.Even(ref w2, at), a2);
                if (k + 1 < inputs)
                {
                    input = f.Fill(Unsafe.Add(ref x, k + 1));
                    b0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), b0);
                    b1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), b1);
                    b2 = f.MultiplyAdd(input, w.Odd(ref w2, at, step), b2);
                }
            }

            f.Store(end.Of(f.Add(f.Add(a0, b0), f.Add(c0, d0)), m), ref y, m);
            f.Store(end.Of(f.Add(f.Add(a1, b1), f.Add(c1, d1)), m + f.Count), ref y, m + f.Count);
            m += 2 * f.Count;
            f.StoreUpTo(end.OfLast(f.Add(f.Add(a2, b2), f.Add(c2, d2)), m), ref y, m, outputs - m);
        }
    }

    /// <summary>Two vectors; every fourth k has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Two<TLanes, TWeights>(
        ref float x, ref float w0, ref float w1, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            TLanes a0 = f.Fill(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 4; k += 4)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, w.Even(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, w.Even(ref w1, at), a1);
                input = f.Fill(Unsafe.Add(ref x, k + 1));
                b0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), b0);
                b1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), b1);
                at += pair;
                input = f.Fill(Unsafe.Add(ref x, k + 2));
                c0 = f.MultiplyAdd(input, w.Even(ref w0, at), c0);
                c1 = f.MultiplyAdd(input, w.Even(ref w1, at), c1);
                input = f.Fill(Unsafe.Add(ref x, k + 3));
                d0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), d0);
                d1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), d1);
                at += pair;
            }

            for (; k < inputs; k += 2, at += pair)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, w.Even(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, w.Even(ref w1, at), a1);
                if (k + 1 < inputs)
                {
                    input = f.Fill(Unsafe.Add(ref x, k + 1));
                    b0 = f.MultiplyAdd(input, w.Odd(ref w0, at, step), b0);
                    b1 = f.MultiplyAdd(input, w.Odd(ref w1, at, step), b1);
                }
            }

            f.Store(end.Of(f.Add(f.Add(a0, b0), f.Add(c0, d0)), m), ref y, m);
            m += f.Count;
            f.StoreUpTo(end.OfLast(f.Add(f.Add(a1, b1), f.Add(c1, d1)), m), ref y, m, outputs - m);
        }
    }

    /// <summary>One vector; every eighth k has a sum of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One<TLanes, TWeights>(ref float x, ref float w0, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            TLanes a = f.Fill(0), b = a, c = a, d = a, p = a, q = a, r = a, s = a;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 8; k += 8, at += pair)
            {
                a = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k)), w.Even(ref w0, at), a);
                b = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 1)), w.Odd(ref w0, at, step), b);
                at += pair;
                c = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 2)), w.Even(ref w0, at), c);
                d = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 3)), w.Odd(ref w0, at, step), d);
                at += pair;
                p = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 4)), w.Even(ref w0, at), p);
                q = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 5)), w.Odd(ref w0, at, step), q);
                at += pair;
                r = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 6)), w.Even(ref w0, at), r);
                s = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 7)), w.Odd(ref w0, at, step), s);
            }

            for (; k < inputs; k += 2, at += pair)
            {
                a = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k)), w.Even(ref w0, at), a);
                if (k + 1 < inputs)
                {
                    b = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 1)), w.Odd(ref w0, at, step), b);
                }
            }

            a = f.Add(f.Add(a, b), f.Add(c, d));
            p = f.Add(f.Add(p, q), f.Add(r, s));
            f.StoreUpTo(end.OfLast(f.Add(a, p), m), ref y, m, outputs - m);
        }
    }
}
