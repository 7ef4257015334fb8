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
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">In blocks or in panels.</param>
    /// <param name="bias">[outputs] or longer, or empty for none.</param>
    /// <param name="output">y: [outputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="inBlocks">Whether the four panels of a block lie side by side, or one after the other.</param>
    /// <param name="least">Smaller results become this: 0 makes a Relu of the layer, −∞ leaves all.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, int inputs, int outputs, bool inBlocks, float least)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            ref float x = ref MemoryMarshal.GetReference(input);
            nint panel = inBlocks ? Dense.PanelWidth : (nint)Dense.PanelWidth * inputs;
            for (int m = 0; m < outputs; m += Dense.BlockWidth)
            {
                int count = Math.Min(Dense.BlockWidth, outputs - m);
                int step = inBlocks ? (count + Dense.PanelWidth - 1) / Dense.PanelWidth * Dense.PanelWidth : Dense.PanelWidth;
                ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), (nint)m * inputs);
                ReadOnlySpan<float> shift = bias.IsEmpty ? bias : bias.Slice(m);
                Block<TLanes>(ref x, ref w, step, panel, inputs, shift, ref Unsafe.Add(ref MemoryMarshal.GetReference(output), m), count, least);
            }
        }
    }

    /// <summary>Up to 64 outputs.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Block<TLanes>(ref float x, ref float w, nint step, nint panel, nint inputs, ReadOnlySpan<float> bias, ref float y, int count, float least)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            int m = 0;
            for (; m + (3 * lanes) < count; m += 4 * lanes)
            {
                Four<TLanes>(
                    ref x, ref Place(ref w, m, panel), ref Place(ref w, m + lanes, panel), ref Place(ref w, m + (2 * lanes), panel),
                    ref Place(ref w, m + (3 * lanes), panel), step, inputs, ref y, m, count, bias, least);
            }

            for (; m + lanes < count; m += 2 * lanes)
            {
                Two<TLanes>(ref x, ref Place(ref w, m, panel), ref Place(ref w, m + lanes, panel), step, inputs, ref y, m, count, bias, least);
            }

            if (m < count)
            {
                One<TLanes>(ref x, ref Place(ref w, m, panel), step, inputs, ref y, m, count, bias, least);
            }
        }
    }

    /// <summary>The weight of the first input and output <paramref name="m"/> of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Place(ref float w, int m, nint panel) =>
        ref Unsafe.Add(ref w, unchecked(((nint)(uint)m / Dense.PanelWidth * panel) + (nint)((uint)m % Dense.PanelWidth)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish<TLanes>(TLanes sum, ReadOnlySpan<float> bias, float least, ref float y, int m)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        if (!bias.IsEmpty)
        {
            sum = f.Add(sum, f.Load(ref MemoryMarshal.GetReference(bias), m));
        }

        f.Store(f.Max(sum, f.Fill(least)), ref y, m);
    }

    /// <summary>The last vector of a tile, which alone may go beyond the outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FinishLast<TLanes>(TLanes sum, ReadOnlySpan<float> bias, float least, ref float y, int m, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            if (!bias.IsEmpty)
            {
                sum = f.Add(sum, f.LoadUpTo(ref MemoryMarshal.GetReference(bias), m, bias.Length - m));
            }

            f.StoreUpTo(f.Max(sum, f.Fill(least)), ref y, m, count - m);
        }
    }

    /// <summary>Four vectors; even and odd k apart.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four<TLanes>(ref float x, ref float w0, ref float w1, ref float w2, ref float w3, nint step, nint inputs, ref float y, int m, int count, ReadOnlySpan<float> bias, float least)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            nint even = 0;
            nint k = 0;
            for (; k <= inputs - 2; k += 2)
            {
                nint odd = even + step;
                TLanes first = f.Fill(Unsafe.Add(ref x, k));
                TLanes second = f.Fill(Unsafe.Add(ref x, k + 1));
                a0 = f.MultiplyAdd(first, f.Load(ref w0, even), a0);
                a1 = f.MultiplyAdd(first, f.Load(ref w1, even), a1);
                a2 = f.MultiplyAdd(first, f.Load(ref w2, even), a2);
                a3 = f.MultiplyAdd(first, f.Load(ref w3, even), a3);
                b0 = f.MultiplyAdd(second, f.Load(ref w0, odd), b0);
                b1 = f.MultiplyAdd(second, f.Load(ref w1, odd), b1);
                b2 = f.MultiplyAdd(second, f.Load(ref w2, odd), b2);
                b3 = f.MultiplyAdd(second, f.Load(ref w3, odd), b3);
                even = odd + step;
            }

            if (k < inputs)
            {
                TLanes last = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(last, f.Load(ref w0, even), a0);
                a1 = f.MultiplyAdd(last, f.Load(ref w1, even), a1);
                a2 = f.MultiplyAdd(last, f.Load(ref w2, even), a2);
                a3 = f.MultiplyAdd(last, f.Load(ref w3, even), a3);
            }

            Finish(f.Add(a0, b0), bias, least, ref y, m);
            Finish(f.Add(a1, b1), bias, least, ref y, m + f.Count);
            Finish(f.Add(a2, b2), bias, least, ref y, m + (2 * f.Count));
            FinishLast(f.Add(a3, b3), bias, least, ref y, m + (3 * f.Count), count);
        }
    }

    /// <summary>Two vectors; every fourth k has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Two<TLanes>(ref float x, ref float w0, ref float w1, nint step, nint inputs, ref float y, int m, int count, ReadOnlySpan<float> bias, float least)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes a0 = f.Fill(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 4; k += 4)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, f.Load(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, f.Load(ref w1, at), a1);
                input = f.Fill(Unsafe.Add(ref x, k + 1));
                at += step;
                b0 = f.MultiplyAdd(input, f.Load(ref w0, at), b0);
                b1 = f.MultiplyAdd(input, f.Load(ref w1, at), b1);
                input = f.Fill(Unsafe.Add(ref x, k + 2));
                at += step;
                c0 = f.MultiplyAdd(input, f.Load(ref w0, at), c0);
                c1 = f.MultiplyAdd(input, f.Load(ref w1, at), c1);
                input = f.Fill(Unsafe.Add(ref x, k + 3));
                at += step;
                d0 = f.MultiplyAdd(input, f.Load(ref w0, at), d0);
                d1 = f.MultiplyAdd(input, f.Load(ref w1, at), d1);
                at += step;
            }

            for (; k < inputs; k++)
            {
                TLanes input = f.Fill(Unsafe.Add(ref x, k));
                a0 = f.MultiplyAdd(input, f.Load(ref w0, at), a0);
                a1 = f.MultiplyAdd(input, f.Load(ref w1, at), a1);
                at += step;
            }

            Finish(f.Add(f.Add(a0, b0), f.Add(c0, d0)), bias, least, ref y, m);
            FinishLast(f.Add(f.Add(a1, b1), f.Add(c1, d1)), bias, least, ref y, m + f.Count, count);
        }
    }

    /// <summary>One vector; every eighth k has a sum of its own.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One<TLanes>(ref float x, ref float w, nint step, nint inputs, ref float y, int m, int count, ReadOnlySpan<float> bias, float least)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            nint at = 0;
            nint k = 0;
            for (; k <= inputs - 8; k += 8)
            {
                a0 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k)), f.Load(ref w, at), a0);
                a1 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 1)), f.Load(ref w, at += step), a1);
                a2 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 2)), f.Load(ref w, at += step), a2);
                a3 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 3)), f.Load(ref w, at += step), a3);
                a4 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 4)), f.Load(ref w, at += step), a4);
                a5 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 5)), f.Load(ref w, at += step), a5);
                a6 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 6)), f.Load(ref w, at += step), a6);
                a7 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k + 7)), f.Load(ref w, at += step), a7);
                at += step;
            }

            for (; k < inputs; k++, at += step)
            {
                a0 = f.MultiplyAdd(f.Fill(Unsafe.Add(ref x, k)), f.Load(ref w, at), a0);
            }

            a0 = f.Add(f.Add(a0, a4), f.Add(a2, a6));
            a1 = f.Add(f.Add(a1, a5), f.Add(a3, a7));
            FinishLast(f.Add(a0, a1), bias, least, ref y, m, count);
        }
    }
}
