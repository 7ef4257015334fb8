#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Convolutions of constant sizes, a vector of output channels at a time.</summary>
internal static class FixedSingles
{
    /// <summary>Computes all pixels, a tile at a time.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TLanes, TShape, TActivation>(ref float x, ref float weights, ref float bias, ref float y, TShape s, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int pitch = s.CopyWidth * s.InChannels;
            int columns = s.TileColumns;
            for (int row = 0; row < s.OutHeight; row += s.TileRows)
            {
                // The last tiles reach back to where others were: some pixels are computed twice, none in part.
                int firstRow = Math.Min(row, s.OutHeight - s.TileRows);
                int top = (firstRow * s.StrideHeight) - (s.PadTop - s.CopyTop);
                int firstTap = top < 0 ? (s.DilationHeight - 1 - top) / s.DilationHeight : 0;
                int endTap = Math.Min(s.KernelHeight, (s.CopyHeight - top + s.DilationHeight - 1) / s.DilationHeight);
                for (int column = 0; column < s.OutWidth; column += columns)
                {
                    int first = Math.Min(column, s.OutWidth - columns);
                    int from = (top * pitch) + (first * s.StrideWidth * s.InChannels);
                    ref float to = ref Unsafe.Add(ref y, ((firstRow * s.OutWidth) + first) * s.OutChannels);
                    Tile<TLanes, TShape, TActivation>(ref x, from, firstTap, endTap, ref weights, ref bias, ref to, s, activation);
                }
            }
        }
    }

    // Which of the eight windows there are, and where, is known when the method is compiled.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Tile<TLanes, TShape, TActivation>(
        ref float x, int from, int firstTap, int endTap, ref float weights, ref float bias, ref float y, TShape s, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TLanes o = default;
            int inChannels = s.InChannels, outChannels = s.OutChannels;
            int pitch = s.CopyWidth * inChannels;
            int columns = s.TileColumns;
            int pixels = columns * s.TileRows;
            int down = s.StrideHeight * pitch, along = s.StrideWidth * inChannels;
            bool joined = s.DilationWidth == 1 && !s.IsDepthwise;
            int runs = joined ? 1 : s.KernelWidth;
            int length = s.IsDepthwise ? 1 : joined ? s.KernelWidth * inChannels : inChannels;
            TLanes a0 = o.Load(ref bias, 0);
            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            // Where the windows begin: constants of the loops below.
            nint p1 = Place(1, columns, down, along), p2 = Place(2, columns, down, along), p3 = Place(3, columns, down, along);
            nint p4 = Place(4, columns, down, along), p5 = Place(5, columns, down, along), p6 = Place(6, columns, down, along), p7 = Place(7, columns, down, along);
            for (int kh = firstTap; kh < endTap; kh++)
            {
                for (int run = 0; run < runs; run++)
                {
                    ref float p = ref Unsafe.Add(ref x, from + (kh * s.DilationHeight * pitch) + (run * s.DilationWidth * inChannels));
                    ref float w = ref Unsafe.Add(ref weights, ((kh * runs) + run) * length * outChannels);
                    for (int k = 0; k < length; k++)
                    {
                        TLanes u = o.Load(ref w, 0);
                        o.Accumulate(ref a0, Pixel<TLanes>(ref p, s.IsDepthwise, 0), u);
                        if (pixels > 1) o.Accumulate(ref a1, Pixel<TLanes>(ref p, s.IsDepthwise, p1), u);
                        if (pixels > 2) o.Accumulate(ref a2, Pixel<TLanes>(ref p, s.IsDepthwise, p2), u);
                        if (pixels > 3) o.Accumulate(ref a3, Pixel<TLanes>(ref p, s.IsDepthwise, p3), u);
                        if (pixels > 4) o.Accumulate(ref a4, Pixel<TLanes>(ref p, s.IsDepthwise, p4), u);
                        if (pixels > 5) o.Accumulate(ref a5, Pixel<TLanes>(ref p, s.IsDepthwise, p5), u);
                        if (pixels > 6) o.Accumulate(ref a6, Pixel<TLanes>(ref p, s.IsDepthwise, p6), u);
                        if (pixels > 7) o.Accumulate(ref a7, Pixel<TLanes>(ref p, s.IsDepthwise, p7), u);
                        p = ref Unsafe.Add(ref p, 1);
                        w = ref Unsafe.Add(ref w, outChannels);
                    }
                }
            }

            down = s.OutWidth * outChannels;
            Keep<TLanes, TActivation>(a0, ref Unsafe.Add(ref y, Place(0, columns, down, outChannels)), activation);
            if (pixels > 1) Keep<TLanes, TActivation>(a1, ref Unsafe.Add(ref y, Place(1, columns, down, outChannels)), activation);
            if (pixels > 2) Keep<TLanes, TActivation>(a2, ref Unsafe.Add(ref y, Place(2, columns, down, outChannels)), activation);
            if (pixels > 3) Keep<TLanes, TActivation>(a3, ref Unsafe.Add(ref y, Place(3, columns, down, outChannels)), activation);
            if (pixels > 4) Keep<TLanes, TActivation>(a4, ref Unsafe.Add(ref y, Place(4, columns, down, outChannels)), activation);
            if (pixels > 5) Keep<TLanes, TActivation>(a5, ref Unsafe.Add(ref y, Place(5, columns, down, outChannels)), activation);
            if (pixels > 6) Keep<TLanes, TActivation>(a6, ref Unsafe.Add(ref y, Place(6, columns, down, outChannels)), activation);
            if (pixels > 7) Keep<TLanes, TActivation>(a7, ref Unsafe.Add(ref y, Place(7, columns, down, outChannels)), activation);
        }
    }

    /// <summary>Floats from a tile's first window to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Place(int pixel, int columns, int down, int along) => unchecked((pixel / columns * down) + (pixel % columns * along));

    /// <summary>What a window reads: a vector of channels where each is filtered by itself, one float for all of them elsewhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Pixel<TLanes>(ref float p, bool isDepthwise, nint at)
        where TLanes : struct, ILanes<TLanes> =>
        isDepthwise ? default(TLanes).Load(ref p, at) : default(TLanes).Fill(Unsafe.Add(ref p, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TLanes, TActivation>(TLanes a, ref float y, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation =>
        default(TLanes).Store(Bounds.Keep(activation, a), ref y, 0);
}
