#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// From taps to points, for some kernels of one panel: along the width, then along the height, in floats.
/// Value[point] = Σ over taps of matrix[point, tap] × tap. Only the first tap counts at 0, only the last one at ∞, and two points of opposite signs
/// share the sums of their even and of their odd taps.
/// </summary>
internal static class WinogradSpread
{
    /// <summary>
    /// Channels at a time. Points lie a power of two apart in most networks, and all of one channel in one set of the first cache: a channel after the other,
    /// each line would come from the second cache alone. Eight neighbours take a third to a fifth of the time.
    /// </summary>
    internal const int Channels = 8;

    /// <summary>All points of up to <see cref="Channels"/> channels.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="high">points × taps along the height; one point of one tap is the tap itself.</param>
    /// <param name="wide">The same along the width.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="kernels">[channel][tap][output of the panel].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="half">Room for [channel][tap along the height][point along the width][output].</param>
    /// <param name="packed">Takes [point][channel][output], from the panel's first output on.</param>
    /// <param name="pointLength">From one point to the next.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        Span<float> high, Span<float> wide, int kernelHeight, int kernelWidth, ref float kernels, int channels, Span<float> half, ref float packed, nint pointLength)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int pointsHeight = high.Length / kernelHeight;
            int pointsWidth = wide.Length / kernelWidth;
            ref float across = ref MemoryMarshal.GetReference(wide);
            ref float down = ref MemoryMarshal.GetReference(high);
            ref float rows = ref MemoryMarshal.GetReference(half);
            nint row = pointsWidth * Dense.PanelWidth;
            for (nint i = 0; i < channels * kernelHeight; i++)
            {
                ref float x = ref Unsafe.Add(ref kernels, i * kernelWidth * Dense.PanelWidth);
                Line<TLanes>(ref across, pointsWidth, kernelWidth, ref x, Dense.PanelWidth, ref Unsafe.Add(ref rows, i * row), Dense.PanelWidth);
            }

            for (nint q = 0; q < pointsWidth; q++)
            {
                for (nint channel = 0; channel < channels; channel++)
                {
                    ref float x = ref Unsafe.Add(ref rows, (channel * kernelHeight * row) + (q * Dense.PanelWidth));
                    ref float y = ref Unsafe.Add(ref packed, (q * pointLength) + (channel * Dense.PanelWidth));
                    Line<TLanes>(ref down, pointsHeight, kernelHeight, ref x, row, ref y, pointsWidth * pointLength);
                }
            }
        }
    }

    /// <summary>The points of one axis, of taps that lie a step apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line<TLanes>(ref float matrix, int points, int taps, ref float from, nint step, ref float to, nint pointStep)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            for (nint lane = 0; lane < Dense.PanelWidth; lane += v.Count)
            {
                ref float x = ref Unsafe.Add(ref from, lane);
                ref float y = ref Unsafe.Add(ref to, lane);
                TLanes first = v.Load(ref x, 0);
                if (points == 1)
                {
                    v.Store(first, ref y, 0);
                    continue;
                }

                TLanes second = v.Load(ref x, step), third = v.Load(ref x, 2 * step);
                v.Store(v.Multiply(first, v.Fill(matrix)), ref y, 0);
                ref float factor = ref Unsafe.Add(ref matrix, taps);
                for (nint point = 1; point < points - 1; point += 2)
                {
                    TLanes even = v.MultiplyAdd(third, v.Fill(Unsafe.Add(ref factor, 2)), v.Multiply(first, v.Fill(factor)));
                    TLanes odd = v.Multiply(second, v.Fill(Unsafe.Add(ref factor, 1)));
                    if (taps > 3)
                    {
                        odd = v.MultiplyAdd(v.Load(ref x, 3 * step), v.Fill(Unsafe.Add(ref factor, 3)), odd);
                        even = v.MultiplyAdd(v.Load(ref x, 4 * step), v.Fill(Unsafe.Add(ref factor, 4)), even);
                    }

                    v.Store(v.Add(even, odd), ref y, point * pointStep);
                    v.Store(v.Subtract(even, odd), ref y, (point + 1) * pointStep);
                    factor = ref Unsafe.Add(ref factor, 2 * taps);
                }

                v.Store(taps > 3 ? v.Load(ref x, 4 * step) : third, ref y, (points - 1) * pointStep);
            }
        }
    }
}
