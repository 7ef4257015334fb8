#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a hashed dense layer of levels, weight = code − zero, over <see cref="Vector{T}"/>: bytes widened and converted. What Arm,
/// plain x64 and .NET Standard run.
/// </summary>
internal static class HashedLevels
{
    private const int Panel = HashedDense.PanelWidth;

    /// <summary>Sums of all outputs.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="indices">Packed [⌈outputs / 16⌉][inputs][16].</param>
    /// <param name="output">The sums: [outputs].</param>
    /// <param name="zero">The byte of level 0.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Number of sums.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Sums(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> output, int zero, int inputs, int outputs)
    {
        unchecked
        {
            Span<float> sums = stackalloc float[Panel];
            for (int m = 0; m < outputs; m += Panel)
            {
                OnePanel(input.Slice(0, inputs), indices.Slice(m * inputs, Panel * inputs), sums, zero);
                sums.Slice(0, Math.Min(Panel, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }

    /// <summary>
    /// A vector of bytes is four vectors of floats, whose lanes are those of one input (4 lanes), two (8) or four (16): each of the
    /// four has a sum of its own, and every second step as well. Vectors have 4, 8 or 16 floats on all machines.
    /// </summary>
    [MethodImpl(Simd.Hot)]
    private static void OnePanel(ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, Span<float> sums, int zero)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            int step = Vector<byte>.Count / Panel;
            (int second, int third, int fourth) = (lanes / Panel, 2 * lanes / Panel, 3 * lanes / Panel);
            Vector<int> origin = new(zero);
            Vector<float> a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
            ref float x = ref MemoryMarshal.GetReference(input);
            ref byte codes = ref MemoryMarshal.GetReference(indices);
            int k = 0;
            for (; k <= input.Length - (2 * step); k += 2 * step)
            {
                Widen(ref codes, k * Panel, origin, out Vector<float> w0, out Vector<float> w1, out Vector<float> w2, out Vector<float> w3);
                a0 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k)), w0, a0);
                a1 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + second)), w1, a1);
                a2 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + third)), w2, a2);
                a3 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + fourth)), w3, a3);
                Widen(ref codes, (k + step) * Panel, origin, out w0, out w1, out w2, out w3);
                b0 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + step)), w0, b0);
                b1 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + step + second)), w1, b1);
                b2 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + step + third)), w2, b2);
                b3 = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + step + fourth)), w3, b3);
            }

            sums.Clear();
            Add(sums, a0 + b0, 0);
            Add(sums, a1 + b1, lanes % Panel);
            Add(sums, a2 + b2, 2 * lanes % Panel);
            Add(sums, a3 + b3, 3 * lanes % Panel);
            for (; k < input.Length; k++)
            {
                for (int lane = 0; lane < Panel; lane++)
                {
                    sums[lane] += input[k] * (indices[(k * Panel) + lane] - zero);
                }
            }
        }
    }

    private static void Add(Span<float> sums, Vector<float> part, int first)
    {
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            sums[(first + i) % Panel] += part[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(
        ref byte codes, nint offset, Vector<int> zero, out Vector<float> w0, out Vector<float> w1, out Vector<float> w2, out Vector<float> w3)
    {
        Vector.Widen(Unsafe.ReadUnaligned<Vector<byte>>(ref Unsafe.Add(ref codes, offset)), out Vector<ushort> low, out Vector<ushort> high);
        Vector.Widen(low, out Vector<uint> u0, out Vector<uint> u1);
        Vector.Widen(high, out Vector<uint> u2, out Vector<uint> u3);
        w0 = Vector.ConvertToSingle(Vector.AsVectorInt32(u0) - zero);
        w1 = Vector.ConvertToSingle(Vector.AsVectorInt32(u1) - zero);
        w2 = Vector.ConvertToSingle(Vector.AsVectorInt32(u2) - zero);
        w3 = Vector.ConvertToSingle(Vector.AsVectorInt32(u3) - zero);
    }
}
