#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of quantised layers: sums of some places for a block of 16 output channels. Weights of a block are steps of four taps,
/// [16 channels][4 taps]; those of depthwise layers are steps of two, [16 channels][2 taps].
/// </summary>
internal static class QuantizedTile
{
    /// <summary>Output channels of a block.</summary>
    internal const int Block = 16;

    /// <summary>Places that are computed together.</summary>
    internal const int Places = 6;

    /// <summary>Places of a depthwise layer that are computed together.</summary>
    internal const int DepthwisePlaces = 4;

    /// <summary>Weights of a step.</summary>
    internal const int Step = 4 * Block;

    /// <summary>Weights of a step of a depthwise layer.</summary>
    internal const int DepthwiseStep = 2 * Block;

    /// <summary>Six places by two vectors. The weights of the next block, which follow, are fetched into the cache meanwhile.</summary>
    /// <param name="plane">The input.</param>
    /// <param name="places">Where the places' windows start.</param>
    /// <param name="runs">Where the runs of neighbouring taps start in a window.</param>
    /// <param name="runCount">Runs.</param>
    /// <param name="length">Taps of a run, a multiple of four: those beyond it have the weight zero.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="sums">Where the sums go, a block for each place.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Six<TLanes>(ref short plane, ref int places, ref int runs, int runCount, int length, ref sbyte weights, int zeroPoint, ref int sums)
        where TLanes : struct, IIntegerLanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default, zero = lanes.Fill(zeroPoint);
            TLanes a0 = default, b0 = default, c0 = default, d0 = default, e0 = default, f0 = default;
            TLanes a1 = default, b1 = default, c1 = default, d1 = default, e1 = default, f1 = default;
            ref short a = ref lanes.At(ref plane, places);
            ref short b = ref lanes.At(ref plane, Unsafe.Add(ref places, 1));
            ref short c = ref lanes.At(ref plane, Unsafe.Add(ref places, 2));
            ref short d = ref lanes.At(ref plane, Unsafe.Add(ref places, 3));
            ref short e = ref lanes.At(ref plane, Unsafe.Add(ref places, 4));
            ref short f = ref lanes.At(ref plane, Unsafe.Add(ref places, 5));
            nint ahead = (nint)runCount * length * Block;
            for (int run = 0; run < runCount; run++)
            {
                nint end = Unsafe.Add(ref runs, run) + length;
                for (nint k = end - length; k < end; k += 4)
                {
                    TLanes w0 = lanes.Weights(ref weights, 0, zero);
                    TLanes w1 = lanes.Weights(ref weights, 2 * lanes.Count, zero);
                    Prefetch.Line(ref weights, ahead);
                    TLanes x = lanes.Repeat(ref a, k);
                    a0 = lanes.MultiplyAdd(x, w0, a0);
                    a1 = lanes.MultiplyAdd(x, w1, a1);
                    x = lanes.Repeat(ref b, k);
                    b0 = lanes.MultiplyAdd(x, w0, b0);
                    b1 = lanes.MultiplyAdd(x, w1, b1);
                    x = lanes.Repeat(ref c, k);
                    c0 = lanes.MultiplyAdd(x, w0, c0);
                    c1 = lanes.MultiplyAdd(x, w1, c1);
                    x = lanes.Repeat(ref d, k);
                    d0 = lanes.MultiplyAdd(x, w0, d0);
                    d1 = lanes.MultiplyAdd(x, w1, d1);
                    x = lanes.Repeat(ref e, k);
                    e0 = lanes.MultiplyAdd(x, w0, e0);
                    e1 = lanes.MultiplyAdd(x, w1, e1);
                    x = lanes.Repeat(ref f, k);
                    f0 = lanes.MultiplyAdd(x, w0, f0);
                    f1 = lanes.MultiplyAdd(x, w1, f1);
                    weights = ref Unsafe.Add(ref weights, Step);
                }
            }

            lanes.StoreFolded(a0, a1, ref sums);
            lanes.StoreFolded(b0, b1, ref Unsafe.Add(ref sums, Block));
            lanes.StoreFolded(c0, c1, ref Unsafe.Add(ref sums, 2 * Block));
            lanes.StoreFolded(d0, d1, ref Unsafe.Add(ref sums, 3 * Block));
            lanes.StoreFolded(e0, e1, ref Unsafe.Add(ref sums, 4 * Block));
            lanes.StoreFolded(f0, f1, ref Unsafe.Add(ref sums, 5 * Block));
        }
    }

    /// <summary>One place by two vectors; see <see cref="Six{TLanes}"/>.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void One<TLanes>(ref short place, ref int runs, int runCount, int length, ref sbyte weights, int zeroPoint, ref int sums)
        where TLanes : struct, IIntegerLanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default, zero = lanes.Fill(zeroPoint), first = default, second = default;
            for (int run = 0; run < runCount; run++)
            {
                nint end = Unsafe.Add(ref runs, run) + length;
                for (nint k = end - length; k < end; k += 4)
                {
                    TLanes x = lanes.Repeat(ref place, k);
                    first = lanes.MultiplyAdd(x, lanes.Weights(ref weights, 0, zero), first);
                    second = lanes.MultiplyAdd(x, lanes.Weights(ref weights, 2 * lanes.Count, zero), second);
                    weights = ref Unsafe.Add(ref weights, Step);
                }
            }

            lanes.StoreFolded(first, second, ref sums);
        }
    }

    /// <summary>Four places of a depthwise layer by one vector.</summary>
    /// <param name="plane">The input from the vector's first channel on.</param>
    /// <param name="places">Where the places' windows start.</param>
    /// <param name="taps">Where the taps lie in a window, an even number of them.</param>
    /// <param name="pairs">Half of that number.</param>
    /// <param name="weights">The weights from the vector's first channel on.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="sums">Where the sums go, a block for each place.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Depthwise<TLanes>(ref short plane, ref int places, ref int taps, int pairs, ref sbyte weights, int zeroPoint, ref int sums)
        where TLanes : struct, IPairLanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default, zero = lanes.Fill(zeroPoint), s0 = default, s1 = default, s2 = default, s3 = default;
            ref short a = ref lanes.At(ref plane, places);
            ref short b = ref lanes.At(ref plane, Unsafe.Add(ref places, 1));
            ref short c = ref lanes.At(ref plane, Unsafe.Add(ref places, 2));
            ref short d = ref lanes.At(ref plane, Unsafe.Add(ref places, 3));
            for (nint pair = 0; pair < pairs; pair++)
            {
                nint first = Unsafe.Add(ref taps, 2 * pair), second = Unsafe.Add(ref taps, (2 * pair) + 1);
                TLanes w = lanes.Weights(ref weights, pair * DepthwiseStep, zero);
                s0 = lanes.MultiplyAdd(lanes.Pair(ref a, first, second), w, s0);
                s1 = lanes.MultiplyAdd(lanes.Pair(ref b, first, second), w, s1);
                s2 = lanes.MultiplyAdd(lanes.Pair(ref c, first, second), w, s2);
                s3 = lanes.MultiplyAdd(lanes.Pair(ref d, first, second), w, s3);
            }

            lanes.Store(s0, ref sums);
            lanes.Store(s1, ref Unsafe.Add(ref sums, Block));
            lanes.Store(s2, ref Unsafe.Add(ref sums, 2 * Block));
            lanes.Store(s3, ref Unsafe.Add(ref sums, 3 * Block));
        }
    }
}
