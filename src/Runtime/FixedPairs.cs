#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>Convolutions of constant sizes, two vectors of output channels at a time.</summary>
internal static class FixedPairs
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
            // 16 registers hold half as many sums as 32.
            int columns = default(TLanes).Count == 16 ? s.TileColumns : (s.TileColumns + 1) / 2;
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
            int columns = default(TLanes).Count == 16 ? s.TileColumns : (s.TileColumns + 1) / 2;
            int pixels = columns * s.TileRows;
            int down = s.StrideHeight * pitch, along = s.StrideWidth * inChannels;
            bool joined = s.DilationWidth == 1;
            int runs = joined ? 1 : s.KernelWidth;
            int length = joined ? s.KernelWidth * inChannels : inChannels;
            int second = Math.Min(o.Count, outChannels - o.Count);
            TLanes a0 = o.Load(ref bias, 0);
            TLanes b0 = o.Load(ref bias, second);
            TLanes a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
            TLanes b1 = b0, b2 = b0, b3 = b0, b4 = b0, b5 = b0, b6 = b0, b7 = b0;
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
                        TLanes v = o.Load(ref w, second);
                        TLanes x0 = o.Fill(p);
                        o.Accumulate(ref a0, x0, u);
                        o.Accumulate(ref b0, x0, v);

                        if (pixels > 1)
                        {
                            TLanes x1 = o.Fill(Unsafe.Add(ref p, p1));
                            o.Accumulate(ref a1, x1, u);
                            o.Accumulate(ref b1, x1, v);
                        }

                        if (pixels > 2)
                        {
                            TLanes x2 = o.Fill(Unsafe.Add(ref p, p2));
                            o.Accumulate(ref a2, x2, u);
                            o.Accumulate(ref b2, x2, v);
                        }

                        if (pixels > 3)
                        {
                            TLanes x3 = o.Fill(Unsafe.Add(ref p, p3));
                            o.Accumulate(ref a3, x3, u);
                            o.Accumulate(ref b3, x3, v);
                        }

                        if (pixels > 4)
                        {
                            TLanes x4 = o.Fill(Unsafe.Add(ref p, p4));
                            o.Accumulate(ref a4, x4, u);
                            o.Accumulate(ref b4, x4, v);
                        }

                        if (pixels > 5)
                        {
                            TLanes x5 = o.Fill(Unsafe.Add(ref p, p5));
                            o.Accumulate(ref a5, x5, u);
                            o.Accumulate(ref b5, x5, v);
                        }

                        if (pixels > 6)
                        {
                            TLanes x6 = o.Fill(Unsafe.Add(ref p, p6));
                            o.Accumulate(ref a6, x6, u);
                            o.Accumulate(ref b6, x6, v);
                        }

                        if (pixels > 7)
                        {
                            TLanes x7 = o.Fill(Unsafe.Add(ref p, p7));
                            o.Accumulate(ref a7, x7, u);
                            o.Accumulate(ref b7, x7, v);
                        }

                        p = ref Unsafe.Add(ref p, 1);
                        w = ref Unsafe.Add(ref w, outChannels);
                    }
                }
            }

            down = s.OutWidth * outChannels;
            Keep<TLanes, TActivation>(a0, b0, ref Unsafe.Add(ref y, Place(0, columns, down, outChannels)), second, activation);
            if (pixels > 1) Keep<TLanes, TActivation>(a1, b1, ref Unsafe.Add(ref y, Place(1, columns, down, outChannels)), second, activation);
            if (pixels > 2) Keep<TLanes, TActivation>(a2, b2, ref Unsafe.Add(ref y, Place(2, columns, down, outChannels)), second, activation);
            if (pixels > 3) Keep<TLanes, TActivation>(a3, b3, ref Unsafe.Add(ref y, Place(3, columns, down, outChannels)), second, activation);
            if (pixels > 4) Keep<TLanes, TActivation>(a4, b4, ref Unsafe.Add(ref y, Place(4, columns, down, outChannels)), second, activation);
            if (pixels > 5) Keep<TLanes, TActivation>(a5, b5, ref Unsafe.Add(ref y, Place(5, columns, down, outChannels)), second, activation);
            if (pixels > 6) Keep<TLanes, TActivation>(a6, b6, ref Unsafe.Add(ref y, Place(6, columns, down, outChannels)), second, activation);
            if (pixels > 7) Keep<TLanes, TActivation>(a7, b7, ref Unsafe.Add(ref y, Place(7, columns, down, outChannels)), second, activation);
        }
    }

    /// <summary>Floats from a tile's first window to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Place(int pixel, int columns, int down, int along) => unchecked((pixel / columns * down) + (pixel % columns * along));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Keep<TLanes, TActivation>(TLanes a, TLanes b, ref float y, int second, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        TLanes o = default;
        o.Store(Bounds.Keep(activation, a), ref y, 0);
        o.Store(Bounds.Keep(activation, b), ref y, second);
    }
}
