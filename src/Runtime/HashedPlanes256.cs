#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a hashed dense layer with AVX2 and up to 32 values, as <see cref="HashedPlanes"/> but two inputs at a time, one in each half
/// of a vector. Fewer instructions than permuting floats: a look-up serves 32 bytes.
/// </summary>
internal static class HashedPlanes256
{
    private const int Panel = HashedDense.PanelWidth;
    private const int MaxValues = 32;

    /// <summary>The tables of the four bytes of a float: entries of codes whose fifth bit is 0, and of those where it is 1.</summary>
    private struct Tables
    {
        internal Vector256<byte> Low0, Low1, Low2, Low3, High0, High1, High2, High3;
    }

    /// <summary>Sums with values of a codebook; false where the machine has no AVX2 or the codebook is larger.</summary>
    [MethodImpl(Simd.Hot)]
    internal static bool TryLookup(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, Span<float> output, int first, int inputs, int outputs)
    {
        if (values.Length > MaxValues || !Avx2.IsSupported || !Fma.IsSupported)
        {
            return false;
        }

        unchecked
        {
            Span<float> sums = stackalloc float[Panel];
            Span<float> table = stackalloc float[MaxValues];
            table = values.Length <= 16 ? table.Slice(0, 16) : table;
            CodeLanes.Rotate(values, first, table);
            Tables tables = Read(table);
            for (int m = 0; m < outputs; m += Panel)
            {
                ReadOnlySpan<byte> panel = indices.Slice(m * inputs, Panel * inputs);
                ref byte codes = ref MemoryMarshal.GetReference(panel);
                ref float x = ref MemoryMarshal.GetReference(input);
                if (table.Length == 16)
                {
                    Pairs16(ref x, ref codes, inputs, sums, tables);
                }
                else
                {
                    Pairs32(ref x, ref codes, inputs, sums, tables);
                }

                // The last input of an odd number.
                for (int lane = 0; lane < Panel && (inputs & 1) != 0; lane++)
                {
                    sums[lane] += input[inputs - 1] * table[panel[((inputs - 1) * Panel) + lane] & (table.Length - 1)];
                }

                sums.Slice(0, Math.Min(Panel, outputs - m)).CopyTo(output.Slice(m));
            }

            return true;
        }
    }

    /// <summary>The tables of 16 or 32 entries, each in both halves of its vector.</summary>
    private static Tables Read(ReadOnlySpan<float> table)
    {
        Span<byte> planes = stackalloc byte[4 * MaxValues];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(table);
        for (int i = 0; i < bytes.Length; i++)
        {
            planes[(i % 4 * MaxValues) + (i / 4)] = bytes[i];
        }

        Tables tables;
        tables.Low0 = Twice(planes, 0);
        tables.High0 = Twice(planes, 16);
        tables.Low1 = Twice(planes, 32);
        tables.High1 = Twice(planes, 48);
        tables.Low2 = Twice(planes, 64);
        tables.High2 = Twice(planes, 80);
        tables.Low3 = Twice(planes, 96);
        tables.High3 = Twice(planes, 112);
        return tables;
    }

    private static Vector256<byte> Twice(ReadOnlySpan<byte> planes, int start)
    {
        var half = Vector128.Create(planes.Slice(start, 16));
        return Vector256.Create(half, half);
    }

