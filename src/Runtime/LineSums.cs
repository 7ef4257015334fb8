#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Sums and means along an axis whose lines lie beside each other, in vectors of sixteen: the same order, and so the same bits, as in shorter ones.</summary>
internal static class LineSums
{
    /// <summary>y[o, i] = Σ x[o, ·, i] ÷ divisor. The spans are long enough.</summary>
    internal static void Run(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner, float divisor)
    {
        for (int o = 0; o < outer; o++)
        {
            ref float x = ref MemoryMarshal.GetReference(input.Slice(o * axis * inner, axis * inner));
            ref float y = ref MemoryMarshal.GetReference(output.Slice(o * inner, inner));
            for (int i = Wide(ref x, ref y, axis, inner, divisor); i < inner; i += default(Lanes512).Count)
            {
                One(ref Unsafe.Add(ref x, i), ref Unsafe.Add(ref y, i), axis, inner, inner - i, divisor);
            }
        }
    }

    /// <summary>Four vectors of lines at a time: their sums need not wait for each other, and more of each cache line is used at once.</summary>
    /// <returns>The first line that is left.</returns>
    [MethodImpl(Simd.Hot)]
    private static int Wide(ref float x, ref float y, int axis, nint inner, float divisor)
    {
        unchecked
        {
            Lanes512 v = default;
            Lanes512 by = v.Fill(divisor);
            int lanes = v.Count;
            int line = 0;
            for (; line <= inner - (4 * lanes); line += 4 * lanes)
            {
                ref float from = ref Unsafe.Add(ref x, line);
                Lanes512 a = v.Fill(0f), b = a, c = a, d = a;
                for (int i = 0; i < axis; i++)
                {
                    a = v.Add(a, v.Load(ref from, 0));
                    b = v.Add(b, v.Load(ref from, lanes));
                    c = v.Add(c, v.Load(ref from, 2 * lanes));
                    d = v.Add(d, v.Load(ref from, 3 * lanes));
                    from = ref Unsafe.Add(ref from, inner);
                }

                v.Store(v.Divide(a, by), ref y, line);
                v.Store(v.Divide(b, by), ref y, line + lanes);
                v.Store(v.Divide(c, by), ref y, line + (2 * lanes));
                v.Store(v.Divide(d, by), ref y, line + (3 * lanes));
            }

            return line;
        }
    }

    /// <summary>One vector of lines, or fewer.</summary>
    [MethodImpl(Simd.Hot)]
    private static void One(ref float x, ref float y, int axis, nint inner, int count, float divisor)
    {
        unchecked
        {
            Lanes512 v = default;
            Lanes512 sum = v.Fill(0f);
            for (int i = 0; i < axis; i++)
            {
                sum = v.Add(sum, v.LoadUpTo(ref x, 0, count));
                x = ref Unsafe.Add(ref x, inner);
            }

            v.StoreUpTo(v.Divide(sum, v.Fill(divisor)), ref y, 0, count);
        }
    }
}
#endif
