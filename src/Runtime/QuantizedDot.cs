#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

// .NET 8 calls AvxVnni a preview; it has not changed since.
#pragma warning disable CA2252

namespace RedGen.Runtime;

/// <summary>
/// Blocks of quantised layers from inputs to results: sums by VNNI stay in registers until they are rounded. Where an element is too near to a tie for
/// floats, the sums of its tile are written instead, and who called decides.
/// </summary>
internal static class QuantizedDot
{
    /// <summary>Places of a tile.</summary>
    internal const int Places = 7;

    /// <summary>True where the processor has what it takes; a constant when a method is compiled.</summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ByteDotLanes.IsSupported && IntegerLanes512.IsSupported;
    }

    /// <summary>Writes places up to the first tile that is open: its first place, or the end.</summary>
    /// <param name="plane">The input, as bytes without a sign.</param>
    /// <param name="places">Where the places' windows start, at least as many as a tile has. The last tile begins so much sooner as is left.</param>
    /// <param name="first">The first place.</param>
    /// <param name="runs">Where the runs of neighbouring taps start in a window.</param>
    /// <param name="length">Taps of a run, a multiple of four.</param>
    /// <param name="weights">The block's weights; see <see cref="QuantizedTile"/>.</param>
    /// <param name="constants">What rounds the sums.</param>
    /// <param name="output">Where place 0 goes.</param>
    /// <param name="stride">Bytes from place to place.</param>
    /// <param name="sums">The sums of an open tile, a block for each place.</param>
    [MethodImpl(Simd.Hot)]
    internal static int Write(
        ref byte plane, ReadOnlySpan<int> places, int first, ReadOnlySpan<int> runs, int length, ReadOnlySpan<sbyte> weights, in QuantizedSteps512 constants,
        Span<byte> output, int stride, Span<int> sums)
    {
        unchecked
        {
            nint ahead = (nint)runs.Length * length * QuantizedTile.Block;
            ref byte to = ref output.Slice((places.Length - 1) * stride, QuantizedTile.Block)[0];
            to = ref Unsafe.Add(ref to, -(places.Length - 1) * stride);
            for (int place = first; place < places.Length; place += Places)
            {
                place = Math.Min(place, places.Length - Places);
                Vector256<int> a0 = default, b0 = default, c0 = default, d0 = default, e0 = default, f0 = default, g0 = default;
                Vector256<int> a1 = default, b1 = default, c1 = default, d1 = default, e1 = default, f1 = default, g1 = default;
                ref int at = ref Unsafe.Add(ref MemoryMarshal.GetReference(places), place);
                ref byte a = ref Unsafe.Add(ref plane, at);
                ref byte b = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 1));
                ref byte c = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 2));
                ref byte d = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 3));
                ref byte e = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 4));
                ref byte f = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 5));
                ref byte g = ref Unsafe.Add(ref plane, Unsafe.Add(ref at, 6));
                ref sbyte w = ref MemoryMarshal.GetReference(weights);
                foreach (int run in runs)
                {
                    nint end = run + length;
                    for (nint k = run; k < end; k += 4)
                    {
                        Vector256<sbyte> w0 = Vector256.LoadUnsafe(ref w), w1 = Vector256.LoadUnsafe(ref w, 32);
                        Prefetch.Line(ref w, ahead);
                        Vector256<byte> x = Repeat(ref a, k);
                        a0 = AvxVnni.MultiplyWideningAndAdd(a0, x, w0);
                        a1 = AvxVnni.MultiplyWideningAndAdd(a1, x, w1);
                        x = Repeat(ref b, k);
                        b0 = AvxVnni.MultiplyWideningAndAdd(b0, x, w0);
                        b1 = AvxVnni.MultiplyWideningAndAdd(b1, x, w1);
                        x = Repeat(ref c, k);
                        c0 = AvxVnni.MultiplyWideningAndAdd(c0, x, w0);
                        c1 = AvxVnni.MultiplyWideningAndAdd(c1, x, w1);
                        x = Repeat(ref d, k);
                        d0 = AvxVnni.MultiplyWideningAndAdd(d0, x, w0);
                        d1 = AvxVnni.MultiplyWideningAndAdd(d1, x, w1);
                        x = Repeat(ref e, k);
                        e0 = AvxVnni.MultiplyWideningAndAdd(e0, x, w0);
                        e1 = AvxVnni.MultiplyWideningAndAdd(e1, x, w1);
                        x = Repeat(ref f, k);
                        f0 = AvxVnni.MultiplyWideningAndAdd(f0, x, w0);
                        f1 = AvxVnni.MultiplyWideningAndAdd(f1, x, w1);
                        x = Repeat(ref g, k);
                        g0 = AvxVnni.MultiplyWideningAndAdd(g0, x, w0);
                        g1 = AvxVnni.MultiplyWideningAndAdd(g1, x, w1);
                        w = ref Unsafe.Add(ref w, QuantizedTile.Step);
                    }
                }

                Vector512<int> sa = Pair(a0, a1);
                Vector512<int> sb = Pair(b0, b1);
                Vector512<int> sc = Pair(c0, c1);
                Vector512<int> sd = Pair(d0, d1);
                Vector512<int> se = Pair(e0, e1);
                Vector512<int> sf = Pair(f0, f1);
                Vector512<int> sg = Pair(g0, g1);
                QuantizedSteps512 steps = constants;
                ref byte line = ref Unsafe.Add(ref to, place * stride);
                Vector512<float> farthest = steps.Write(sa, sb, ref line, stride);
                farthest = Avx512F.Max(farthest, steps.Write(sc, sd, ref Unsafe.Add(ref line, 2 * stride), stride));
                farthest = Avx512F.Max(farthest, steps.Write(se, sf, ref Unsafe.Add(ref line, 4 * stride), stride));
                steps.Of(sg, out Vector512<float> last).StoreUnsafe(ref Unsafe.Add(ref line, 6 * stride));
                farthest = Avx512F.Max(farthest, last);
                if (Vector512.LessThanOrEqualAll(farthest, steps.Tie)) continue;

                ref int sum = ref MemoryMarshal.GetReference(sums.Slice(0, Places * QuantizedTile.Block));
                sa.StoreUnsafe(ref sum);
                sb.StoreUnsafe(ref sum, QuantizedTile.Block);
                sc.StoreUnsafe(ref sum, 2 * QuantizedTile.Block);
                sd.StoreUnsafe(ref sum, 3 * QuantizedTile.Block);
                se.StoreUnsafe(ref sum, 4 * QuantizedTile.Block);
                sf.StoreUnsafe(ref sum, 5 * QuantizedTile.Block);
                sg.StoreUnsafe(ref sum, 6 * QuantizedTile.Block);
                return place;
            }

            return places.Length;
        }
    }

    /// <summary>The sums of a block from its halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<int> Pair(Vector256<int> lower, Vector256<int> upper) => Avx512F.InsertVector256(lower.ToVector512Unsafe(), upper, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Repeat(ref byte origin, nint offset) => Vector256.Create(Unsafe.ReadUnaligned<int>(ref Unsafe.AddByteOffset(ref origin, offset))).AsByte();
}
#endif
