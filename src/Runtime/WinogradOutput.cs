#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>The transform of a block's products back: along the height in place. <see cref="WinogradWriter{TLanes}"/> does the width.</summary>
internal static class WinogradOutput
{
    /// <summary>Combines the products along the height: the first TileHeight rows of points become rows of outputs.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Combine<TLanes>(ref float products, in WinogradPlan plan, int tiles)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            nint step = (nint)plan.PointsWidth * plan.OutPoint;
            for (int q = 0; q < plan.PointsWidth; q++)
            {
                ref float column = ref Unsafe.Add(ref products, q * plan.OutPoint);
                if (plan.PointsHeight == 6)
                {
                    CombineSix<TLanes>(ref column, step, plan.TileHeight, tiles * plan.OutStride);
                }
                else if (plan.PointsHeight == 4)
                {
                    CombineFour<TLanes>(ref column, step, tiles * plan.OutStride);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void CombineSix<TLanes>(ref float products, nint step, int outputs, nint count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default;
            ref float upper = ref Unsafe.Add(ref products, 3 * step);
            for (nint at = 0; at < count; at += lanes.Count)
            {
                Six(
                    lanes.Load(ref products, at), lanes.Load(ref products, at + step), lanes.Load(ref products, at + (2 * step)),
                    lanes.Load(ref upper, at), lanes.Load(ref upper, at + step), lanes.Load(ref upper, at + (2 * step)),
                    outputs, out TLanes y0, out TLanes y1, out TLanes y2, out TLanes y3);
                lanes.Store(y0, ref products, at);
                lanes.Store(y1, ref products, at + step);
                if (outputs > 2)
                {
                    lanes.Store(y2, ref products, at + (2 * step));
                    lanes.Store(y3, ref upper, at);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void CombineFour<TLanes>(ref float products, nint step, nint count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default;
            ref float upper = ref Unsafe.Add(ref products, 2 * step);
            for (nint at = 0; at < count; at += lanes.Count)
            {
                Four(
                    lanes.Load(ref products, at), lanes.Load(ref products, at + step), lanes.Load(ref upper, at), lanes.Load(ref upper, at + step),
                    out TLanes y0, out TLanes y1);
                lanes.Store(y0, ref products, at);
                lanes.Store(y1, ref products, at + step);
            }
        }
    }

    /// <summary>Two or four outputs of the six points of <see cref="WinogradPoints"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Six<TLanes>(
        TLanes m0, TLanes m1, TLanes m2, TLanes m3, TLanes m4, TLanes m5, int outputs, out TLanes y0, out TLanes y1, out TLanes y2, out TLanes y3)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes lanes = default;
        TLanes small = lanes.Add(m1, m2);
        TLanes large = lanes.Add(m3, m4);
        y0 = lanes.Add(lanes.Add(m0, small), large);
        y2 = lanes.MultiplyAdd(lanes.Fill(WinogradPoints.SmallSquare), small, lanes.Multiply(lanes.Fill(WinogradPoints.LargeSquare), large));
        small = lanes.Multiply(lanes.Fill(WinogradPoints.Small), lanes.Subtract(m1, m2));
        large = lanes.Multiply(lanes.Fill(WinogradPoints.Large), lanes.Subtract(m3, m4));
        y1 = lanes.Add(small, large);
        y3 = lanes.MultiplyAdd(lanes.Fill(WinogradPoints.SmallSquare), small, lanes.MultiplyAdd(lanes.Fill(WinogradPoints.LargeSquare), large, m5));
        if (outputs == 2)
        {
            y1 = lanes.Add(y1, m5);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Four<TLanes>(TLanes m0, TLanes m1, TLanes m2, TLanes m3, out TLanes y0, out TLanes y1)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes lanes = default;
        y0 = lanes.Add(lanes.Add(m0, m1), m2);
        y1 = lanes.Add(lanes.Subtract(m1, m2), m3);
    }
}