    [MethodImpl(Simd.Hot)]
    private static void Pairs16(ref float x, ref byte codes, int inputs, Span<float> sums, in Tables tables)
    {
        unchecked
        {
            Vector256<byte> t0 = tables.Low0, t1 = tables.Low1, t2 = tables.Low2, t3 = tables.Low3;
            var halves = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
            Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
            for (int k = 0; k <= inputs - 2; k += 2)
            {
                // The shuffle reads the low four bits of a code; no code has the eighth bit, which would give zero.
                var code = Vector256.LoadUnsafe(ref codes, (nuint)(k * Panel));
                Vector256<byte> p0 = Avx2.Shuffle(t0, code), p1 = Avx2.Shuffle(t1, code), p2 = Avx2.Shuffle(t2, code), p3 = Avx2.Shuffle(t3, code);
                Add(Both(ref x, k, halves), p0, p1, p2, p3, ref a0, ref a1, ref a2, ref a3);
            }

            Store(sums, a0, a1, a2, a3);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Pairs32(ref float x, ref byte codes, int inputs, Span<float> sums, in Tables tables)
    {
        unchecked
        {
            Vector256<byte> l0 = tables.Low0, l1 = tables.Low1, l2 = tables.Low2, l3 = tables.Low3;
            Vector256<byte> h0 = tables.High0, h1 = tables.High1, h2 = tables.High2, h3 = tables.High3;
            var halves = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
            Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
            for (int k = 0; k <= inputs - 2; k += 2)
            {
                var code = Vector256.LoadUnsafe(ref codes, (nuint)(k * Panel));
                // The fifth bit of each byte to its eighth, by which the blend chooses.
                Vector256<byte> fifth = Avx2.ShiftLeftLogical(code.AsUInt16(), 3).AsByte();
                Vector256<byte> p0 = Avx2.BlendVariable(Avx2.Shuffle(l0, code), Avx2.Shuffle(h0, code), fifth);
                Vector256<byte> p1 = Avx2.BlendVariable(Avx2.Shuffle(l1, code), Avx2.Shuffle(h1, code), fifth);
                Vector256<byte> p2 = Avx2.BlendVariable(Avx2.Shuffle(l2, code), Avx2.Shuffle(h2, code), fifth);
                Vector256<byte> p3 = Avx2.BlendVariable(Avx2.Shuffle(l3, code), Avx2.Shuffle(h3, code), fifth);
                Add(Both(ref x, k, halves), p0, p1, p2, p3, ref a0, ref a1, ref a2, ref a3);
            }

            Store(sums, a0, a1, a2, a3);
        }
    }

    /// <summary>Input k in the lower half, k + 1 in the upper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Both(ref float x, int k, Vector256<int> halves) =>
        Avx.PermuteVar(Vector256.Create(Unsafe.ReadUnaligned<double>(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref x, k)))).AsSingle(), halves);

    /// <summary>Interleaves four planes of bytes to floats, four outputs a vector, and adds their products.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        Vector256<float> x, Vector256<byte> p0, Vector256<byte> p1, Vector256<byte> p2, Vector256<byte> p3,
        ref Vector256<float> a0, ref Vector256<float> a1, ref Vector256<float> a2, ref Vector256<float> a3)
    {
        Vector256<ushort> low = Avx2.UnpackLow(p0, p1).AsUInt16(), high = Avx2.UnpackLow(p2, p3).AsUInt16();
        a0 = Fma.MultiplyAdd(x, Avx2.UnpackLow(low, high).AsSingle(), a0);
        a1 = Fma.MultiplyAdd(x, Avx2.UnpackHigh(low, high).AsSingle(), a1);
        low = Avx2.UnpackHigh(p0, p1).AsUInt16();
        high = Avx2.UnpackHigh(p2, p3).AsUInt16();
        a2 = Fma.MultiplyAdd(x, Avx2.UnpackLow(low, high).AsSingle(), a2);
        a3 = Fma.MultiplyAdd(x, Avx2.UnpackHigh(low, high).AsSingle(), a3);
    }

    private static void Store(Span<float> sums, Vector256<float> a0, Vector256<float> a1, Vector256<float> a2, Vector256<float> a3)
    {
        (a0.GetLower() + a0.GetUpper()).CopyTo(sums);
        (a1.GetLower() + a1.GetUpper()).CopyTo(sums.Slice(4));
        (a2.GetLower() + a2.GetUpper()).CopyTo(sums.Slice(8));
        (a3.GetLower() + a3.GetUpper()).CopyTo(sums.Slice(12));
    }
}
#endif
