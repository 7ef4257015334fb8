#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Walks the windows of a box, line by line, in tiles of eight, of four where fewer are left, or one by one in short lines. A method a height
/// of tile: a loop that inlines several exceeds what the JIT inlines.
/// </summary>
internal static class DepthwiseWindows
{
    /// <summary>Computes a vector of channels of all windows of a box.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        if (lines.Windows >= 8) Eights<TLanes>(ref x, ref weights, ref y, lines, taps, bias, bounds);
        if (lines.Windows < 4) Ones<TLanes>(ref x, ref weights, ref y, lines, taps, bias, bounds);
        else if (lines.Windows % 8 != 0) Fours<TLanes>(ref x, ref weights, ref y, lines, taps, bias, bounds);
    }

    [MethodImpl(Simd.Hot)]
    private static void Eights<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = 0; window <= lines.Windows - 8; window += 8)
                {
                    DepthwiseApart.Eight(ref Unsafe.Add(ref x, window * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, window * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Fours<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = lines.Windows & ~7; window < lines.Windows; window += 4)
                {
                    // The last tile moves back to end with the line; what is computed twice is equal.
                    nint first = window <= lines.Windows - 4 ? window : lines.Windows - 4;
                    DepthwiseApart.Four(ref Unsafe.Add(ref x, first * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, first * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Ones<TLanes>(ref float x, ref float weights, ref float y, in DepthwiseLines lines, in DepthwiseTaps taps, in TLanes bias, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            for (nint line = 0; line < lines.Count; line++)
            {
                for (nint window = 0; window < lines.Windows; window++)
                {
                    DepthwiseApart.One(ref Unsafe.Add(ref x, window * lines.Step), lines.Step, ref weights, ref Unsafe.Add(ref y, window * lines.Target), lines.Target, taps, bias, bounds);
                }

                x = ref Unsafe.Add(ref x, lines.LineStep);
                y = ref Unsafe.Add(ref y, lines.LineTarget);
            }
        }
    }
}
