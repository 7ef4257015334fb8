#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Transforms a block's combined products along the width into the output, with bias, addend and activation.</summary>
/// <typeparam name="TLanes">The vector.</typeparam>
internal readonly ref struct WinogradWriter<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private readonly WinogradPlan _plan;
    private readonly ConvShape _shape;
    private readonly Span<float> _workspace;
    private readonly ReadOnlySpan<float> _addend;
    private readonly Span<float> _output;
    private readonly Bounds _bounds;

    /// <summary>Keeps where to write. The workspace begins with the bias.</summary>
    internal WinogradWriter(in WinogradPlan plan, in ConvShape shape, Span<float> workspace, ReadOnlySpan<float> addend, Span<float> output, Bounds bounds)
    {
        _plan = plan;
        _shape = shape;
        _workspace = workspace;
        _addend = addend;
        _output = output;
        _bounds = bounds;
    }

    /// <summary>Writes the tiles [row, row + rows) × [column, column + columns); what reaches beyond the output is dropped.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Write<TActivation>(int row, int rows, int column, int columns, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            int perSample = _plan.TileRows / _shape.Batch;
            int pixels = Math.Min(columns * _plan.TileWidth, _shape.OutWidth - (column * _plan.TileWidth));
            for (int i = 0; i < rows; i++)
            {
                int sample = (row + i) / perSample;
                int y = (row + i - (sample * perSample)) * _plan.TileHeight;
                int lines = Math.Min(_plan.TileHeight, _shape.OutHeight - y);
                int pixel = (((sample * _shape.OutHeight) + y) * _shape.OutWidth) + (column * _plan.TileWidth);
                for (int line = 0; line < lines; line++)
                {
                    int start = (pixel + (line * _shape.OutWidth)) * _shape.OutChannels;
                    WriteLine(_plan.OutStart + (line * _plan.PointsWidth * _plan.OutPoint) + (i * columns * _plan.OutStride), start, pixels);
                    if (!Bounds.Suffice<TActivation>())
                    {
                        Span<float> written = _output.Slice(start, pixels * _shape.OutChannels);
                        Elementwise.Map(written, written, activation);
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void WriteLine(int combined, int start, int pixels)
    {
        unchecked
        {
            ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(_workspace), combined);
            ref float bias = ref MemoryMarshal.GetReference(_workspace);
            ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), start);
            ref float addend = ref _addend.IsEmpty ? ref to : ref Unsafe.Add(ref MemoryMarshal.GetReference(_addend), start);
            nint step = _plan.OutPoint;
            int points = _plan.PointsWidth;
            int width = _plan.TileWidth;
            nint channels = _shape.OutChannels;
            bool adds = !_addend.IsEmpty;
            TLanes low = default(TLanes).Fill(_bounds.Low), high = default(TLanes).Fill(_bounds.High);
            // The last vector reaches back over channels that are written, unless they were what is added to.
            bool reaches = channels >= default(TLanes).Count && !(adds && Unsafe.AreSame(ref addend, ref to));
            for (; pixels > 0; pixels -= width)
            {
                for (nint next = 0; next < channels; next += default(TLanes).Count)
                {
                    nint c = reaches && next + default(TLanes).Count > channels ? channels - default(TLanes).Count : next;
                    Outputs(ref Unsafe.Add(ref from, c), step, points, width, default(TLanes).Load(ref bias, c), out TLanes y0, out TLanes y1, out TLanes y2, out TLanes y3);
                    int left = (int)(channels - c);
                    Put(y0, ref to, ref addend, c, left, adds, low, high);
                    if (pixels > 1 && width > 1)
                    {
                        Put(y1, ref to, ref addend, c + channels, left, adds, low, high);
                        if (pixels > 2 && width > 2)
                        {
                            Put(y2, ref to, ref addend, c + (2 * channels), left, adds, low, high);
                            if (pixels > 3)
                            {
                                Put(y3, ref to, ref addend, c + (3 * channels), left, adds, low, high);
                            }
                        }
                    }
                }

                from = ref Unsafe.Add(ref from, _plan.OutStride);
                to = ref Unsafe.Add(ref to, width * channels);
                addend = ref Unsafe.Add(ref addend, width * channels);
            }
        }
    }

    /// <summary>The outputs of one tile's line, with their bias.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Outputs(ref float from, nint step, int points, int width, TLanes bias, out TLanes y0, out TLanes y1, out TLanes y2, out TLanes y3)
    {
        unchecked
        {
            TLanes lanes = default;
            TLanes m0 = lanes.Load(ref from, 0);
            y0 = m0;
            y1 = m0;
            y2 = m0;
            y3 = m0;
            if (points == 6)
            {
                ref float upper = ref Unsafe.Add(ref from, 3 * step);
                WinogradOutput.Six(
                    m0, lanes.Load(ref from, step), lanes.Load(ref from, 2 * step), lanes.Load(ref upper, 0), lanes.Load(ref upper, step),
                    lanes.Load(ref upper, 2 * step), width, out y0, out y1, out y2, out y3);
            }
            else if (points == 4)
            {
                ref float upper = ref Unsafe.Add(ref from, 2 * step);
                WinogradOutput.Four(m0, lanes.Load(ref from, step), lanes.Load(ref upper, 0), lanes.Load(ref upper, step), out y0, out y1);
            }

            y0 = lanes.Add(y0, bias);
            y1 = lanes.Add(y1, bias);
            y2 = lanes.Add(y2, bias);
            y3 = lanes.Add(y3, bias);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TLanes value, ref float to, ref float addend, nint at, int left, bool adds, TLanes low, TLanes high)
    {
        TLanes lanes = default;
        if (left >= lanes.Count)
        {
            value = adds ? lanes.Add(value, lanes.Load(ref addend, at)) : value;
            lanes.Store(lanes.AtMost(lanes.AtLeast(value, low), high), ref to, at);
        }
        else
        {
            TLanes last = value, least = low, most = high;
            PutUpTo(last, ref to, ref addend, at, left, adds, least, most);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PutUpTo(in TLanes value, ref float to, ref float addend, nint at, int left, bool adds, in TLanes low, in TLanes high)
    {
        TLanes lanes = default;
        TLanes sum = adds ? lanes.Add(value, lanes.LoadUpTo(ref addend, at, left)) : value;
        lanes.StoreUpTo(lanes.AtMost(lanes.AtLeast(sum, low), high), ref to, at, left);
    }
}
