#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a hashed dense layer with vectors of 128 bits (Arm64, x64 without AVX2) and up to 32 values: the codebook as four
/// tables of bytes, one for each byte of a float; 16 codes are looked up in each, and the four planes of bytes are interleaved to 16 floats.
/// </summary>
internal static class HashedPlanes
{
    private const int Panel = HashedDense.PanelWidth;
    private const int MaxValues = 32;

    /// <summary>The four tables: entries of codes whose fifth bit is 0, and of those where it is 1.</summary>
    private struct Tables
    {
        internal Vector128<byte> Low0, Low1, Low2, Low3, High0, High1, High2, High3;
    }

    /// <summary>Sums with values of a codebook; false where the machine has no table look-up of bytes or the codebook is larger.</summary>
    [MethodImpl(Simd.Hot)]
    internal static bool TryLookup(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, Span<float> output, int first, int inputs, int outputs)
    {
        if (values.Length > MaxValues || !BitConverter.IsLittleEndian || !(Ssse3.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            return false;
        }

        unchecked
        {
            Span<float> sums = stackalloc float[Panel];
            Tables tables = Read(values, first);
            for (int m = 0; m < outputs; m += Panel)
            {
                ref byte codes = ref MemoryMarshal.GetReference(indices.Slice(m * inputs, Panel * inputs));
                ref float x = ref MemoryMarshal.GetReference(input);
                if (values.Length <= 16)
                {
                    OnePanel16(ref x, ref codes, inputs, sums, tables);
                }
                else
                {
                    OnePanel32(ref x, ref codes, inputs, sums, tables);
                }

                sums.Slice(0, Math.Min(Panel, outputs - m)).CopyTo(output.Slice(m));
            }

            return true;
        }
    }

    /// <summary>Entry (first + k) mod 16, or mod 32 for more than 16 values, is value k.</summary>
    private static Tables Read(ReadOnlySpan<float> values, int first)
    {
        Span<float> table = stackalloc float[MaxValues];
        CodeLanes.Rotate(values, first, values.Length <= 16 ? table.Slice(0, 16) : table);
        Span<byte> planes = stackalloc byte[4 * MaxValues];
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(table);
        for (int i = 0; i < bytes.Length; i++)
        {
            planes[(i % 4 * MaxValues) + (i / 4)] = bytes[i];
        }

        Tables tables;
        tables.Low0 = Vector128.Create<byte>(planes);
        tables.High0 = Vector128.Create<byte>(planes.Slice(16));
        tables.Low1 = Vector128.Create<byte>(planes.Slice(32));
        tables.High1 = Vector128.Create<byte>(planes.Slice(48));
        tables.Low2 = Vector128.Create<byte>(planes.Slice(64));
        tables.High2 = Vector128.Create<byte>(planes.Slice(80));
        tables.Low3 = Vector128.Create<byte>(planes.Slice(96));
        tables.High3 = Vector128.Create<byte>(planes.Slice(112));
        return tables;
    }

    [MethodImpl(Simd.Hot)]
    private static void OnePanel16(ref float x, ref byte codes, int inputs, Span<float> sums, in Tables tables)
    {
        unchecked
        {
            Vector128<byte> t0 = tables.Low0, t1 = tables.Low1, t2 = tables.Low2, t3 = tables.Low3;
            Vector128<float> a0 = default, a1 = default, a2 = default, a3 = default;
            for (int k = 0; k < inputs; k++)
            {
                Vector128<byte> at = Vector128.LoadUnsafe(ref codes, (nuint)(k * Panel)) & Vector128.Create((byte)15);
                Vector128<byte> p0 = Lookup(t0, at), p1 = Lookup(t1, at), p2 = Lookup(t2, at), p3 = Lookup(t3, at);
                Vector128<float> input = Vector128.Create(Unsafe.Add(ref x, k));
                Vector128<ushort> low = ZipLow(p0, p1).AsUInt16(), high = ZipLow(p2, p3).AsUInt16();
                a0 = MultiplyAdd(input, ZipLow(low, high).AsSingle(), a0);
                a1 = MultiplyAdd(input, ZipHigh(low, high).AsSingle(), a1);
                low = ZipHigh(p0, p1).AsUInt16();
                high = ZipHigh(p2, p3).AsUInt16();
                a2 = MultiplyAdd(input, ZipLow(low, high).AsSingle(), a2);
                a3 = MultiplyAdd(input, ZipHigh(low, high).AsSingle(), a3);
            }

            Store(sums, a0, a1, a2, a3);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void OnePanel32(ref float x, ref byte codes, int inputs, Span<float> sums, in Tables tables)
    {
        unchecked
        {
            Vector128<float> a0 = default, a1 = default, a2 = default, a3 = default;
            for (int k = 0; k < inputs; k++)
            {
                Vector128<byte> code = Vector128.LoadUnsafe(ref codes, (nuint)(k * Panel));
                Vector128<byte> at = code & Vector128.Create((byte)15);
                Vector128<byte> isLow = Vector128.Equals(code & Vector128.Create((byte)16), Vector128<byte>.Zero);
                Vector128<byte> p0 = Vector128.ConditionalSelect(isLow, Lookup(tables.Low0, at), Lookup(tables.High0, at));
                Vector128<byte> p1 = Vector128.ConditionalSelect(isLow, Lookup(tables.Low1, at), Lookup(tables.High1, at));
                Vector128<byte> p2 = Vector128.ConditionalSelect(isLow, Lookup(tables.Low2, at), Lookup(tables.High2, at));
                Vector128<byte> p3 = Vector128.ConditionalSelect(isLow, Lookup(tables.Low3, at), Lookup(tables.High3, at));
                Vector128<float> input = Vector128.Create(Unsafe.Add(ref x, k));
                Vector128<ushort> low = ZipLow(p0, p1).AsUInt16(), high = ZipLow(p2, p3).AsUInt16();
                a0 = MultiplyAdd(input, ZipLow(low, high).AsSingle(), a0);
                a1 = MultiplyAdd(input, ZipHigh(low, high).AsSingle(), a1);
                low = ZipHigh(p0, p1).AsUInt16();
                high = ZipHigh(p2, p3).AsUInt16();
                a2 = MultiplyAdd(input, ZipLow(low, high).AsSingle(), a2);
                a3 = MultiplyAdd(input, ZipHigh(low, high).AsSingle(), a3);
            }

            Store(sums, a0, a1, a2, a3);
        }
    }

    private static void Store(Span<float> sums, Vector128<float> a0, Vector128<float> a1, Vector128<float> a2, Vector128<float> a3)
    {
        a0.CopyTo(sums);
        a1.CopyTo(sums.Slice(4));
        a2.CopyTo(sums.Slice(8));
        a3.CopyTo(sums.Slice(12));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lookup(Vector128<byte> table, Vector128<byte> indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(table, indices) : AdvSimd.Arm64.VectorTableLookup(table, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipLow(Vector128<byte> a, Vector128<byte> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> ZipHigh(Vector128<byte> a, Vector128<byte> b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> ZipLow(Vector128<ushort> a, Vector128<ushort> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> ZipHigh(Vector128<ushort> a, Vector128<ushort> b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> MultiplyAdd(Vector128<float> a, Vector128<float> b, Vector128<float> c) =>
        Fma.IsSupported ? Fma.MultiplyAdd(a, b, c) : AdvSimd.IsSupported ? AdvSimd.FusedMultiplyAdd(c, a, b) : (a * b) + c;
}
#endif
