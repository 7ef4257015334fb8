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
        int length = values.Length <= 8 ? 8 : values.Length <= 16 ? 16 : values.Length <= 32 ? 32 : 0;
        if (length == 0 || !Avx2.IsSupported || !Fma.IsSupported)
        {
            return false;
        }

        bool wide = IsWide;
        length = wide && length == 8 ? 16 : length;
        table = table.Slice(0, length);
        CodeLanes.Rotate(values, first, table);
        if (wide && length == 16)
        {
            Wide(input, indices, output, inputs, outputs, new WideLookup16(table));
        }
        else if (wide)
        {
            Wide(input, indices, output, inputs, outputs, new WideLookup32(table));
        }
        else if (length == 8)
        {
            Narrow(input, indices, output, inputs, outputs, new Lookup8(table));
        }
        else if (length == 16)
        {
            Narrow(input, indices, output, inputs, outputs, new Lookup16(table));
        }
        else
        {
            Narrow(input, indices, output, inputs, outputs, new Lookup32(table));
        }

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

    /// <summary>AVX2: two panels at a time, each two vectors, even and odd inputs apart.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Narrow<TCodes>(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int inputs, int outputs, TCodes codes)
        where TCodes : struct, IHashedCodes<Vector256<float>>
    {
        unchecked
        {
            Span<float> sums = stackalloc float[2 * Panel];
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float x = ref MemoryMarshal.GetReference(input);
            nint stride = Panel * inputs;
            for (int m = 0; m < outputs; m += 2 * Panel)
            {
                // A lone last panel is read twice; its second sums are not used.
                ref byte p = ref Unsafe.Add(ref MemoryMarshal.GetReference(indices), m * inputs);
                ref byte q = ref Unsafe.Add(ref p, outputs - m > Panel ? stride : 0);
                Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
                nint at = 0;
                int k = 0;
                for (; k <= inputs - 2; k += 2, at += 2 * Panel)
                {
                    Vector256<float> even = Vector256.Create(Unsafe.Add(ref x, k));
                    a0 = Fma.MultiplyAdd(even, codes.Decode(ref p, at), a0);
                    a1 = Fma.MultiplyAdd(even, codes.Decode(ref p, at + 8), a1);
                    a2 = Fma.MultiplyAdd(even, codes.Decode(ref q, at), a2);
                    a3 = Fma.MultiplyAdd(even, codes.Decode(ref q, at + 8), a3);
                    Vector256<float> odd = Vector256.Create(Unsafe.Add(ref x, k + 1));
                    b0 = Fma.MultiplyAdd(odd, codes.Decode(ref p, at + 16), b0);
                    b1 = Fma.MultiplyAdd(odd, codes.Decode(ref p, at + 24), b1);
                    b2 = Fma.MultiplyAdd(odd, codes.Decode(ref q, at + 16), b2);
                    b3 = Fma.MultiplyAdd(odd, codes.Decode(ref q, at + 24), b3);
                }

                if (k < inputs)
                {
                    Vector256<float> even = Vector256.Create(Unsafe.Add(ref x, k));
                    a0 = Fma.MultiplyAdd(even, codes.Decode(ref p, at), a0);
                    a1 = Fma.MultiplyAdd(even, codes.Decode(ref p, at + 8), a1);
                    a2 = Fma.MultiplyAdd(even, codes.Decode(ref q, at), a2);
                    a3 = Fma.MultiplyAdd(even, codes.Decode(ref q, at + 8), a3);
                }

                (a0 + b0).StoreUnsafe(ref s);
                (a1 + b1).StoreUnsafe(ref s, 8);
                (a2 + b2).StoreUnsafe(ref s, 16);
                (a3 + b3).StoreUnsafe(ref s, 24);
                sums.Slice(0, Math.Min(2 * Panel, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }

    /// <summary>AVX-512: four panels at a time, each one vector, even and odd inputs apart.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Wide<TCodes>(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int inputs, int outputs, TCodes codes)
        where TCodes : struct, IHashedCodes<Vector512<float>>
    {
        unchecked
        {
            Span<float> sums = stackalloc float[4 * Panel];
            ref float s = ref MemoryMarshal.GetReference(sums);
            ref float x = ref MemoryMarshal.GetReference(input);
            nint stride = Panel * inputs;
            for (int m = 0; m < outputs; m += 4 * Panel)
            {
                // Panels that are not there are the last one again; their sums are not used.
                ref byte p = ref Unsafe.Add(ref MemoryMarshal.GetReference(indices), m * inputs);
                int last = (outputs - m - 1) / Panel;
                ref byte q = ref Unsafe.Add(ref p, Math.Min(1, last) * stride);
                ref byte r = ref Unsafe.Add(ref p, Math.Min(2, last) * stride);
                ref byte t = ref Unsafe.Add(ref p, Math.Min(3, last) * stride);
                Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
                nint at = 0;
                int k = 0;
                for (; k <= inputs - 2; k += 2, at += 2 * Panel)
                {
                    Vector512<float> even = Vector512.Create(Unsafe.Add(ref x, k));
                    a0 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref p, at), a0);
                    a1 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref q, at), a1);
                    a2 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref r, at), a2);
                    a3 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref t, at), a3);
                    Vector512<float> odd = Vector512.Create(Unsafe.Add(ref x, k + 1));
                    b0 = Avx512F.FusedMultiplyAdd(odd, codes.Decode(ref p, at + Panel), b0);
                    b1 = Avx512F.FusedMultiplyAdd(odd, codes.Decode(ref q, at + Panel), b1);
                    b2 = Avx512F.FusedMultiplyAdd(odd, codes.Decode(ref r, at + Panel), b2);
                    b3 = Avx512F.FusedMultiplyAdd(odd, codes.Decode(ref t, at + Panel), b3);
                }

                if (k < inputs)
                {
                    Vector512<float> even = Vector512.Create(Unsafe.Add(ref x, k));
                    a0 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref p, at), a0);
                    a1 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref q, at), a1);
                    a2 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref r, at), a2);
                    a3 = Avx512F.FusedMultiplyAdd(even, codes.Decode(ref t, at), a3);
                }

                (a0 + b0).StoreUnsafe(ref s);
                (a1 + b1).StoreUnsafe(ref s, 16);
                (a2 + b2).StoreUnsafe(ref s, 32);
                (a3 + b3).StoreUnsafe(ref s, 48);
                sums.Slice(0, Math.Min(4 * Panel, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }
}
#endif
