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

    /// <summary>Computes one sample.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run(ReadOnlySpan<float> input, Span<float> output)
    {
        _input = input;
        _output = output;
        TapRange depth = TapRange.Depth(_shape);
        TapRange height = TapRange.Height(_shape);
        TapRange width = TapRange.Width(_shape);
        int band = Math.Max(ChannelsLastDepthwise.BandFloats / (_shape.InWidth * _shape.InChannels * _shape.StrideHeight), 1);
        for (TapRange d = depth.From(0); d.First < _shape.OutDepth; d = depth.From(d.First + 1))
        {
            for (TapRange h = height.From(0); h.First < _shape.OutHeight; h = height.From(h.First + Math.Min(band, h.End - h.First)))
            {
                int rows = Math.Min(band, h.End - h.First);
                for (TapRange w = width.From(0); w.First < _shape.OutWidth; w = width.From(w.End))
                {
                    RunBox(new DepthwiseTaps(_shape, d, h, w), ((d.First * _shape.OutHeight) + h.First) * _shape.OutWidth, rows, w.First, w.End - w.First);
                }
            }
        }
    }

    private readonly void RunBox(in DepthwiseTaps taps, int firstPixel, int rows, int column, int columns)
    {
        int place = (firstPixel + column) * taps.Channels;
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && taps.Channels >= 16)
        {
            RunVectors<Lanes512>(taps, place, rows, columns);
            return;
        }
#endif
        if (taps.Channels >= Vector<float>.Count)
        {
            RunVectors<VectorLanes>(taps, place, rows, columns);
            return;
        }

        RunScalars(taps, place, rows, columns);
    }

    /// <summary>A vector of channels at a time; the last one moves back to end with the channels, what is computed twice is equal.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunVectors<TLanes>(in DepthwiseTaps taps, int place, int rows, int columns)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            nint channels = taps.Channels;
            nint step = taps.IsEmpty ? 0 : _shape.StrideWidth * channels;
            nint rowStep = taps.IsEmpty ? 0 : _shape.StrideHeight * _shape.InWidth * channels;
            nint rowTarget = _shape.OutWidth * channels;
            bool sliding = _shape.StrideWidth == 1 && taps.Width == 3 && _shape.DilationWidth == 1;
            for (nint next = 0; next < channels; next += o.Count)
            {
                nint c = next <= channels - o.Count ? next : channels - o.Count;
                TLanes bias = _bias.IsEmpty ? default : o.Load(ref MemoryMarshal.GetReference(_bias), c);
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), taps.Start + c);
                ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(_weights), taps.Weight + c);
                ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), place + c);
                if (columns == 1)
                {
                    DepthwiseApart.Run(ref x, rowStep, ref w, ref y, rowTarget, rows, taps, bias, _bounds);
                    continue;
                }

                for (nint row = 0; row < rows; row++)
                {
                    if (sliding)
                    {
                        DepthwiseSliding.Run(ref Unsafe.Add(ref x, row * rowStep), channels, ref w, ref Unsafe.Add(ref y, row * rowTarget), channels, columns, taps, bias, _bounds);
                    }
                    else
                    {
                        DepthwiseApart.Run(ref Unsafe.Add(ref x, row * rowStep), step, ref w, ref Unsafe.Add(ref y, row * rowTarget), channels, columns, taps, bias, _bounds);
                    }
                }
            }
        }
    }

    /// <summary>Fewer channels than a vector has.</summary>
    [MethodImpl(Simd.Hot)]
    private readonly void RunScalars(in DepthwiseTaps taps, int place, int rows, int columns)
    {
        unchecked
        {
            int step = taps.IsEmpty ? 0 : _shape.StrideWidth * taps.Channels;
            int rowStep = taps.IsEmpty ? 0 : _shape.StrideHeight * _shape.InWidth * taps.Channels;
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < columns * taps.Channels; i++)
                {
                    int c = i % taps.Channels;
                    float sum = _bias.IsEmpty ? 0f : _bias[c];
                    int from = taps.Start + (row * rowStep) + (i / taps.Channels * step) + c;
                    for (int tap = 0; tap < taps.Planes * taps.Rows * taps.Width; tap++)
                    {
                        int kw = tap % taps.Width;
                        int kh = tap / taps.Width % taps.Rows;
                        int kd = tap / taps.Width / taps.Rows;
                        sum += _input[from + (kd * taps.PlaneStep) + (kh * taps.RowStep) + (kw * taps.TapStep)]
                            * _weights[taps.Weight + (kd * taps.WeightPlane) + (kh * taps.WeightRow) + (kw * taps.Channels) + c];
                    }

                    sum = sum < _bounds.Low ? _bounds.Low : sum;
                    _output[place + (row * _shape.OutWidth * taps.Channels) + i] = sum > _bounds.High ? _bounds.High : sum;
                }
            }
        }
    }
}
