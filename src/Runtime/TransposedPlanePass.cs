#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The loops around the micro-kernels of <see cref="TransposedPlanes"/> for the channels of one group: bands of output rows, tiles of places, rows of weights.</summary>
internal ref struct TransposedPlanePass
{
    /// <summary>Floats that a vector may read or write behind a row: the widest vector.</summary>
    internal const int Slack = 16;

    /// <summary>Integers of the table for a column of the kernel.</summary>
    internal const int TableWidth = 3;

    private readonly TransposedConvShape _shape;
    private readonly ReadOnlySpan<float> _weights;
    private readonly ReadOnlySpan<float> _bias;
    private readonly Span<float> _products;
    private readonly Span<float> _row;
    private readonly int _band;
    private readonly int _plane;
    private readonly int _phase;
    private readonly int _channels;
    private readonly int _taps;
    private readonly Span<int> _columns;
    private readonly Span<float> _tile;

    /// <summary>The input's rows whose products are at hand.</summary>
    private int _first;
    private int _end;

    internal TransposedPlanePass(in TransposedConvShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> workspace)
    {
        this = default;
        _shape = shape;
        _weights = weights;
        _bias = bias;
        _band = TransposedPlanes.OutputRows(shape);
        _plane = TransposedPlanes.InputRows(shape, _band) * shape.Width.In;
        _phase = TransposedPlanes.PhaseLength(shape);
        _products = workspace.Slice(0, (shape.Columns * _plane) + Slack);
        _row = workspace.Slice(_products.Length, shape.Width.Stride * _phase);
        _channels = shape.InChannels / shape.Groups;
        _taps = shape.Columns;
        _columns = WorkspaceTables.In(workspace.Slice(_products.Length + _row.Length, TableWidth * shape.Width.Kernel));
        _tile = AlignedMemory.Slice(workspace.Slice(_products.Length + _row.Length + _columns.Length), _channels * TransposedPlanes.LeastPlaces);
        FillColumns();
    }

    /// <summary>For each column of the kernel: the input's first column that reaches the output by it, where it arrives in the row, and how many do.</summary>
    private readonly void FillColumns()
    {
        unchecked
        {
            TransposedConvAxis width = _shape.Width;
            for (int kw = 0, at = 0; kw < width.Kernel; kw++)
            {
                // Element i reaches column (i + shift) × stride + phase.
                int start = width.Start(0) + (kw * width.Dilation);
                int shift = start >= 0 ? start / width.Stride : -((width.Stride - 1 - start) / width.Stride);
                int phase = start - (shift * width.Stride);
                int first = Math.Max(shift, 0);
                _columns[at++] = first - shift;
                _columns[at++] = (phase * _phase) + first;
                _columns[at++] = Math.Min(shift + width.In, (width.Out - phase + width.Stride - 1) / width.Stride) - first;
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    internal void Run<TActivation>(ReadOnlySpan<float> input, Span<float> output, TActivation activation)
        where TActivation : struct, IActivation
    {
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            RunBands<Lanes512, TActivation>(input, output, activation);
            return;
        }
#endif
        RunBands<VectorLanes, TActivation>(input, output, activation);
    }

    private void RunBands<TLanes, TActivation>(ReadOnlySpan<float> input, Span<float> output, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        TransposedConvAxis height = _shape.Height;
        for (int row = 0; row < height.Out; row += _band)
        {
            int end = Math.Min(row + _band, height.Out);
            Fill<TLanes>(input, (row + height.Pad - TransposedPlanes.Reach(_shape) + height.Stride - 1) / height.Stride, ((end - 1 + height.Pad) / height.Stride) + 1);
            for (int i = row; i < end; i++)
            {
                for (int channel = 0; channel < _shape.OutChannels / _shape.Groups; channel++)
                {
                    Sum<TLanes>(i, channel);
                    Elementwise.Map(_row, _row, activation);
                    Interleave(output.Slice(((channel * height.Out) + i) * _shape.Width.Out, _shape.Width.Out));
                }
            }
        }
    }

    /// <summary>Computes the products of some rows of the input; those that the last band has computed move to the front.</summary>
    [MethodImpl(Simd.Hot)]
    private void Fill<TLanes>(ReadOnlySpan<float> input, int first, int end)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            int height = _shape.Height.In, width = _shape.Width.In, least = TransposedPlanes.LeastRows(_shape);
            first = Math.Max(Math.Min(first, height - least), 0);
            end = Math.Min(Math.Max(end, first + least), height);
            int kept = first >= _first && first < _end ? Math.Min(_end, end) - first : 0;
            if (kept > 0 && first > _first)
            {
                for (int tap = 0; tap < _taps; tap++)
                {
                    _products.Slice((tap * _plane) + ((first - _first) * width), kept * width).CopyTo(_products.Slice(tap * _plane));
                }
            }

            (_first, _end) = (first, end);
            int places = (end - first) * width;
            int step = default(TLanes).Count * TransposedPlaneTile.Vectors;
            for (int next = kept * width; next < places; next += step)
            {
                // The last tile moves back to end with the places; what is computed twice is equal.
                RunTile<TLanes>(input, (first * width) + Math.Min(next, places - step), Math.Min(next, places - step));
            }
        }
    }

    /// <summary>A tile of places, all rows of weights.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunTile<TLanes>(ReadOnlySpan<float> input, int from, int to)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            // Side by side: planes whose sizes are powers of two would take turns in a few lines of L1.
            TLanes o = default;
            int step = TransposedPlaneTile.Vectors * o.Count;
            ref float tile = ref MemoryMarshal.GetReference(_tile);
            for (int channel = 0; channel < _channels; channel++)
            {
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), ((nint)channel * _shape.InLength) + from);
                ref float copy = ref Unsafe.Add(ref tile, channel * step);
                for (int i = 0; i < step; i += o.Count) o.Store(o.Load(ref x, i), ref copy, i);
            }

            ref float w = ref MemoryMarshal.GetReference(_weights);
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_products), to);
            for (int row = 0; row < _taps; row += TransposedPlanes.BlockRows)
            {
                int rows = Math.Min(TransposedPlanes.BlockRows, _taps - row);
                TransposedPlaneTile.Run<TLanes>(rows, ref tile, _channels, ref w, ref y, _plane);
                w = ref Unsafe.Add(ref w, (nint)rows * _channels);
                y = ref Unsafe.Add(ref y, (nint)rows * _plane);
            }
        }
    }

    /// <summary>Adds up a row of the output, the columns of each remainder by the stride side by side.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void Sum<TLanes>(int row, int channel)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TransposedConvAxis height = _shape.Height, width = _shape.Width;
            _row.Fill(_bias.IsEmpty ? 0f : _bias[channel]);
            for (int kh = 0; kh < height.Kernel; kh++)
            {
                int place = row + height.Pad - (kh * height.Dilation);
                int source = place / height.Stride;
                if (place < 0 || source * height.Stride != place || source >= height.In) continue;
                for (int kw = 0; kw < width.Kernel; kw++)
                {
                    int from = (((((channel * height.Kernel) + kh) * width.Kernel) + kw) * _plane) + ((source - _first) * width.In);
                    Add<TLanes>(from + _columns[TableWidth * kw], _columns[(TableWidth * kw) + 1], _columns[(TableWidth * kw) + 2]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly void Add<TLanes>(int from, int to, int count)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_products), from);
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_row), to);
            int i = 0;
            for (; i <= count - o.Count; i += o.Count) o.Store(o.Add(o.Load(ref y, i), o.Load(ref x, i)), ref y, i);
            if (i < count) o.Store(o.Add(o.Load(ref y, i), o.KeepUpTo(o.Load(ref x, i), count - i, default)), ref y, i);
        }
    }

    /// <summary>Writes a row of the output, whose remainders lie apart.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void Interleave(Span<float> to)
    {
        unchecked
        {
            int stride = _shape.Width.Stride, whole = to.Length / stride;
            if (stride == 1)
            {
                _row.Slice(0, to.Length).CopyTo(to);
                return;
            }

            Transposition.Run(ref MemoryMarshal.GetReference(_row), _phase, ref MemoryMarshal.GetReference(to), stride, stride, whole);
            for (int q = 0; q < to.Length % stride; q++) to[(whole * stride) + q] = _row[(q * _phase) + whole];
        }
    }
}
