#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The loops around the depthwise micro-kernels for one sample: boxes of windows with the same taps inside the input, vectors of channels, rows.</summary>
internal ref struct DepthwisePass
{
    private readonly ConvShape _shape;
    private readonly ReadOnlySpan<float> _weights;
    private readonly ReadOnlySpan<float> _bias;
    private readonly Bounds _bounds;
    private int _firstRow;
    private int _endRow;
    private ReadOnlySpan<float> _input;
    private Span<float> _output;

    internal DepthwisePass(in ConvShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Bounds bounds)
    {
        this = default;
        _shape = shape;
        _weights = weights;
        _bias = bias;
        _bounds = bounds;
    }

    /// <summary>The part of a sample's output that is computed where there is one plane: that of this thread's rows.</summary>
    internal readonly Span<float> Computed(Span<float> output)
    {
        int row = _shape.OutWidth * _shape.OutChannels;
        return _shape.OutDepth > 1 ? output : output.Slice(_firstRow * row, (_endRow - _firstRow) * row);
    }

    /// <summary>Computes one sample.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        _input = input;
        _output = output;
        if (FillsVector() && (DepthwiseRow.Serves(_shape) || DepthwiseStrip.Serves(_shape)))
        {
            _firstRow = LayerShare.Rows(_shape.OutHeight, 1, out _endRow);
            if (DepthwiseRow.Serves(_shape)) RunRows();
            else RunStrips();
            return;
        }

        RunBoxes();
    }

    /// <summary>Whether the channels fill a vector of any kind.</summary>
    private readonly bool FillsVector() => _shape.InChannels >= 16 || FillsNarrowVector();

    /// <summary>Apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private readonly bool FillsNarrowVector() => _shape.InChannels >= Vector<float>.Count;

    /// <summary>Bands of the boxes' rows; a thread's share is whole bands, so that tiles are the same whoever computes them.</summary>
    [MethodImpl(Simd.Hot)]
    private void RunBoxes()
    {
        TapRange depth = TapRange.Depth(_shape);
        TapRange height = TapRange.Height(_shape);
        TapRange width = TapRange.Width(_shape);
        int band = Math.Max(ChannelsLastDepthwise.BandFloats / (_shape.InWidth * _shape.InChannels * _shape.StrideHeight), 1);
        int first = LayerShare.Rows(Bands(height, band), 1, out int end);
        _firstRow = _endRow = 0;
        for (TapRange d = depth.From(0); d.First < _shape.OutDepth; d = depth.From(d.First + 1))
        {
            int index = 0;
            for (TapRange h = height.From(0); h.First < _shape.OutHeight; h = height.From(h.First + Math.Min(band, h.End - h.First)), index++)
            {
                if (index < first || index >= end) continue;
                int rows = Math.Min(band, h.End - h.First);
                if (index == first) _firstRow = h.First;
                _endRow = h.First + rows;
                for (TapRange w = width.From(0); w.First < _shape.OutWidth; w = width.From(w.End))
                {
                    // Along the longer side of the box, so that tiles are full.
                    bool downwards = w.End - w.First < rows;
                    DepthwiseTaps taps = new(_shape, d, h, w, downwards);
                    int place = ((((d.First * _shape.OutHeight) + h.First) * _shape.OutWidth) + w.First) * _shape.InChannels;
                    RunBox(taps, place, rows, w.End - w.First, downwards);
                }
            }
        }
    }

    private readonly int Bands(in TapRange height, int band)
    {
        int bands = 0;
        for (TapRange h = height.From(0); h.First < _shape.OutHeight; h = height.From(h.First + Math.Min(band, h.End - h.First)))
        {
            bands++;
        }

        return bands;
    }

    /// <summary>Rows of three taps: no boxes, since padding is read as zeros.</summary>
    private readonly void RunRows()
    {
        unchecked
        {
            nint line = (nint)_shape.InWidth * _shape.InChannels;
            for (int row = _firstRow; row < _endRow; row++)
            {
                int top = (row * _shape.StrideHeight) - _shape.PadTop;
                int firstTap = Math.Max(-top, 0);
                int lines = Math.Min(_shape.KernelHeight, _shape.InHeight - top) - firstTap;
                RunRow(new DepthwiseRow(_shape, lines, line, 2 * line), ((top + firstTap) * line) + ((1 - _shape.PadLeft) * _shape.InChannels), firstTap, row);
            }
        }
    }

    private readonly void RunRow(in DepthwiseRow row, nint from, int firstTap, int index)
    {
        ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), from);
        ref float weights = ref Unsafe.Add(ref MemoryMarshal.GetReference(_weights), firstTap * DepthwiseRow.Taps * _shape.InChannels);
        ref float bias = ref MemoryMarshal.GetReference(_bias);
        ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), (nint)index * _shape.OutWidth * _shape.InChannels);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && _shape.InChannels >= 16)
        {
            row.Run<Lanes512>(ref x, ref weights, ref bias, !_bias.IsEmpty, ref y, _shape.StrideWidth, _bounds);
            return;
        }
