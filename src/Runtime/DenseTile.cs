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
            for (int m = 0; m < outputs;)
            {
                int left = Math.Min(outputs - m, Dense.BlockWidth);
                nint step = inBlocks ? (left + Dense.PanelWidth - 1) & -Dense.PanelWidth : Dense.PanelWidth;
                ref float v = ref w;
                for (; left > 3 * lanes; left -= 4 * lanes)
                {
                    Four<TLanes, TWeights>(ref x, ref v, panel, step, inputs, ref y, m, outputs, end);
                    v = ref Place(ref v, 4 * lanes, panel);
                    m += 4 * lanes;
                }

                if (left > 2 * lanes)
                {
                    Three<TLanes, TWeights>(ref x, ref v, panel, step, inputs, ref y, m, outputs, end);
                }
                else if (left > lanes)
                {
                    Two<TLanes, TWeights>(ref x, ref v, panel, step, inputs, ref y, m, outputs, end);
                }
                else if (left > 0)
                {
                    One<TLanes, TWeights>(ref x, ref v, step, inputs, ref y, m, outputs, end);
                }

                m += left;
                w = ref Unsafe.Add(ref w, inBlocks ? step * depth : Dense.BlockWidth * depth);
            }

            if (rows > 0)
            {
                // Behind the blocks: rows are short chains of long latency, and in front what follows would fill the processor's window while they end.
                DenseRows.Run<TLanes>(ref x, ref w, ref y, inputs, outputs, rows, end);
            }
        }
    }

    /// <summary>With narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunNarrow<TWeights>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, Span<float> output, int inputs, int outputs, bool inBlocks, in DenseEnd end)
        where TWeights : struct, IDenseWeights<VectorLanes> =>
        Run<VectorLanes, TWeights>(input, weights, output, inputs, outputs, inBlocks, end);

    /// <summary>The weight of the same input, so many outputs of a block behind one that begins a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Place(ref float w, int outputs, nint panel) =>
        ref Unsafe.Add(ref w, unchecked((outputs / Dense.PanelWidth * panel) + (outputs % Dense.PanelWidth)));

    /// <summary>Four vectors; even and odd k apart.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four<TLanes, TWeights>(
        ref float x, ref float w0, nint panel, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            ref float w1 = ref Place(ref w0, f.Count, panel);
            ref float w2 = ref Place(ref w0, 2 * f.Count, panel);
            ref float w3 = ref Place(ref w0, 3 * f.Count, panel);
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 2; k += 2, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a0, ref b0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref a1, ref b1, even, odd, ref w1, at, step);
                Add<TLanes, TWeights>(ref a2, ref b2, even, odd, ref w2, at, step);
                Add<TLanes, TWeights>(ref a3, ref b3, even, odd, ref w3, at, step);
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                f.Accumulate(ref a0, last, w.Even(f.Load(ref w0, at)));
                f.Accumulate(ref a1, last, w.Even(f.Load(ref w1, at)));
                f.Accumulate(ref a2, last, w.Even(f.Load(ref w2, at)));
                f.Accumulate(ref a3, last, w.Even(f.Load(ref w3, at)));
            }

            f.Store(end.Of(f.Add(a0, b0), m), ref y, m);
            f.Store(end.Of(f.Add(a1, b1), m + f.Count), ref y, m + f.Count);
            f.Store(end.Of(f.Add(a2, b2), m + (2 * f.Count)), ref y, m + (2 * f.Count));
            Last(f.Add(a3, b3), ref y, m + (3 * f.Count), outputs, end);
        }
    }

    /// <summary>Three vectors; every fourth k has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Three<TLanes, TWeights>(
        ref float x, ref float w0, nint panel, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            ref float w1 = ref Place(ref w0, f.Count, panel);
            ref float w2 = ref Place(ref w0, 2 * f.Count, panel);
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, b0 = a0, b1 = a0, b2 = a0, c0 = a0, c1 = a0, c2 = a0, d0 = a0, d1 = a0, d2 = a0;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 4; k += 4, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a0, ref b0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref a1, ref b1, even, odd, ref w1, at, step);
                Add<TLanes, TWeights>(ref a2, ref b2, even, odd, ref w2, at, step);
                at += pair;
                even = f.Fill(Unsafe.Add(ref x, k + 2));
                odd = f.Fill(Unsafe.Add(ref x, k + 3));
                Add<TLanes, TWeights>(ref c0, ref d0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref c1, ref d1, even, odd, ref w1, at, step);
                Add<TLanes, TWeights>(ref c2, ref d2, even, odd, ref w2, at, step);
            }

            for (; k <= inputs - 2; k += 2, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a0, ref b0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref a1, ref b1, even, odd, ref w1, at, step);
                Add<TLanes, TWeights>(ref a2, ref b2, even, odd, ref w2, at, step);
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                f.Accumulate(ref a0, last, w.Even(f.Load(ref w0, at)));
                f.Accumulate(ref a1, last, w.Even(f.Load(ref w1, at)));
                f.Accumulate(ref a2, last, w.Even(f.Load(ref w2, at)));
            }

            f.Store(end.Of(f.Add(f.Add(a0, b0), f.Add(c0, d0)), m), ref y, m);
            f.Store(end.Of(f.Add(f.Add(a1, b1), f.Add(c1, d1)), m + f.Count), ref y, m + f.Count);
            Last(f.Add(f.Add(a2, b2), f.Add(c2, d2)), ref y, m + (2 * f.Count), outputs, end);
        }
    }

    /// <summary>Two vectors; every fourth k has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Two<TLanes, TWeights>(
        ref float x, ref float w0, nint panel, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TWeights w = default;
            ref float w1 = ref Place(ref w0, f.Count, panel);
            TLanes a0 = f.Fill(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            nint pair = w.Rows(2) * step;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 4; k += 4, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a0, ref b0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref a1, ref b1, even, odd, ref w1, at, step);
                at += pair;
                even = f.Fill(Unsafe.Add(ref x, k + 2));
                odd = f.Fill(Unsafe.Add(ref x, k + 3));
                Add<TLanes, TWeights>(ref c0, ref d0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref c1, ref d1, even, odd, ref w1, at, step);
            }

            for (; k <= inputs - 2; k += 2, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a0, ref b0, even, odd, ref w0, at, step);
                Add<TLanes, TWeights>(ref a1, ref b1, even, odd, ref w1, at, step);
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                f.Accumulate(ref a0, last, w.Even(f.Load(ref w0, at)));
                f.Accumulate(ref a1, last, w.Even(f.Load(ref w1, at)));
            }

            f.Store(end.Of(f.Add(f.Add(a0, b0), f.Add(c0, d0)), m), ref y, m);
            Last(f.Add(f.Add(a1, b1), f.Add(c1, d1)), ref y, m + f.Count, outputs, end);
        }
    }

    /// <summary>One vector; every eighth k has a sum of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One<TLanes, TWeights>(
        ref float x, ref float w0, nint step, nint inputs, ref float y, int m, int outputs, in DenseEnd end)
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
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a, ref b, even, odd, ref w0, at, step);
                at += pair;
                even = f.Fill(Unsafe.Add(ref x, k + 2));
                odd = f.Fill(Unsafe.Add(ref x, k + 3));
                Add<TLanes, TWeights>(ref c, ref d, even, odd, ref w0, at, step);
                at += pair;
                even = f.Fill(Unsafe.Add(ref x, k + 4));
                odd = f.Fill(Unsafe.Add(ref x, k + 5));
                Add<TLanes, TWeights>(ref p, ref q, even, odd, ref w0, at, step);
                at += pair;
                even = f.Fill(Unsafe.Add(ref x, k + 6));
                odd = f.Fill(Unsafe.Add(ref x, k + 7));
                Add<TLanes, TWeights>(ref r, ref s, even, odd, ref w0, at, step);
            }

            for (; k <= inputs - 2; k += 2, at += pair)
            {
                TLanes even = f.Fill(Unsafe.Add(ref x, k));
                TLanes odd = f.Fill(Unsafe.Add(ref x, k + 1));
                Add<TLanes, TWeights>(ref a, ref b, even, odd, ref w0, at, step);
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                f.Accumulate(ref a, last, w.Even(f.Load(ref w0, at)));
            }

            a = f.Add(f.Add(a, b), f.Add(c, d));
            p = f.Add(f.Add(p, q), f.Add(r, s));
            Last(f.Add(a, p), ref y, m, outputs, end);
        }
    }

    /// <summary>Adds what two inputs give to a vector of outputs. (The row is read once, here: read in both halves' conversions, the JIT would copy it.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes, TWeights>(ref TLanes a, ref TLanes b, TLanes even, TLanes odd, ref float weights, nint at, nint step)
        where TLanes : struct, ILanes<TLanes>
        where TWeights : struct, IDenseWeights<TLanes>
    {
        TLanes f = default;
        TWeights w = default;
        TLanes row = f.Load(ref weights, at);
        f.Accumulate(ref a, even, w.Even(row));
        f.Accumulate(ref b, odd, w.Odd(row, ref weights, at, step));
    }

    /// <summary>Ends a tile's last vector, which alone may go beyond the outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Last<TLanes>(TLanes sum, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        if (end.HasWhole(m, f.Count))
        {
            f.StoreUpTo(end.Of(sum, m), ref y, m, unchecked(outputs - m));
        }
        else
        {
            TLanes last = sum;
            Part(ref last, ref y, m, outputs, end);
        }
    }

    /// <summary>The same where scales or bias end within the vector. (Apart: with calls that read parts of vectors between, the JIT would keep the sums in memory. By reference: a call with a vector is one that no image can hold.)</summary>
    [MethodImpl(Simd.Hot)]
    private static void Part<TLanes>(ref TLanes sum, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes> =>
        default(TLanes).StoreUpTo(end.OfLast(sum, m), ref y, m, unchecked(outputs - m));
}
