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
/// Blocks of depthwise 3 × 3 layers from inputs to results, as <see cref="QuantizedDot"/>: the three bytes of a column of a window are one step of VNNI, and each
/// column of the input is put together once for all windows of a tile that share it.
/// </summary>
internal static class QuantizedColumns
{
    /// <summary>Places of a tile, which lie in one row.</summary>
    internal const int Places = 4;

    /// <summary>Weights of a block: three columns of [16 channels][3 rows and a zero].</summary>
    private const int Length = 3 * 4 * QuantizedTile.Block;

    /// <summary>True where the processor has what it takes; a constant when a method is compiled.</summary>
    private static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => QuantizedDot.IsSupported && Avx512Vbmi.IsSupported;
    }

    /// <summary>Whether a depthwise layer is computed so.</summary>
    internal static bool Serves(in ConvShape shape) => IsSupported
        && shape.KernelDepth == 1 && shape.KernelHeight == 3 && shape.KernelWidth == 3 && shape.DilationHeight == 1 && shape.DilationWidth == 1
        && shape.StrideWidth is 1 or 2 && shape.OutWidth >= Places && shape.OutChannels % QuantizedTile.Block == 0;

    /// <summary>What a zero point of the inputs adds to the sums of a block of weights, negated.</summary>
    /// <param name="weights">Pairs of taps: [16 channels][2 taps].</param>
    /// <param name="zeroPoint">The zero point.</param>
    /// <param name="corrections">One a channel.</param>
    internal static void Corrections(ReadOnlySpan<sbyte> weights, int zeroPoint, Span<int> corrections)
    {
        Vector256<byte> ones = Vector256.Create((byte)1);
        Vector256<short> sum = default;
        for (int i = 0; i < weights.Length; i = unchecked(i + QuantizedTile.DepthwiseStep))
        {
            sum = unchecked(sum + Avx2.MultiplyAddAdjacent(ones, Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(weights.Slice(i, QuantizedTile.DepthwiseStep)))));
        }

        unchecked
        {
            (Avx512F.ConvertToVector512Int32(sum) * Vector512.Create(-zeroPoint)).StoreUnsafe(ref MemoryMarshal.GetReference(corrections.Slice(0, QuantizedTile.Block)));
        }
    }

    /// <summary>Lays out the weights of a block by columns.</summary>
    /// <param name="weights">Nine taps in pairs: [5][16 channels][2 taps].</param>
    /// <param name="workspace">Integers, whose first hold the result.</param>
    [MethodImpl(Simd.Hot)]
    internal static ReadOnlySpan<sbyte> Pack(ReadOnlySpan<sbyte> weights, Span<int> workspace)
    {
        unchecked
        {
            Span<sbyte> to = MemoryMarshal.Cast<int, sbyte>(workspace).Slice(0, Length);
            ref sbyte first = ref MemoryMarshal.GetReference(weights.Slice(0, 5 * QuantizedTile.DepthwiseStep));
            ref sbyte column = ref MemoryMarshal.GetReference(to);

            // Taps 0 to 3, 2 to 5, 4 to 7, and 8: a byte 64 places on is one of the second operand.
            Vector512<sbyte> a = Vector512.LoadUnsafe(ref first), b = Vector512.LoadUnsafe(ref first, 32), c = Vector512.LoadUnsafe(ref first, 64);
            Vector512<sbyte> d = Vector256.LoadUnsafe(ref first, 128).ToVector512Unsafe();
            Vector512<int> channels = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) * 0x01010101;
            Vector512<sbyte> rows = Vector512.Create(0x00FFFFFF).AsSByte();
            (Avx512Vbmi.PermuteVar64x8x2(a, (channels + Vector512.Create(0x00602100)).AsSByte(), c) & rows).StoreUnsafe(ref column);
            (Avx512Vbmi.PermuteVar64x8x2(a, (channels + Vector512.Create(0x00614001)).AsSByte(), c) & rows).StoreUnsafe(ref column, 64);
            (Avx512Vbmi.PermuteVar64x8x2(b, (channels + Vector512.Create(0x00402100)).AsSByte(), d) & rows).StoreUnsafe(ref column, 128);
            return to;
        }
    }

    /// <summary>Writes places up to the first tile that is open: its first place, or the end.</summary>
    /// <param name="plane">The input from the block's first channel on, as bytes without a sign.</param>
    /// <param name="line">Bytes of a row.</param>
    /// <param name="pitch">Bytes of a place.</param>
    /// <param name="stride">The stride along a row: 1 or 2.</param>
    /// <param name="places">Where the places' windows start. The last tile of a row begins so much sooner as is left.</param>
    /// <param name="width">Places of a row.</param>
    /// <param name="first">The first place.</param>
    /// <param name="weights">The block's weights; see <see cref="Pack"/>.</param>
    /// <param name="constants">What rounds the sums.</param>
    /// <param name="output">Where place 0 goes; results of a place lie as far apart as <paramref name="pitch"/>.</param>
    /// <param name="sums">The sums of an open tile, a block for each place.</param>
    [MethodImpl(Simd.Hot)]
    internal static int Write(
        ref byte plane, nint line, nint pitch, int stride, ReadOnlySpan<int> places, int width, int first, ReadOnlySpan<sbyte> weights, in QuantizedSteps512 constants,
        Span<byte> output, Span<int> sums)
    {
        unchecked
        {
            ref sbyte w = ref MemoryMarshal.GetReference(weights.Slice(0, Length));
            Filter left = new(ref w), middle = new(ref Unsafe.Add(ref w, 64)), right = new(ref Unsafe.Add(ref w, 128));

            // Two rows lie in the first operand, the third in the second one.
            Vector512<byte> order = ((Vector512.Create(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) * 0x01010101) + Vector512.Create(0x40401000)).AsByte();
            ref byte to = ref MemoryMarshal.GetReference(output.Slice(0, ((places.Length - 1) * (int)pitch) + QuantizedTile.Block));
            int row = first / width * width;
            for (int column = first - row; row < places.Length; row += width, column = 0)
            {
                for (; column < width; column += Places)
                {
                    column = Math.Min(column, width - Places);
                    ref byte x = ref Unsafe.Add(ref plane, places[row + column]);
                    Vector512<int> a, b, c, d;
                    if (stride == 1)
                    {
                        Column p = new(ref x, line, order), q = new(ref Unsafe.Add(ref x, pitch), line, order), r = new(ref Unsafe.Add(ref x, 2 * pitch), line, order);
                        a = Sum(p, left, q, middle, r, right);
                        p = new(ref Unsafe.Add(ref x, 3 * pitch), line, order);
                        b = Sum(q, left, r, middle, p, right);
                        q = new(ref Unsafe.Add(ref x, 4 * pitch), line, order);
                        c = Sum(r, left, p, middle, q, right);
                        d = Sum(p, left, q, middle, new(ref Unsafe.Add(ref x, 5 * pitch), line, order), right);
                    }
                    else
                    {
                        Column p = new(ref x, line, order), r = new(ref Unsafe.Add(ref x, 2 * pitch), line, order);
                        a = Sum(p, left, new(ref Unsafe.Add(ref x, pitch), line, order), middle, r, right);
                        p = new(ref Unsafe.Add(ref x, 4 * pitch), line, order);
                        b = Sum(r, left, new(ref Unsafe.Add(ref x, 3 * pitch), line, order), middle, p, right);
                        r = new(ref Unsafe.Add(ref x, 6 * pitch), line, order);
                        c = Sum(p, left, new(ref Unsafe.Add(ref x, 5 * pitch), line, order), middle, r, right);
                        d = Sum(r, left, new(ref Unsafe.Add(ref x, 7 * pitch), line, order), middle, new(ref Unsafe.Add(ref x, 8 * pitch), line, order), right);
                    }

                    QuantizedSteps512 steps = constants;
                    ref byte result = ref Unsafe.Add(ref to, (row + column) * pitch);
                    Vector512<float> farthest = Avx512F.Max(steps.Write(a, b, ref result, pitch), steps.Write(c, d, ref Unsafe.Add(ref result, 2 * pitch), pitch));
                    if (Vector512.LessThanOrEqualAll(farthest, steps.Tie)) continue;

                    ref int sum = ref MemoryMarshal.GetReference(sums.Slice(0, Places * QuantizedTile.Block));
                    a.StoreUnsafe(ref sum);
                    b.StoreUnsafe(ref sum, QuantizedTile.Block);
                    c.StoreUnsafe(ref sum, 2 * QuantizedTile.Block);
                    d.StoreUnsafe(ref sum, 3 * QuantizedTile.Block);
                    return row + column;
                }
            }

            return places.Length;
        }
    }

    /// <summary>The sums of a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Sum(in Column x, in Filter u, in Column y, in Filter v, in Column z, in Filter w) => QuantizedDot.Pair(
        AvxVnni.MultiplyWideningAndAdd(
            AvxVnni.MultiplyWideningAndAdd(AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, x.Lower, u.Lower), y.Lower, v.Lower), z.Lower, w.Lower),
        AvxVnni.MultiplyWideningAndAdd(
            AvxVnni.MultiplyWideningAndAdd(AvxVnni.MultiplyWideningAndAdd(Vector256<int>.Zero, x.Upper, u.Upper), y.Upper, v.Upper), z.Upper, w.Upper));

    /// <summary>A column of the weights of a block.</summary>
    private readonly struct Filter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Filter(ref sbyte from)
        {
            Lower = Vector256.LoadUnsafe(ref from);
            Upper = Vector256.LoadUnsafe(ref from, 32);
        }

        internal Vector256<sbyte> Lower { get; }

        internal Vector256<sbyte> Upper { get; }
    }

    /// <summary>Three rows of a column of 16 channels: for each channel three bytes and one that does not count.</summary>
    private readonly struct Column
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Column(ref byte x, nint line, Vector512<byte> order)
        {
            unchecked
            {
                Vector256<byte> rows = Avx2.InsertVector128(Vector128.LoadUnsafe(ref x).ToVector256Unsafe(), Vector128.LoadUnsafe(ref Unsafe.Add(ref x, line)), 1);
                Vector512<byte> last = Vector128.LoadUnsafe(ref Unsafe.Add(ref x, 2 * line)).ToVector256Unsafe().ToVector512Unsafe();
                Vector512<byte> column = Avx512Vbmi.PermuteVar64x8x2(rows.ToVector512Unsafe(), order, last);
                Lower = column.GetLower();
                Upper = Avx512F.ExtractVector256(column, 1);
            }
        }

        internal Vector256<byte> Lower { get; }

        internal Vector256<byte> Upper { get; }
    }
}
#endif
