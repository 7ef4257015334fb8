#nullable enable
using System;
using System.Runtime.CompilerServices;
#if NET8_0_OR_GREATER
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>
/// Convolution of groups of one input channel: 16 neighbouring places at a time, two taps by each multiply-add, straight from the padded plane.
/// With stride 1 several rows are one run; the places between them are computed too and not written.
/// </summary>
internal static class QuantizedDepthwise
{
    /// <summary>Taps that fit the workspace beside the sums.</summary>
    private const int MaxTaps = IntegerDot.Padding;

    /// <summary>Sums of a run, those of the last vector included.</summary>
    private const int RunLimit = 1024;

    /// <summary>Whether this kernel serves a convolution on this processor.</summary>
    internal static bool Serves(in ConvShape shape)
    {
#if NET8_0_OR_GREATER
        return Avx2.IsSupported && shape.InChannels == shape.Groups && shape.Taps <= MaxTaps && ((shape.OutWidth - 1) * shape.StrideWidth) + 1 <= RunLimit - 16;
#else
        return false;
#endif
    }

    /// <summary>Computes one output channel.</summary>
    /// <param name="plane">The padded input channel.</param>
    /// <param name="planes">Its sizes.</param>
    /// <param name="weights">The channel's weights and what may be read behind them.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="workspace">Integers for offsets and sums.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="channel">The output channel.</param>
    /// <param name="output">The output.</param>
    /// <param name="start">The place of the channel's first element.</param>
    /// <param name="result">What becomes of the sums.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<T>(
        ReadOnlySpan<short> plane, in QuantizedPlanes planes, ReadOnlySpan<sbyte> weights, int weightZero, Span<int> workspace,
        in ConvShape shape, int channel, Span<T> output, int start, in QuantizedResult result)
        where T : struct
    {
        unchecked
        {
            int taps = shape.Taps;
            Span<int> offsets = workspace.Slice(0, taps);
            Span<int> sums = workspace.Slice(taps, RunLimit);
            planes.TapOffsets(offsets, shape);
            bool isDense = shape.StrideHeight == 1 && shape.StrideWidth == 1;
            int width = planes.Width;
            int span = ((shape.OutWidth - 1) * shape.StrideWidth) + 1;
            int together = isDense ? Math.Max(1, Math.Min(shape.OutHeight, ((RunLimit - 16 - span) / width) + 1)) : 1;
            for (int od = 0; od < shape.OutDepth; od++)
            {
                for (int oh = 0; oh < shape.OutHeight; oh += together)
                {
                    int rows = Math.Min(together, shape.OutHeight - oh);
                    int first = planes.PlaceOf(od, oh, shape);
                    Sums(plane, first, offsets, weights, weightZero, ((rows - 1) * width) + span, sums);
                    for (int i = 1; shape.StrideWidth > 1 && i < shape.OutWidth; i++) sums[i] = sums[i * shape.StrideWidth];
                    for (int row = 0; row < rows; row++)
                    {
                        var product = new QuantizedRows(plane.Slice(first + (row * width)), shape.StrideWidth, weights.Slice(0, taps), weightZero, offsets);
                        result.Write(sums.Slice(row * width, shape.OutWidth), channel, product, output, start + (((od * shape.OutHeight) + oh + row) * shape.OutWidth), 1);
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Sums(ReadOnlySpan<short> plane, int first, ReadOnlySpan<int> offsets, ReadOnlySpan<sbyte> weights, int weightZero, int count, Span<int> sums)
    {
#if NET8_0_OR_GREATER
        unchecked
        {
            ref short x = ref Unsafe.Add(ref MemoryMarshal.GetReference(plane), first);
            ref int offset = ref MemoryMarshal.GetReference(offsets);
            ref sbyte w = ref MemoryMarshal.GetReference(weights);
            ref int to = ref MemoryMarshal.GetReference(sums);
            int taps = offsets.Length;
            for (int i = 0; i < count; i += 16)
            {
                Vector256<int> low = default, high = default;
                for (int k = 0; k < taps; k += 2)
                {
                    // An odd tap at the end is paired with a weight of zero.
                    bool isPair = k + 1 < taps;
                    int second = isPair ? Unsafe.Add(ref w, k + 1) - weightZero : 0;
                    Vector256<short> pair = Vector256.Create((second << 16) | ((Unsafe.Add(ref w, k) - weightZero) & 0xFFFF)).AsInt16();
                    Vector256<short> a = Vector256.LoadUnsafe(ref x, (nuint)(i + Unsafe.Add(ref offset, k)));
                    Vector256<short> b = Vector256.LoadUnsafe(ref x, (nuint)(i + Unsafe.Add(ref offset, isPair ? k + 1 : k)));
                    low += Avx2.MultiplyAddAdjacent(Avx2.UnpackLow(a, b), pair);
                    high += Avx2.MultiplyAddAdjacent(Avx2.UnpackHigh(a, b), pair);
                }

                // Unpacking works within halves: places 0–3 and 8–11 are in one vector, 4–7 and 12–15 in the other.
                Avx2.Permute2x128(low, high, 0x20).StoreUnsafe(ref to, (nuint)i);
                Avx2.Permute2x128(low, high, 0x31).StoreUnsafe(ref to, (nuint)(i + 8));
            }
        }
#else
        throw new PlatformNotSupportedException();
#endif
    }
}
