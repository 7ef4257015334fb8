#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The transform of a block's input: first along the height for a whole row of tiles, so that what neighbours share is transformed once,
/// then along the width to transformed[point][tile][channel].
/// </summary>
internal static class WinogradInput
{
    /// <summary>Transforms the tiles [row, row + rows) × [column, column + columns).</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Transform<TLanes>(
        ReadOnlySpan<float> input, Span<float> workspace, in WinogradPlan plan, in ConvShape shape, int row, int rows, int column, int columns)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int perSample = plan.TileRows / shape.Batch;
            int sampleLength = shape.InHeight * shape.InWidth * shape.InChannels;
            ref float band = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), plan.BandStart);
            ref float transformed = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), plan.InStart);
            for (int i = 0; i < rows; i++)
            {
                int sample = (row + i) / perSample;
                int top = ((row + i - (sample * perSample)) * plan.TileHeight) - shape.PadTop;
                int left = (column * plan.TileWidth) - shape.PadLeft;
                FillBand<TLanes>(input.Slice(sample * sampleLength, sampleLength), workspace, plan, shape, top, left, columns);
                for (int r = 0; r < plan.PointsHeight; r++)
                {
                    ref float to = ref Unsafe.Add(ref transformed, (r * plan.PointsWidth * plan.InPoint) + (i * columns * plan.InStride));
                    Widthwise<TLanes>(ref Unsafe.Add(ref band, r * plan.BandLength), ref to, plan, shape.InChannels, columns);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Widthwise<TLanes>(ref float from, ref float to, in WinogradPlan plan, nint channels, nint tiles)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            nint step = channels * plan.TileWidth;
            ref float second = ref Unsafe.Add(ref from, channels);
            if (plan.PointsWidth == 6)
            {
                ref float fourth = ref Unsafe.Add(ref from, 3 * channels);
                Six<TLanes>(
                    ref from, ref second, ref Unsafe.Add(ref second, channels), ref fourth, ref Unsafe.Add(ref fourth, channels),
                    ref Unsafe.Add(ref fourth, 2 * channels), ref to, plan.InPoint, tiles, step, plan.InStride, plan.InStride);
            }
            else if (plan.PointsWidth == 4)
            {
                Four<TLanes>(
                    ref from, ref second, ref Unsafe.Add(ref second, channels), ref Unsafe.Add(ref second, 2 * channels), ref to, plan.InPoint,
                    tiles, step, plan.InStride, plan.InStride);
            }
            else
            {
                Copy<TLanes>(ref from, ref to, tiles, step, plan.InStride);
            }
        }
    }

    /// <summary>Fills the band for one row of tiles; what lies left and right of the input is zero.</summary>
    [MethodImpl(Simd.Hot)]
    private static void FillBand<TLanes>(
        ReadOnlySpan<float> sample, Span<float> workspace, in WinogradPlan plan, in ConvShape shape, int top, int left, int tiles)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int columns = ((tiles - 1) * plan.TileWidth) + plan.PointsWidth;
            int first = Math.Min(Math.Max(-left, 0), columns);
            int end = Math.Max(Math.Min(columns, shape.InWidth - left), first);
            int count = (end - first) * shape.InChannels;
            if (plan.BlockColumns < plan.TilesPerRow)
            {
                // Each piece of a row has its own margins; those of whole rows stay as they are.
                for (int r = 0; r < plan.PointsHeight; r++)
                {
                    Span<float> line = workspace.Slice(plan.BandStart + (r * plan.BandLength), plan.BandLength);
                    line.Slice(0, first * shape.InChannels).Clear();
                    line.Slice(end * shape.InChannels).Clear();
                }
            }

            if (count == 0)
            {
                return;
            }

            int start = (left + first) * shape.InChannels;
            int to = plan.BandStart + (first * shape.InChannels);
            if (count >= default(TLanes).Count && plan.PointsHeight > 1)
            {
                Heightwise<TLanes>(sample.Slice(start), workspace, plan, shape.InWidth * shape.InChannels, top, shape.InHeight, to, plan.BandLength, count);
            }
            else
            {
                Staged<TLanes>(sample.Slice(start), workspace, plan, shape, top, to, count);
            }
        }
    }

    /// <summary>Rows of one tap, or shorter than a vector: copied, and transformed where they can be read beyond their end.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Staged<TLanes>(
        ReadOnlySpan<float> source, Span<float> workspace, in WinogradPlan plan, in ConvShape shape, int top, int to, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int points = plan.PointsHeight;
            int rowLength = shape.InWidth * shape.InChannels;
            bool single = points == 1;
            int staged = single ? to : plan.OutStart;
            for (int i = 0; i < points; i++)
            {
                Span<float> line = workspace.Slice(staged + (i * Dense.PanelWidth), count);
                if ((uint)(top + i) < (uint)shape.InHeight)
                {
                    source.Slice((top + i) * rowLength, count).CopyTo(line);
                }
                else
                {
                    line.Clear();
                }
            }

            if (single)
            {
                return;
            }

            int made = staged + (points * Dense.PanelWidth);
            Heightwise<TLanes>(workspace.Slice(staged), workspace, plan, Dense.PanelWidth, 0, points, made, Dense.PanelWidth, default(TLanes).Count);
            for (int i = 0; i < points; i++)
            {
                workspace.Slice(made + (i * Dense.PanelWidth), count).CopyTo(workspace.Slice(to + (i * plan.BandLength), count));
            }
        }
    }

    /// <summary>Transforms rows along the height, <paramref name="count"/> floats of each; rows outside are zero.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Heightwise<TLanes>(
        ReadOnlySpan<float> source, Span<float> workspace, in WinogradPlan plan, int rowLength, int top, int height, int to, int toStep, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            ref float zero = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), plan.ZeroStart);
            ref float from = ref MemoryMarshal.GetReference(source);
            ref float target = ref Unsafe.Add(ref MemoryMarshal.GetReference(workspace), to);
            ref float a0 = ref Row(ref from, ref zero, rowLength, top, height);
            ref float a1 = ref Row(ref from, ref zero, rowLength, top + 1, height);
            ref float a2 = ref Row(ref from, ref zero, rowLength, top + 2, height);
            ref float a3 = ref Row(ref from, ref zero, rowLength, top + 3, height);
            if (plan.PointsHeight == 4)
            {
                Four<TLanes>(ref a0, ref a1, ref a2, ref a3, ref target, toStep, 1, 0, 0, count);
                return;
            }

            ref float a4 = ref Row(ref from, ref zero, rowLength, top + 4, height);
            ref float a5 = ref Row(ref from, ref zero, rowLength, top + 5, height);
            Six<TLanes>(ref a0, ref a1, ref a2, ref a3, ref a4, ref a5, ref target, toStep, 1, 0, 0, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref float Row(ref float from, ref float zero, int rowLength, int row, int height)
    {
        bool inside = row >= 0 && row < height;
        return ref inside ? ref Unsafe.Add(ref from, unchecked((nint)row * rowLength)) : ref zero;
    }

    /// <summary>
    /// Six points (0, ±√½, ±√2, ∞) of every float of some lines. Where <paramref name="count"/> is no multiple of the vector, the last
    /// vector reaches back; it must not be below one vector.
    /// </summary>
    [MethodImpl(Simd.Hot)]
    private static void Six<TLanes>(
        ref float a0, ref float a1, ref float a2, ref float a3, ref float a4, ref float a5, ref float to, nint step,
        nint lines, nint fromLine, nint toLine, nint count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default;
            TLanes a = lanes.Fill(WinogradPoints.Small);
            TLanes b = lanes.Fill(WinogradPoints.Large);
            TLanes minusA2 = lanes.Fill(-WinogradPoints.SmallSquare);
            TLanes minusB2 = lanes.Fill(-WinogradPoints.LargeSquare);
            TLanes minusSum = lanes.Fill(-WinogradPoints.SmallSquare - WinogradPoints.LargeSquare);
            ref float upper = ref Unsafe.Add(ref to, 3 * step);
            nint fromStart = 0;
            nint toStart = 0;
            for (; lines > 0; lines--)
            {
                for (nint c = 0; c < count; c += lanes.Count)
                {
                    nint begin = c + lanes.Count > count ? count - lanes.Count : c;
                    nint from = fromStart + begin;
                    nint at = toStart + begin;
                    TLanes d1 = lanes.Load(ref a1, from);
                    TLanes d2 = lanes.Load(ref a2, from);
                    TLanes d3 = lanes.Load(ref a3, from);
                    TLanes d4 = lanes.Load(ref a4, from);
                    lanes.Store(lanes.MultiplyAdd(minusSum, d2, lanes.Add(lanes.Load(ref a0, from), d4)), ref to, at);
                    lanes.Store(lanes.MultiplyAdd(minusSum, d3, lanes.Add(lanes.Load(ref a5, from), d1)), ref upper, at + (2 * step));
                    TLanes even = lanes.MultiplyAdd(minusB2, d2, d4);
                    TLanes odd = lanes.Multiply(a, lanes.MultiplyAdd(minusB2, d1, d3));
                    lanes.Store(lanes.Add(even, odd), ref to, at + step);
                    lanes.Store(lanes.Subtract(even, odd), ref to, at + (2 * step));
                    even = lanes.MultiplyAdd(minusA2, d2, d4);
                    odd = lanes.Multiply(b, lanes.MultiplyAdd(minusA2, d1, d3));
                    lanes.Store(lanes.Add(even, odd), ref upper, at);
                    lanes.Store(lanes.Subtract(even, odd), ref upper, at + step);
                }

                fromStart += fromLine;
                toStart += toLine;
            }
        }
    }

    /// <summary>Four points (0, ±1, ∞) of every float of some lines.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four<TLanes>(
        ref float a0, ref float a1, ref float a2, ref float a3, ref float to, nint step, nint lines, nint fromLine, nint toLine, nint count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default;
            ref float upper = ref Unsafe.Add(ref to, 2 * step);
            nint fromStart = 0;
            nint toStart = 0;
            for (; lines > 0; lines--)
            {
                for (nint c = 0; c < count; c += lanes.Count)
                {
                    nint begin = c + lanes.Count > count ? count - lanes.Count : c;
                    nint from = fromStart + begin;
                    nint at = toStart + begin;
                    TLanes d1 = lanes.Load(ref a1, from);
                    TLanes d2 = lanes.Load(ref a2, from);
                    lanes.Store(lanes.Subtract(lanes.Load(ref a0, from), d2), ref to, at);
                    lanes.Store(lanes.Add(d1, d2), ref to, at + step);
                    lanes.Store(lanes.Subtract(d2, d1), ref upper, at);
                    lanes.Store(lanes.Subtract(lanes.Load(ref a3, from), d1), ref upper, at + step);
                }

                fromStart += fromLine;
                toStart += toLine;
            }
        }
    }

    /// <summary>One point: the inputs themselves, with the strides of the products.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Copy<TLanes>(ref float from, ref float to, nint lines, nint fromLine, nint toLine)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes lanes = default;
            for (nint line = 0; line < lines; line++)
            {
                for (nint c = 0; c < toLine; c += lanes.Count)
                {
                    lanes.Store(lanes.Load(ref from, (line * fromLine) + c), ref to, (line * toLine) + c);
                }
            }
        }
    }
}
