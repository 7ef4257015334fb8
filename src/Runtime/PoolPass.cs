#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The loops around a channels-last pooling of one sample: boxes of windows with the same taps inside the input, vectors of channels, windows.</summary>
internal readonly ref struct PoolPass
{
    private readonly ConvShape _shape;
    private readonly ReadOnlySpan<float> _input;
    private readonly Span<float> _output;

    internal PoolPass(in ConvShape shape, ReadOnlySpan<float> input, Span<float> output)
    {
        _shape = shape;
        _input = input;
        _output = output;
    }

    /// <summary>The largest element of each window.</summary>
    internal void Max() => Run(default(LargestFold), true, 0);

    /// <summary>The average of each window.</summary>
    /// <param name="divisor">What sums are divided by; 0 for the number of elements inside the input.</param>
    internal void Average(int divisor) => Run(new AverageFold(divisor), false, divisor);

    [MethodImpl(Simd.Hot)]
    private void Run<TFold>(TFold fold, bool maximum, int divisor)
        where TFold : struct, IPoolFold
    {
        TapRange depth = TapRange.Depth(_shape);
        TapRange height = TapRange.Height(_shape);
        TapRange width = TapRange.Width(_shape);
        for (TapRange d = depth.From(0); d.First < _shape.OutDepth; d = depth.From(d.First + 1))
        {
            for (TapRange h = height.From(0); h.First < _shape.OutHeight; h = height.From(h.End))
            {
                for (TapRange w = width.From(0); w.First < _shape.OutWidth; w = width.From(w.End))
                {
                    int rows = h.End - h.First;
                    int columns = w.End - w.First;
                    bool downwards = columns < rows && columns < PoolBox.TileVectors;
                    DepthwiseTaps taps = new(_shape, d, h, w, downwards);
                    int place = ((((d.First * _shape.OutHeight) + h.First) * _shape.OutWidth) + w.First) * _shape.InChannels;
                    DepthwiseLines lines = DepthwiseLines.Of(_shape, rows, columns, taps.IsEmpty, downwards);
                    if (maximum || divisor != 0)
                    {
                        RunBox(taps, lines, place, fold);
                    }
                    else
                    {
                        RunBox(taps, lines, place, new AverageFold(taps.Planes * taps.Lines * taps.Taps));
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void RunBox<TFold>(in DepthwiseTaps taps, in DepthwiseLines lines, int place, TFold fold)
        where TFold : struct, IPoolFold
    {
        ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(_input), taps.Start);
        ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(_output), place);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && _shape.InChannels >= 16)
        {
            PoolBox.Run<Lanes512, TFold>(ref x, ref y, _shape.InChannels, lines, taps, fold);
            return;
        }
#endif
        RunNarrow(ref x, ref y, taps, lines, fold);
    }

    /// <summary>For narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    private void RunNarrow<TFold>(ref float x, ref float y, in DepthwiseTaps taps, in DepthwiseLines lines, TFold fold)
        where TFold : struct, IPoolFold
    {
        if (_shape.InChannels >= Vector<float>.Count)
        {
            PoolBox.Run<VectorLanes, TFold>(ref x, ref y, _shape.InChannels, lines, taps, fold);
            return;
        }

        PoolBox.RunScalars(ref x, ref y, _shape.InChannels, lines, taps, fold);
    }
}
