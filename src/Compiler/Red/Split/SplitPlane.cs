using System;
using System.Linq;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Red.Splitting;

/// <summary>
/// An input channel as the lowerings read it: with zeros around it where windows leave the input, so that no tap needs a check. Arrays are
/// [depth, height, width].
/// </summary>
/// <param name="Lengths">Lengths of the plane.</param>
/// <param name="Offsets">Where the input begins in it.</param>
/// <param name="Copied">How much of the input windows can reach.</param>
/// <param name="Reads">The input positions that windows read.</param>
/// <param name="IsPadded">Whether there are zeros around the input; otherwise the plane is the input as it lies.</param>
internal sealed record SplitPlane(int[] Lengths, int[] Offsets, int[] Copied, ReadRange[] Reads, bool IsPadded)
{
    /// <summary>Elements of the plane.</summary>
    public long Length => Lengths.Aggregate(1L, (a, b) => a * b);

    /// <summary>Input pixels of a channel that some tap reads.</summary>
    public long ReadPixels => Reads.Aggregate(1L, (a, r) => a * r.Count);

    /// <summary>The distance of two elements along an axis.</summary>
    public int Stride(int axis) => axis == 2 ? 1 : axis == 1 ? Lengths[2] : Lengths[1] * Lengths[2];

    /// <summary>The plane of a window's input.</summary>
    public static SplitPlane Of(WindowGeometry window)
    {
        WindowAxis[] axes = window.Axes;
        int[] lengths = [.. axes.Select(a => a.IsInside ? a.In : ((a.Out - 1) * a.Stride) + ((a.Kernel - 1) * a.Dilation) + 1)];
        int[] copied = [.. axes.Select((a, i) => Math.Max(0, Math.Min(a.In, lengths[i] - a.Before)))];
        return new SplitPlane(lengths, [.. axes.Select(a => a.Before)], copied, [.. axes.Select(ReadRange.Of)], axes.Any(a => !a.IsInside));
    }
}

/// <summary>The positions of an axis that taps read: from the first to the last in steps of the greatest common distance.</summary>
/// <param name="First">The first.</param>
/// <param name="Step">The step.</param>
/// <param name="Count">How many.</param>
internal readonly record struct ReadRange(int First, int Step, int Count)
{
    /// <summary>One past the last position.</summary>
    public int End => Count == 0 ? First : First + ((Count - 1) * Step) + 1;

    /// <summary>The positions of an axis that are inside the input.</summary>
    public static ReadRange Of(WindowAxis axis)
    {
        int first = int.MaxValue, last = -1;
        for (int o = 0; o < axis.Out; o++)
        {
            int begin = axis.FirstTap(o), end = axis.EndTap(o);
            if (begin >= end) continue;
            first = Math.Min(first, axis.Position(o, begin));
            last = Math.Max(last, axis.Position(o, end - 1));
        }

        if (last < 0) return new ReadRange(0, 1, 0);
        // All positions are a multiple of this apart.
        int step = Math.Max(1, Divisor(axis.Out > 1 ? axis.Stride : 0, axis.Kernel > 1 ? axis.Dilation : 0));
        return new ReadRange(first, step, ((last - first) / step) + 1);
    }

    private static int Divisor(int a, int b) => b == 0 ? a : Divisor(b, a % b);
}
