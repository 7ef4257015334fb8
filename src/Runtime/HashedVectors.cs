#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a hashed dense layer where the processor decodes a vector of codes in registers: AVX2 and AVX-512. Other machines
/// and larger codebooks go through <see cref="HashedTable"/>.
/// </summary>
internal static class HashedVectors
{
    private const int Panel = HashedDense.PanelWidth;

    /// <summary>Sums with values of a codebook; false where there is no vector form for so many values.</summary>
    internal static bool TryLookup(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, Span<float> output, int first, int inputs, int outputs)
    {
        Span<float> table = stackalloc float[32];
        if (values.Length > table.Length || !Avx2.IsSupported || !Fma.IsSupported)
        {
            return false;
        }

        if (IsWide)
        {
            table = table.Slice(0, values.Length <= 16 ? 16 : 32);
            CodeLanes.Rotate(values, first, table);
            if (table.Length == 16)
            {
                Wide(input, indices, output, inputs, outputs, new WideLookup16(table));
            }
            else
            {
                Wide(input, indices, output, inputs, outputs, new WideLookup32(table));
            }

            return true;
        }

        if (values.Length > 8)
        {
            return HashedPlanes256.TryLookup(input, indices, values, output, first, inputs, outputs);
        }

        CodeLanes.Rotate(values, first, table.Slice(0, 8));
        Narrow(input, indices, output, inputs, outputs, new Lookup8(table.Slice(0, 8)));
        return true;
    }

    /// <summary>Sums with levels; false where there is no vector form.</summary>
    internal static bool TryLevels(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int zero, int inputs, int outputs)
    {
        if (IsWide)
        {
            Wide(input, indices, output, inputs, outputs, new WideLevels(zero));
            return true;
        }

        if (!Avx2.IsSupported || !Fma.IsSupported)
        {
            return false;
        }

        Narrow(input, indices, output, inputs, outputs, new Levels256(zero));
        return true;
    }

    private static bool IsWide
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512F.IsSupported;
    }

    /// <summary>
    /// AVX2: a panel is two vectors; every fourth input has a sum of its own, to hide the latency. One panel at a time, so that the
    /// codes are one stream: panels side by side lie a power of two apart, and their lines push one another out of the caches.
    /// </summary>
    [MethodImpl(Simd.Hot)]
    internal static void Narrow<TCodes>(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int inputs, int outputs, in TCodes decoder)
        where TCodes : struct, IHashedCodes<Vector256<float>>
    {
        unchecked
        {
            // By reference: a call with vectors is one that no image can hold.
            TCodes codes = decoder;
            Span<float> sums = stackalloc float[Panel];
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float x = ref MemoryMarshal.GetReference(input);
            for (int m = 0; m < outputs; m += Panel)
            {
                ref byte p = ref MemoryMarshal.GetReference(indices.Slice(m * inputs, Panel * inputs));
                Vector256<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
                nint at = 0;
                int k = 0;
                for (; k <= inputs - 4; k += 4, at += 4 * Panel)
                {
                    var v = Vector256.Create(Unsafe.Add(ref x, k));
                    a0 = Fma.MultiplyAdd(v, codes.Decode(ref p, at), a0);
                    a1 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 8), a1);
                    v = Vector256.Create(Unsafe.Add(ref x, k + 1));
                    b0 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 16), b0);
                    b1 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 24), b1);
                    v = Vector256.Create(Unsafe.Add(ref x, k + 2));
                    c0 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 32), c0);
                    c1 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 40), c1);
                    v = Vector256.Create(Unsafe.Add(ref x, k + 3));
                    d0 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 48), d0);
                    d1 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 56), d1);
                }

                for (; k < inputs; k++, at += Panel)
                {
                    var v = Vector256.Create(Unsafe.Add(ref x, k));
                    a0 = Fma.MultiplyAdd(v, codes.Decode(ref p, at), a0);
                    a1 = Fma.MultiplyAdd(v, codes.Decode(ref p, at + 8), a1);
                }

                ((a0 + c0) + (b0 + d0)).StoreUnsafe(ref s);
                ((a1 + c1) + (b1 + d1)).StoreUnsafe(ref s, 8);
                sums.Slice(0, Math.Min(Panel, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }

    /// <summary>AVX-512: a panel is one vector; every eighth input has a sum of its own.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Wide<TCodes>(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int inputs, int outputs, in TCodes decoder)
        where TCodes : struct, IHashedCodes<Vector512<float>>
    {
        unchecked
        {
            // By reference: a call with vectors is one that no image can hold.
            TCodes codes = decoder;
            Span<float> sums = stackalloc float[Panel];
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float x = ref MemoryMarshal.GetReference(input);
            for (int m = 0; m < outputs; m += Panel)
            {
                ref byte p = ref MemoryMarshal.GetReference(indices.Slice(m * inputs, Panel * inputs));
                Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
                nint at = 0;
                int k = 0;
                for (; k <= inputs - 8; k += 8, at += 8 * Panel)
                {
                    a = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k)), codes.Decode(ref p, at), a);
                    b = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 1)), codes.Decode(ref p, at + Panel), b);
                    c = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 2)), codes.Decode(ref p, at + (2 * Panel)), c);
                    d = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 3)), codes.Decode(ref p, at + (3 * Panel)), d);
                    e = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 4)), codes.Decode(ref p, at + (4 * Panel)), e);
                    f = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 5)), codes.Decode(ref p, at + (5 * Panel)), f);
                    g = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 6)), codes.Decode(ref p, at + (6 * Panel)), g);
                    h = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k + 7)), codes.Decode(ref p, at + (7 * Panel)), h);
                }

                for (; k < inputs; k++, at += Panel)
                {
                    a = Avx512F.FusedMultiplyAdd(Vector512.Create(Unsafe.Add(ref x, k)), codes.Decode(ref p, at), a);
                }

                (((a + b) + (c + d)) + ((e + f) + (g + h))).StoreUnsafe(ref s);
                sums.Slice(0, Math.Min(Panel, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }
}
#endif
