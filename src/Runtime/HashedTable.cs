#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a hashed dense layer on any machine and with any codebook: a few inputs' weights are looked up one by one into a
/// buffer of the stack, then multiplied as vectors. The buffer is long enough that its vectors are not read right after their
/// elements were written, which processors do not forward.
/// </summary>
internal static class HashedTable
{
    /// <summary>Inputs decoded at a time.</summary>
    private const int Depth = 32;

    /// <summary>Sums of all outputs.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="indices">Packed [⌈outputs / 16⌉][inputs][16].</param>
    /// <param name="values">The codebook; the byte of its position 0 is <paramref name="first"/>.</param>
    /// <param name="output">The sums: [outputs].</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Number of sums.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Sums(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, Span<float> output, int first, int inputs, int outputs)
    {
        unchecked
        {
            Span<float> table = stackalloc float[256];
            Span<float> decoded = stackalloc float[Depth * HashedDense.PanelWidth];
            Span<float> sums = stackalloc float[HashedDense.PanelWidth];
            table.Clear();
            values.CopyTo(table.Slice(first));
            for (int m = 0; m < outputs; m += HashedDense.PanelWidth)
            {
                ReadOnlySpan<byte> panel = indices.Slice(m * inputs, HashedDense.PanelWidth * inputs);
                sums.Clear();
                for (int k = 0; k < inputs; k += Depth)
                {
                    int depth = Math.Min(Depth, inputs - k);
                    Decode(
                        ref MemoryMarshal.GetReference(table), ref Unsafe.Add(ref MemoryMarshal.GetReference(panel), k * HashedDense.PanelWidth),
                        ref MemoryMarshal.GetReference(decoded), depth * HashedDense.PanelWidth);
                    Accumulate(
                        ref Unsafe.Add(ref MemoryMarshal.GetReference(input), k), ref MemoryMarshal.GetReference(decoded), ref MemoryMarshal.GetReference(sums), depth);
                }

                sums.Slice(0, Math.Min(HashedDense.PanelWidth, outputs - m)).CopyTo(output.Slice(m));
            }
        }
    }

    /// <summary>Looks up a multiple of four codes; the table has an entry for every byte.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Decode(ref float table, ref byte codes, ref float decoded, int count)
    {
        unchecked
        {
            for (nint i = 0; i < count; i += 4)
            {
                float a = Unsafe.Add(ref table, (nint)Unsafe.Add(ref codes, i));
                float b = Unsafe.Add(ref table, (nint)Unsafe.Add(ref codes, i + 1));
                float c = Unsafe.Add(ref table, (nint)Unsafe.Add(ref codes, i + 2));
                float d = Unsafe.Add(ref table, (nint)Unsafe.Add(ref codes, i + 3));
                Unsafe.Add(ref decoded, i) = a;
                Unsafe.Add(ref decoded, i + 1) = b;
                Unsafe.Add(ref decoded, i + 2) = c;
                Unsafe.Add(ref decoded, i + 3) = d;
            }
        }
    }

    /// <summary>Adds the products of a few inputs to the sums of a panel, even and odd inputs apart.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Accumulate(ref float x, ref float w, ref float sums, int depth)
    {
        unchecked
        {
            int lanes = Vector<float>.Count;
            for (int lane = 0; lane < HashedDense.PanelWidth; lane += lanes)
            {
                Vector<float> even = Simd.Load(ref sums, lane);
                Vector<float> odd = default;
                int k = 0;
                for (; k <= depth - 2; k += 2)
                {
                    even = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k)), Simd.Load(ref w, (k * HashedDense.PanelWidth) + lane), even);
                    odd = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k + 1)), Simd.Load(ref w, ((k + 1) * HashedDense.PanelWidth) + lane), odd);
                }

                if (k < depth)
                {
                    even = Simd.MultiplyAdd(new Vector<float>(Unsafe.Add(ref x, k)), Simd.Load(ref w, (k * HashedDense.PanelWidth) + lane), even);
                }

                Simd.Store(even + odd, ref sums, lane);
            }
        }
    }
}
