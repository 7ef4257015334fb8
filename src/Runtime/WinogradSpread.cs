#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// From taps to points, for the kernels of one panel: along the width, then along the height, in double, and rounded once.
/// Value[point] = Σ over taps of matrix[point, tap] × tap. Only the first tap counts at 0, only the last one at ∞, and two points of opposite signs
/// share the sums of their even and of their odd taps.
/// </summary>
internal static class WinogradSpread
{
    /// <summary>All points of all channels.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="high">points × taps along the height; one point of one tap is the tap itself.</param>
    /// <param name="wide">The same along the width.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="kernels">[channel][tap][output of the panel].</param>
    /// <param name="channels">Channels.</param>
    /// <param name="half">Room for [tap along the height][point along the width][output].</param>
    /// <param name="packed">Takes [point][channel][output], from the panel's first output on.</param>
    /// <param name="pointLength">From one point to the next.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        Span<double> high, Span<double> wide, int kernelHeight, int kernelWidth, ref float kernels, int channels, Span<double> half, ref float packed, nint pointLength)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            int pointsWidth = wide.Length / kernelWidth;
            int line = kernelWidth * Dense.PanelWidth;
            for (; channels > 0; channels--)
            {
                for (int row = 0; row < kernelHeight; row++)
                {
                    Widthwise<TLanes>(wide, kernelWidth, ref kernels, ref half[row * pointsWidth * Dense.PanelWidth]);
                    kernels = ref Unsafe.Add(ref kernels, line);
                }

                for (int q = 0; q < pointsWidth; q++)
                {
                    Heightwise<TLanes>(
                        high, kernelHeight, ref half[q * Dense.PanelWidth], pointsWidth * Dense.PanelWidth, ref Unsafe.Add(ref packed, q * pointLength), pointsWidth * pointLength);
                }

                packed = ref Unsafe.Add(ref packed, Dense.PanelWidth);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widthwise<TLanes>(Span<double> matrix, int taps, ref float from, ref double to)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int points = matrix.Length / taps;
            for (nint lane = 0; lane < Dense.PanelWidth; lane += v.Count)
            {
                ref float x = ref Unsafe.Add(ref from, lane);
                ref double y = ref Unsafe.Add(ref to, lane);
                TLanes first = v.Widen(ref x, 0), last = v.Widen(ref x, (taps - 1) * Dense.PanelWidth);
                v.Store(points == 1 ? first : v.Multiply(first, matrix[0]), ref y, 0);
                if (points == 1) continue;
                TLanes second = v.Widen(ref x, Dense.PanelWidth), third = v.Widen(ref x, 2 * Dense.PanelWidth);
                TLanes fourth = taps > 3 ? v.Widen(ref x, 3 * Dense.PanelWidth) : first;
                ref double factor = ref matrix[taps];
                for (nint point = 1; point < points - 1; point += 2, factor = ref Unsafe.Add(ref factor, 2 * taps))
                {
                    Pair(first, second, third, fourth, last, taps, ref factor, out TLanes plus, out TLanes minus);
                    v.Store(plus, ref y, point * Dense.PanelWidth);
                    v.Store(minus, ref y, (point + 1) * Dense.PanelWidth);
                }

                v.Store(last, ref y, (points - 1) * Dense.PanelWidth);
            }
        }
    }

    /// <summary>Two vectors at a time, which rounded are one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Heightwise<TLanes>(Span<double> matrix, int taps, ref double from, nint step, ref float to, nint pointStep)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int points = matrix.Length / taps;
            for (nint lane = 0; lane < Dense.PanelWidth; lane += 2 * v.Count)
            {
                ref double x = ref Unsafe.Add(ref from, lane);
                ref double z = ref Unsafe.Add(ref x, v.Count);
                ref float y = ref Unsafe.Add(ref to, lane);
                TLanes first = v.Load(ref x, 0), last = v.Load(ref x, (taps - 1) * step);
                TLanes first2 = v.Load(ref z, 0), last2 = v.Load(ref z, (taps - 1) * step);
                if (points == 1)
                {
                    v.StoreRounded(first, first2, ref y, 0);
                    continue;
                }

                v.StoreRounded(v.Multiply(first, matrix[0]), v.Multiply(first2, matrix[0]), ref y, 0);
                TLanes second = v.Load(ref x, step), third = v.Load(ref x, 2 * step), fourth = taps > 3 ? v.Load(ref x, 3 * step) : first;
                TLanes second2 = v.Load(ref z, step), third2 = v.Load(ref z, 2 * step), fourth2 = taps > 3 ? v.Load(ref z, 3 * step) : first2;
                ref double factor = ref matrix[taps];
                for (nint point = 1; point < points - 1; point += 2, factor = ref Unsafe.Add(ref factor, 2 * taps))
                {
                    Pair(first, second, third, fourth, last, taps, ref factor, out TLanes plus, out TLanes minus);
                    Pair(first2, second2, third2, fourth2, last2, taps, ref factor, out TLanes plus2, out TLanes minus2);
                    v.StoreRounded(plus, plus2, ref y, point * pointStep);
                    v.StoreRounded(minus, minus2, ref y, (point + 1) * pointStep);
                }

                v.StoreRounded(last, last2, ref y, (points - 1) * pointStep);
            }
        }
    }

    /// <summary>The values at two points of opposite signs, of three taps or of five.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair<TLanes>(
        TLanes first, TLanes second, TLanes third, TLanes fourth, TLanes fifth, int taps, ref double factor, out TLanes plus, out TLanes minus)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        TLanes v = default;
        TLanes even = v.Add(v.Multiply(first, factor), v.Multiply(third, Unsafe.Add(ref factor, 2)));
        TLanes odd = v.Multiply(second, Unsafe.Add(ref factor, 1));
        if (taps > 3)
        {
            odd = v.Add(odd, v.Multiply(fourth, Unsafe.Add(ref factor, 3)));
            even = v.Add(even, v.Multiply(fifth, Unsafe.Add(ref factor, 4)));
        }

        plus = v.Add(even, odd);
        minus = v.Subtract(even, odd);
    }
}
