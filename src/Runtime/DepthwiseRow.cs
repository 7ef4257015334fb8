#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// One row of windows of a channels-last depthwise convolution three taps wide, one or two columns apart, at most the first column of the
/// first window and the last of the last one in the padding.
/// </summary>
internal readonly struct DepthwiseRow
{
    /// <summary>Taps of a line of the kernel.</summary>
    internal const int Taps = 3;

    /// <summary>Lines of the kernel, at most: so many weights stay in registers.</summary>
    internal const int MostLines = 3;

    /// <summary>Lines of taps inside the input, at least one.</summary>
    internal readonly int Lines;

    /// <summary>Windows.</summary>
    internal readonly int Windows;

    /// <summary>Channels: floats from column to column.</summary>
    internal readonly int Channels;

    /// <summary>Whether the first window's first column lies in the padding.</summary>
    internal readonly bool MissesFirst;

    /// <summary>Whether the last window's last column lies in the padding.</summary>
    internal readonly bool MissesLast;

    /// <summary>Floats of the input from the first line of taps to the second.</summary>
    internal readonly nint Second;

    /// <summary>Floats of the input from the first line of taps to the third.</summary>
    internal readonly nint Third;

    internal DepthwiseRow(in ConvShape shape, int lines, nint second, nint third)
    {
        Lines = lines;
        Windows = shape.OutWidth;
        Channels = shape.InChannels;
        MissesFirst = shape.PadLeft > 0;
        MissesLast = LastColumn(shape) == shape.InWidth;
        Second = second;
        Third = third;
    }

    /// <summary>Whether all rows of a convolution are such rows. Its channels fill a vector.</summary>
    internal static bool Serves(in ConvShape shape) =>
        shape.InDepth == 1 && shape.OutDepth == 1 && shape.KernelDepth == 1 && shape.PadDepth == 0
        && shape.KernelWidth == Taps && shape.KernelHeight <= MostLines && shape.DilationWidth == 1 && shape.DilationHeight == 1
        && shape.StrideWidth <= 2 && shape.OutWidth >= 2 && shape.PadLeft <= 1 && LastColumn(shape) <= shape.InWidth
        && shape.PadTop < shape.KernelHeight && ((shape.OutHeight - 1) * shape.StrideHeight) - shape.PadTop < shape.InHeight;

    private static int LastColumn(in ConvShape shape) => ((shape.OutWidth - 1) * shape.StrideWidth) - shape.PadLeft + Taps - 1;

    /// <summary>Computes the row: a vector of channels at a time, the last one ending with the channels, in tiles of four windows, or of two.</summary>
    /// <param name="x">The second column of the first window, in the first line of taps.</param>
    /// <param name="weights">The weights from that line on.</param>
    /// <param name="bias">The bias; read if there is one.</param>
    /// <param name="hasBias">Whether there is one.</param>
    /// <param name="y">The row of the output.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="bounds">Bounds of every result.</param>
    internal void Run<TLanes>(ref float x, ref float weights, ref float bias, bool hasBias, ref float y, int stride, Bounds bounds)
        where TLanes : struct, ILanes<TLanes>
    {
        if (Windows >= 4)
        {
            if (stride == 1) Tiles<DepthwiseFourByOne, TLanes>(ref x, ref weights, ref bias, hasBias, ref y, bounds);
            else Tiles<DepthwiseFourByTwo, TLanes>(ref x, ref weights, ref bias, hasBias, ref y, bounds);
            return;
        }

        if (stride == 1) Tiles<DepthwiseTwoByOne, TLanes>(ref x, ref weights, ref bias, hasBias, ref y, bounds);
        else Tiles<DepthwiseTwoByTwo, TLanes>(ref x, ref weights, ref bias, hasBias, ref y, bounds);
    }

    [MethodImpl(Simd.Hot)]
    private void Tiles<TTile, TLanes>(ref float x0, ref float weights, ref float bias, bool hasBias, ref float y0, Bounds bounds)
        where TTile : struct, IDepthwiseRowTile
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TTile tile = default;
            TLanes zero = default;
            ref float zeros = ref Unsafe.As<TLanes, float>(ref zero);
            TLanes low = o.Fill(bounds.Low), high = o.Fill(bounds.High);
            nint step = Channels, second = Second, third = Third;
            int lines = Lines, windows = Windows;
            for (nint next = 0; next < step; next += o.Count)
            {
                nint channel = next <= step - o.Count ? next : step - o.Count;
                ref float w = ref Unsafe.Add(ref weights, channel);
                TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, 2 * step);
                TLanes w3 = default, w4 = default, w5 = default, w6 = default, w7 = default, w8 = default;
                if (lines > 1) Load(ref Unsafe.Add(ref w, Taps * step), step, ref w3, ref w4, ref w5);
                if (lines > 2) Load(ref Unsafe.Add(ref w, 2 * Taps * step), step, ref w6, ref w7, ref w8);
                TLanes start = hasBias ? o.Load(ref bias, channel) : default;
                for (nint done = 0; done < windows; done += tile.Windows)
                {
                    // The last tile moves back to end with the row; what is computed twice is equal. Padding is read from zeros.
                    nint window = done <= windows - tile.Windows ? done : windows - tile.Windows;
                    ref float x = ref Unsafe.Add(ref x0, (window * tile.Stride * step) + channel);
                    bool first = MissesFirst && window == 0, last = MissesLast && window == windows - tile.Windows;
                    ref float left = ref (first ? ref zeros : ref Unsafe.Subtract(ref x, step));
                    ref float right = ref (last ? ref zeros : ref Unsafe.Add(ref x, (((tile.Windows - 1) * tile.Stride) + 1) * step));
                    nint leftSecond = first ? 0 : second, leftThird = first ? 0 : third;
                    nint rightSecond = last ? 0 : second, rightThird = last ? 0 : third;
                    TLanes a = start, b = start, c = start, d = start;
                    tile.Line(ref left, ref x, ref right, step, w0, w1, w2, ref a, ref b, ref c, ref d);
                    if (lines > 1) tile.Line(ref Unsafe.Add(ref left, leftSecond), ref Unsafe.Add(ref x, second), ref Unsafe.Add(ref right, rightSecond), step, w3, w4, w5, ref a, ref b, ref c, ref d);
                    if (lines > 2) tile.Line(ref Unsafe.Add(ref left, leftThird), ref Unsafe.Add(ref x, third), ref Unsafe.Add(ref right, rightThird), step, w6, w7, w8, ref a, ref b, ref c, ref d);
                    ref float y = ref Unsafe.Add(ref y0, (window * step) + channel);
                    o.Store(o.AtMost(o.AtLeast(a, low), high), ref y, 0);
                    o.Store(o.AtMost(o.AtLeast(b, low), high), ref y, step);
                    if (tile.Windows == 2) continue;
                    o.Store(o.AtMost(o.AtLeast(c, low), high), ref y, 2 * step);
                    o.Store(o.AtMost(o.AtLeast(d, low), high), ref y, 3 * step);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TLanes>(ref float weights, nint step, ref TLanes a, ref TLanes b, ref TLanes c)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        a = o.Load(ref weights, 0);
        b = o.Load(ref weights, step);
        c = o.Load(ref weights, unchecked(2 * step));
    }
}
