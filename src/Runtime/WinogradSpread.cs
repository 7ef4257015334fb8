#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>From taps to points, for the 16 kernels of one channel and one panel: along the width, then along the height, in double, and rounded once.</summary>
internal static class WinogradSpread
{
    /// <summary>All points.</summary>
    /// <typeparam name="TLanes">The vector to compute with.</typeparam>
    /// <param name="high">points × taps along the height; one point of one tap is the tap itself.</param>
    /// <param name="wide">The same along the width.</param>
    /// <param name="kernelHeight">Taps along the height.</param>
    /// <param name="kernelWidth">Taps along the width.</param>
    /// <param name="kernels">[tap][output of the panel].</param>
    /// <param name="half">Room for [tap along the height][point along the width][output].</param>
    /// <param name="column">Room for [point along the height][output].</param>
    /// <param name="packed">Takes the outputs at the first point.</param>
    /// <param name="pointLength">From there to those at the next point.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes>(
        double[] high, double[] wide, int kernelHeight, int kernelWidth, double[] kernels, double[] half, double[] column, ref float packed, nint pointLength)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            int pointsWidth = wide.Length / kernelWidth;
            for (int row = 0; row < kernelHeight; row++)
            {
                Line<TLanes>(wide, kernelWidth, ref kernels[row * kernelWidth * Dense.PanelWidth], 1, ref half[row * pointsWidth * Dense.PanelWidth]);
            }

            for (int q = 0; q < pointsWidth; q++)
            {
                Line<TLanes>(high, kernelHeight, ref half[q * Dense.PanelWidth], pointsWidth, ref column[0]);
                Round<TLanes>(column, ref Unsafe.Add(ref packed, q * pointLength), pointsWidth * pointLength);
            }
        }
    }

    /// <summary>
    /// to[point] = Σ over taps of matrix[point, tap] × from[tap], each a panel's width of doubles. Only the first tap counts at 0, only the last one at ∞,
    /// and two points of opposite signs share the sums of their even and of their odd taps.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line<TLanes>(double[] matrix, int taps, ref double from, nint step, ref double to)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            int points = matrix.Length / taps;
            step *= Dense.PanelWidth;
            for (nint lane = 0; lane < Dense.PanelWidth; lane += v.Count)
            {
                ref double x = ref Unsafe.Add(ref from, lane);
                ref double y = ref Unsafe.Add(ref to, lane);
                if (points == 1)
                {
                    v.Store(v.Load(ref x, 0), ref y, 0);
                    continue;
                }

                ref double factor = ref matrix[0];
                v.Store(v.Multiply(v.Load(ref x, 0), factor), ref y, 0);
                factor = ref Unsafe.Add(ref factor, taps);
                for (nint point = 1; point < points - 1; point += 2)
                {
                    TLanes even = v.Add(v.Multiply(v.Load(ref x, 0), factor), v.Multiply(v.Load(ref x, 2 * step), Unsafe.Add(ref factor, 2)));
                    TLanes odd = v.Multiply(v.Load(ref x, step), Unsafe.Add(ref factor, 1));
                    if (taps > 3)
                    {
                        odd = v.Add(odd, v.Multiply(v.Load(ref x, 3 * step), Unsafe.Add(ref factor, 3)));
                        even = v.Add(even, v.Multiply(v.Load(ref x, 4 * step), Unsafe.Add(ref factor, 4)));
                    }

                    v.Store(v.Add(even, odd), ref y, point * Dense.PanelWidth);
                    v.Store(v.Subtract(even, odd), ref y, (point + 1) * Dense.PanelWidth);
                    factor = ref Unsafe.Add(ref factor, 2 * taps);
                }

                v.Store(v.Load(ref x, (taps - 1) * step), ref y, (points - 1) * Dense.PanelWidth);
            }
        }
    }

    /// <summary>Rounds a column of points to floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TLanes>(double[] column, ref float packed, nint pointStep)
        where TLanes : struct, IDoubleLanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            ref double from = ref column[0];
            for (nint point = 0; point < column.Length; point += Dense.PanelWidth)
            {
                for (nint lane = 0; lane < Dense.PanelWidth; lane += 2 * v.Count)
                {
                    v.StoreRounded(v.Load(ref from, point + lane), v.Load(ref from, point + lane + v.Count), ref packed, lane);
                }

                packed = ref Unsafe.Add(ref packed, pointStep);
            }
        }
    }
}
