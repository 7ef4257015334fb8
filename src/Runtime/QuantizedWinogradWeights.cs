#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// Weights of quantised Winograd convolutions: [blocks of 16 outputs][points][steps of four channels][16][4], 16 bits each. A filter's values at the points
/// 0, 1, −1, 2, −2, ∞ are scaled to whole numbers, by 6, −1, −1, 1, 1, 6 along each axis; none is above 49 · 255.
/// </summary>
internal static class QuantizedWinogradWeights
{
    /// <summary>Transforms the weights of a layer.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Transform(ReadOnlySpan<sbyte> weights, int weightZero, in ConvShape shape, Span<short> to)
    {
        unchecked
        {
            int blocks = (shape.OutChannels + QuantizedTile.Block - 1) / QuantizedTile.Block;
            int steps = shape.InChannels / 4;
            nint tap = (nint)steps * QuantizedTile.Step;
            Span<Vector512<short>> between = stackalloc Vector512<short>[18];
            ref sbyte from = ref MemoryMarshal.GetReference(weights);
            ref short at = ref MemoryMarshal.GetReference(to.Slice(0, QuantizedWinograd.FilterLength(shape)));
            Vector512<short> zero = Vector512.Create((short)weightZero);
            for (int block = 0; block < blocks; block++)
            {
                for (nint half = 0; half < tap; half += Vector512<short>.Count)
                {
                    Filter(ref Unsafe.Add(ref from, half), tap, zero, ref Unsafe.Add(ref at, half), tap, ref MemoryMarshal.GetReference(between));
                }

                from = ref Unsafe.Add(ref from, 9 * tap);
                at = ref Unsafe.Add(ref at, QuantizedWinograd.Points * tap);
            }
        }
    }

    /// <summary>32 filters: eight outputs of four channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Filter(ref sbyte from, nint tap, Vector512<short> zero, ref short to, nint point, ref Vector512<short> between)
    {
        unchecked
        {
            for (int column = 0; column < 3; column++)
            {
                Axis(
                    Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref Unsafe.Add(ref from, column * tap))) - zero,
                    Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref Unsafe.Add(ref from, (3 + column) * tap))) - zero,
                    Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref Unsafe.Add(ref from, (6 + column) * tap))) - zero,
                    ref Unsafe.As<Vector512<short>, short>(ref Unsafe.Add(ref between, column)), 3 * Vector512<short>.Count);
            }

            for (int row = 0; row < 6; row++)
            {
                ref Vector512<short> g = ref Unsafe.Add(ref between, 3 * row);
                Axis(g, Unsafe.Add(ref g, 1), Unsafe.Add(ref g, 2), ref Unsafe.Add(ref to, 6 * row * point), point);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Axis(Vector512<short> g0, Vector512<short> g1, Vector512<short> g2, ref short to, nint stride)
    {
        unchecked
        {
            Vector512<short> ends = g0 + g2, even = g0 + (g2 << 2), odd = g1 + g1;
            ((g0 << 2) + g0 + g0).StoreUnsafe(ref to);
            (Vector512<short>.Zero - (ends + g1)).StoreUnsafe(ref Unsafe.Add(ref to, stride));
            (g1 - ends).StoreUnsafe(ref Unsafe.Add(ref to, 2 * stride));
            (even + odd).StoreUnsafe(ref Unsafe.Add(ref to, 3 * stride));
            (even - odd).StoreUnsafe(ref Unsafe.Add(ref to, 4 * stride));
            ((g2 << 2) + g2 + g2).StoreUnsafe(ref Unsafe.Add(ref to, 5 * stride));
        }
    }
}
#endif