#endif
        row.Run<VectorLanes>(ref x, ref weights, ref bias, !_bias.IsEmpty, ref y, _shape.StrideWidth, _bounds);
    }

    /// <summary>Any other taps: no boxes either, since strips are copied between zeros.</summary>
    private readonly void RunStrips()
    {
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && _shape.InChannels >= 16)
        {
            RunStrips<Lanes512>();
            return;
        }
#endif
        RunStrips<VectorLanes>();
    }

    /// <summary>A vector of channels at a time; the last one moves back to end with the channels, what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunStrips<TLanes>()
        where TLanes : struct, ILanes<TLanes>
    {
        DepthwiseRing ring;
        Unsafe.SkipInit(out ring);
        DepthwiseStrip strip = new(_shape, _bounds);
        TLanes o = default;
        int channels = _shape.InChannels;
        for (int next = 0; next < channels; next += o.Count)
        {
            int channel = Math.Min(next, channels - o.Count);
            TLanes bias = _bias.IsEmpty ? default : o.Load(ref MemoryMarshal.GetReference(_bias), channel);
            ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), channel);
            ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(_weights), channel);
            ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), channel);
            strip.Run(ref x, ref w, ref y, ref DepthwiseRing.Start(ref ring), _firstRow, _endRow, bias);
        }
    }

    [MethodImpl(Simd.Hot)]
    private readonly void RunBox(in DepthwiseTaps taps, int place, int rows, int columns, bool downwards)
    {
        DepthwiseLines lines = DepthwiseLines.Of(_shape, rows, columns, taps.IsEmpty, downwards);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && _shape.InChannels >= 16)
        {
            RunVectors<Lanes512>(taps, lines, place);
            return;
        }
#endif
        if (FillsVector())
        {
            RunVectors<VectorLanes>(taps, lines, place);
            return;
        }

        RunScalars(taps, lines, place);
    }

    /// <summary>A vector of channels at a time; the last one moves back to end with the channels, what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunVectors<TLanes>(in DepthwiseTaps taps, in DepthwiseLines lines, int place)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            int channels = _shape.InChannels;
            for (int next = 0; next < channels; next += o.Count)
            {
                int c = Math.Min(next, channels - o.Count);
                TLanes bias = _bias.IsEmpty ? default : o.Load(ref MemoryMarshal.GetReference(_bias), c);
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), taps.Start + c);
                ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(_weights), taps.Weight + c);
                ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), place + c);
                DepthwiseWindows.Run<TLanes>(ref x, ref w, ref y, lines, taps, bias, _bounds);
            }
        }
    }

    /// <summary>Fewer channels than a vector has.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunScalars(in DepthwiseTaps taps, in DepthwiseLines lines, int place)
    {
        unchecked
        {
            int channels = _shape.InChannels;
            for (int i = 0; i < lines.Count * lines.Windows * channels; i++)
            {
                int c = i % channels;
                int window = i / channels % lines.Windows;
                int line = i / channels / lines.Windows;
                int from = taps.Start + (line * lines.LineStep) + (window * lines.Step) + c;
                float sum = _bias.IsEmpty ? 0f : _bias[c];
                for (int tap = 0; tap < taps.Planes * taps.Lines * taps.Taps; tap++)
                {
                    int inLine = tap % taps.Taps;
                    int tapLine = tap / taps.Taps % taps.Lines;
                    int plane = tap / taps.Taps / taps.Lines;
                    sum += _input[from + (plane * taps.PlaneStep) + (tapLine * taps.LineStep) + (inLine * taps.TapStep)]
                        * _weights[taps.Weight + (plane * taps.PlaneWeight) + (tapLine * taps.LineWeight) + (inLine * taps.TapWeight) + c];
                }

                sum = sum < _bounds.Low ? _bounds.Low : sum;
                _output[place + (line * lines.LineTarget) + (window * lines.Target) + c] = sum > _bounds.High ? _bounds.High : sum;
            }
        }
    }
}
