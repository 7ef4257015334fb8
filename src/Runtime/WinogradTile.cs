#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernel of products one vector wide: <see cref="SingleTile"/> for rows at equal distances, whose addresses take 4 registers
/// where its own take 12.
/// </summary>
internal static class WinogradTile
{
    /// <summary>Twelve rows by one vector.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void TwelveByOne<TLanes>(ref float x, nint step, nint length, ref float weights, ref float sums, nint sumRow)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
            TLanes s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
            ref float x3 = ref Unsafe.Add(ref x, 3 * step);
            ref float x6 = ref Unsafe.Add(ref x, 6 * step);
            ref float x9 = ref Unsafe.Add(ref x, 9 * step);
            for (nint k = 0; k < length; k++)
            {
                TLanes w = o.Load(ref weights, 0);
                weights = ref Unsafe.Add(ref weights, Dense.PanelWidth);
                o.Accumulate(ref s0, o.Fill(Unsafe.Add(ref x, k)), w);
                o.Accumulate(ref s1, o.Fill(Unsafe.Add(ref x, step + k)), w);
                o.Accumulate(ref s2, o.Fill(Unsafe.Add(ref x, (2 * step) + k)), w);
                o.Accumulate(ref s3, o.Fill(Unsafe.Add(ref x3, k)), w);
                o.Accumulate(ref s4, o.Fill(Unsafe.Add(ref x3, step + k)), w);
                o.Accumulate(ref s5, o.Fill(Unsafe.Add(ref x3, (2 * step) + k)), w);
                o.Accumulate(ref s6, o.Fill(Unsafe.Add(ref x6, k)), w);
                o.Accumulate(ref s7, o.Fill(Unsafe.Add(ref x6, step + k)), w);
                o.Accumulate(ref s8, o.Fill(Unsafe.Add(ref x6, (2 * step) + k)), w);
                o.Accumulate(ref s9, o.Fill(Unsafe.Add(ref x9, k)), w);
                o.Accumulate(ref s10, o.Fill(Unsafe.Add(ref x9, step + k)), w);
                o.Accumulate(ref s11, o.Fill(Unsafe.Add(ref x9, (2 * step) + k)), w);
            }

            o.Store(s0, ref sums, 0);
            o.Store(s1, ref sums, sumRow);
            o.Store(s2, ref sums, 2 * sumRow);
            o.Store(s3, ref sums, 3 * sumRow);
            o.Store(s4, ref sums, 4 * sumRow);
            o.Store(s5, ref sums, 5 * sumRow);
            o.Store(s6, ref sums, 6 * sumRow);
            o.Store(s7, ref sums, 7 * sumRow);
            o.Store(s8, ref sums, 8 * sumRow);
            o.Store(s9, ref sums, 9 * sumRow);
            o.Store(s10, ref sums, 10 * sumRow);
            o.Store(s11, ref sums, 11 * sumRow);
        }
    }
}
