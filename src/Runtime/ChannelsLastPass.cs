#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// The loops around the micro-kernels of a channels-last convolution, for one sample: boxes of output pixels whose windows have the
/// same taps inside the input, chunks of a box's pixels, groups, pairs of vectors of output channels, tiles of pixels.
/// </summary>
internal ref struct ChannelsLastPass
{
    /// <summary>Whether this thread computes its share of each box only, where it has one (<see cref="LayerShare"/>).</summary>
    internal bool IsDivided;

    /// <summary>Output rows to compute; fewer than the shape's in the last band of prepared input.</summary>
    internal int Rows;

    /// <summary>Pixels that stay together: a multiple of all tiles' heights, so that an element's tile is the same whoever computes it.</summary>
    private const int TileRows = 24;

    private readonly ConvShape _shape;
    private readonly ReadOnlySpan<float> _weights;
    private readonly ReadOnlySpan<float> _bias;
    private readonly Span<int> _segments;
    private readonly Span<int> _sources;
    private readonly Span<int> _targets;
    private readonly PixelGrid _grid;
    private readonly int _chunk;
    private int _segmentCount;
    private int _segmentLength;
    private ReadOnlySpan<float> _input;
    private ReadOnlySpan<float> _addend;
    private Span<float> _output;

    internal ChannelsLastPass(in ConvShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> workspace)
        : this(shape, PixelGrid.Of(shape), weights, bias, workspace)
    {
    }

    internal ChannelsLastPass(in ConvShape shape, PixelGrid grid, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> workspace)
    {
        int taps = 2 * shape.KernelDepth * shape.KernelHeight * shape.KernelWidth;
        Span<int> tables = WorkspaceTables.In(workspace.Slice(0, taps + (2 * ChannelsLastConvolution.ChunkPixels)));
        this = default;
        _shape = shape;
        _grid = grid;
        _weights = weights;
        _bias = bias;
        _segments = tables.Slice(0, taps);
        _sources = tables.Slice(taps, ChannelsLastConvolution.ChunkPixels);
        _targets = tables.Slice(taps + ChannelsLastConvolution.ChunkPixels, ChannelsLastConvolution.ChunkPixels);
        Rows = shape.OutHeight;

        // What a chunk reads stays in L2 while all output channels pass over it.
        int pixelFloats = shape.InChannels * Math.Max(Math.Min(shape.StrideWidth, shape.KernelWidth) * Math.Min(shape.StrideHeight, shape.KernelHeight), 1);
        _chunk = Math.Max(Math.Min(65536 / pixelFloats, ChannelsLastConvolution.ChunkPixels) / TileRows, 1) * TileRows;
    }

    /// <summary>Computes one sample.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run<TActivation>(ReadOnlySpan<float> input, ReadOnlySpan<float> addend, Span<float> output, TActivation activation)
        where TActivation : struct, IActivation
    {
        _input = input;
        _addend = addend;
        _output = output;
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            RunBoxes<Lanes512, TActivation>(activation);
            return;
        }
#endif
        RunBoxes<VectorLanes, TActivation>(activation);
    }

    [MethodImpl(Simd.Hot)]
    private void RunBoxes<TLanes, TActivation>(TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        TileBuffer buffer;
        Unsafe.SkipInit(out buffer);
        TapRange depth = TapRange.Depth(_shape);
        TapRange height = TapRange.Height(_shape);
        TapRange width = TapRange.Width(_shape);
        for (TapRange d = depth.From(0); d.First < _shape.OutDepth; d = depth.From(d.End))
        {
            for (TapRange h = height.From(0); h.First < Rows; h = height.From(h.End))
            {
                for (TapRange w = width.From(0); w.First < _shape.OutWidth; w = width.From(w.End))
                {
                    FillSegments(d, h, w);
                    RunBox<TLanes, TActivation>(d, h, w, ref TileBuffer.Start(ref buffer), activation);
                }
            }
        }
    }

    /// <summary>Finds the runs of input floats that a window sums over, from the first tap inside the input on, and their weights.</summary>
    [MethodImpl(Simd.Hot)]
    private void FillSegments(in TapRange d, in TapRange h, in TapRange w)
    {
        unchecked
        {
            int channels = _shape.InChannels / _shape.Groups;
            int row = _shape.InWidth * _shape.InChannels;
            int plane = _shape.InHeight * row;
            bool joined = _shape.Groups == 1 && _shape.DilationWidth == 1;
            int runs = joined ? Math.Min(w.Taps, 1) : w.Taps;
            _segmentLength = joined ? w.Taps * channels : channels;
            int at = 0;
            for (int kd = d.FirstTap; kd < d.EndTap; kd++)
            {
                for (int kh = h.FirstTap; kh < h.EndTap; kh++)
                {
                    int from = ((kd - d.FirstTap) * _shape.DilationDepth * plane) + ((kh - h.FirstTap) * _shape.DilationHeight * row);
                    int tap = (((kd * _shape.KernelHeight) + kh) * _shape.KernelWidth) + w.FirstTap;
                    for (int run = 0; run < runs; run++)
                    {
                        _segments[at] = from + (run * _shape.DilationWidth * _shape.InChannels);
                        _segments[at + 1] = (tap + run) * channels * Dense.PanelWidth;
                        at += 2;
                    }
                }
            }

            _segmentCount = at / 2;
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void RunBox<TLanes, TActivation>(in TapRange d, in TapRange h, in TapRange w, ref float sums, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int columns = w.End - w.First;
            int rows = Math.Min(h.End, Rows) - h.First;
            int pixels = (d.End - d.First) * rows * columns;
            int rowStep = _segmentCount == 0 ? 0 : _shape.InWidth * _shape.InChannels;
            int columnStep = _segmentCount == 0 ? 0 : _shape.StrideWidth * _shape.InChannels;
            int start = _segmentCount == 0 ? 0 : (w.Start * _shape.InChannels) + (((d.Start * _shape.InHeight) + h.Start) * rowStep);
            int end = pixels;
            int first = IsDivided ? LayerShare.Rows(pixels, TileRows, out end) : 0;
            int column = first % columns, line = first / columns % rows, plane = first / columns / rows;
            for (int begin = first; begin < end; begin += _chunk)
            {
                int count = Math.Min(_chunk, end - begin);
                for (int i = 0; i < count;)
                {
                    int run = Math.Min(count - i, columns - column);
                    int from = start + (((plane * _shape.StrideDepth * _shape.InHeight) + (line * _shape.StrideHeight)) * rowStep) + (column * columnStep);
                    int to = _grid.Place(plane + d.First, line + h.First, column + w.First);
                    Places(_sources.Slice(i, run), from, columnStep);
                    Places(_targets.Slice(i, run), to, _grid.ColumnStep);
                    i += run;
                    column += run;
                    if (column == columns)
                    {
                        column = 0;
                        if (++line == rows)
                        {
                            line = 0;
                            plane++;
                        }
                    }
                }

                // A tile may be filled up with rows that nobody stores.
                Places(_sources.Slice(count, Math.Min(SingleTile.MostRows, _sources.Length - count)), _sources[count - 1], step: 0);
                RunChunk<TLanes, TActivation>(count, ref sums, activation);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Places(Span<int> places, int first, int step)
    {
        for (int i = 0; i < places.Length; i++)
        {
            places[i] = first;
            first = unchecked(first + step);
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void RunChunk<TLanes, TActivation>(int pixels, ref float sums, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int lanes = default(TLanes).Count;
            int inChannels = _shape.InChannels / _shape.Groups;
            int outChannels = _shape.OutChannels / _shape.Groups;
            int panels = (outChannels + Dense.PanelWidth - 1) / Dense.PanelWidth;
            int panelFloats = _shape.Taps * Dense.PanelWidth;
            for (int group = 0; group < _shape.Groups; group++)
            {
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), group * inChannels);
                for (int channel = 0; channel < outChannels;)
                {
                    ref float w = ref Unsafe.Add(
                        ref MemoryMarshal.GetReference(_weights),
                        (((group * panels) + (channel / Dense.PanelWidth)) * panelFloats) + (channel % Dense.PanelWidth));
                    int vectors = channel + lanes < outChannels ? 2 : 1;
                    int second = lanes == Dense.PanelWidth ? panelFloats : lanes;
                    RunTiles<TLanes, TActivation>(
                        pixels, ref x, ref w, vectors, second, (group * outChannels) + channel, Math.Min(vectors * lanes, outChannels - channel), ref sums, activation);
                    channel += vectors * lanes;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void RunTiles<TLanes, TActivation>(
        int pixels, ref float x, ref float w, int vectors, int second, int channel, int channels, ref float sums, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            nint panel = _shape.Taps * Dense.PanelWidth;
            ref int segments = ref MemoryMarshal.GetReference(_segments);
            ref int targets = ref MemoryMarshal.GetReference(_targets);
            TileBuffer.SetBias<TLanes>(ref sums, _bias.IsEmpty ? default : _bias.Slice(channel, channels), vectors);
            ref float addend = ref Unsafe.Add(ref MemoryMarshal.GetReference(_addend), _addend.IsEmpty ? 0 : channel);
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), channel);
            bool hasAddend = !_addend.IsEmpty;
            bool direct = DirectTile.Serves<TLanes, TActivation>(channels);
            bool isFirst = direct && DirectTile.AreFirst<TLanes>(channels, (long)pixels * _segmentCount * _segmentLength);
            ref float bias = ref Unsafe.Add(ref sums, TileBuffer.SumFloats);
            for (int done = 0; done < pixels;)
            {
                ref int rows = ref Unsafe.Add(ref MemoryMarshal.GetReference(_sources), done);
                ref int places = ref Unsafe.Add(ref targets, done);
                int left = pixels - done;
                nint ahead = Prefetch.Distance<TLanes>(panel, done == 0);
                if (direct && left >= DirectTile.Rows<TLanes>())
                {
                    done += DirectTile.Run<TLanes>(
                        ref x, ref rows, ref segments, _segmentCount, _segmentLength, ref w, second, channels, ref bias, ref y, ref places, ref addend, hasAddend, Bounds.Of(activation), ahead, isFirst);
                    continue;
                }

                int height = LaneTile.Run<TLanes>(left, channels, ref x, ref rows, ref segments, _segmentCount, _segmentLength, ref w, second, ref sums, ahead);
                TileEnd.Finish<TLanes, TActivation>(ref sums, Math.Min(height, left), vectors, channels, ref places, ref y, ref addend, hasAddend, activation);
                done += height;
            }
        }
    }
}
