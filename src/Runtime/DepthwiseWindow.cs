#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Windows of a row that have the same taps inside the input: how to walk over them, and the sums of neighbouring ones.</summary>
internal readonly struct DepthwiseWindow
{
    private readonly int _channels;
    private readonly int _planes;
    private readonly int _rows;
    private readonly int _taps;
    private readonly int _planeStep;
    private readonly int _rowStep;
    private readonly int _tapStep;
    private readonly int _columnStep;
    private readonly int _weightPlane;
    private readonly int _weightRow;
    private readonly int _start;
    private readonly int _weight;

    internal DepthwiseWindow(in ConvShape shape, in TapRange depth, in TapRange height, in TapRange width)
    {
        unchecked
        {
            int row = shape.InWidth * shape.InChannels;
            _channels = shape.InChannels;
            _planes = height.Taps == 0 || width.Taps == 0 ? 0 : depth.Taps;
            _rows = height.Taps;
            _taps = width.Taps;
            _planeStep = shape.DilationDepth * shape.InHeight * row;
            _rowStep = shape.DilationHeight * row;
            _tapStep = shape.DilationWidth * shape.InChannels;
            _columnStep = _planes == 0 ? 0 : shape.StrideWidth * shape.InChannels;
            _weightRow = shape.KernelWidth * _channels;
            _weightPlane = shape.KernelHeight * _weightRow;
            _start = _planes == 0 ? 0 : (((depth.Start * shape.InHeight) + height.Start) * row) + (width.Start * _channels);
            _weight = _planes == 0 ? 0 : (depth.FirstTap * _weightPlane) + (height.FirstTap * _weightRow) + (width.FirstTap * _channels);
        }
    }

    /// <summary>Computes neighbouring windows of a row, all channels.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Run<TLanes>(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, int columns)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            for (int c = 0; c < _channels; c += o.Count)
            {
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), _start + c);
                ref float w = ref Unsafe.Add(ref MemoryMarshal.GetReference(weights), _weight + c);
                ref float y = ref Unsafe.Add(ref MemoryMarshal.GetReference(output), c);
                int left = _channels - c;
                TLanes first = bias.IsEmpty ? default : o.LoadUpTo(ref MemoryMarshal.GetReference(bias), c, left);
                int column = 0;
                if (left >= o.Count)
                {
                    for (; column <= columns - 4; column += 4)
                    {
                        Four(ref x, ref w, first, ref y);
                        x = ref Unsafe.Add(ref x, 4 * _columnStep);
                        y = ref Unsafe.Add(ref y, 4 * _channels);
                    }
                }

                for (; column < columns; column++)
                {
                    One(ref x, ref w, first, ref y, left);
                    x = ref Unsafe.Add(ref x, _columnStep);
                    y = ref Unsafe.Add(ref y, _channels);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Four<TLanes>(ref float x, ref float weights, TLanes first, ref float y)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = first, b = first, c = first, d = first;
            nint step = _columnStep;
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    ref float w = ref Unsafe.Add(ref weights, (kd * _weightPlane) + (kh * _weightRow));
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        TLanes v = o.Load(ref w, 0);
                        a = o.MultiplyAdd(o.Load(ref x, at), v, a);
                        b = o.MultiplyAdd(o.Load(ref x, at + step), v, b);
                        c = o.MultiplyAdd(o.Load(ref x, at + (2 * step)), v, c);
                        d = o.MultiplyAdd(o.Load(ref x, at + (3 * step)), v, d);
                        at += _tapStep;
                        w = ref Unsafe.Add(ref w, _channels);
                    }
                }
            }

            o.Store(a, ref y, 0);
            o.Store(b, ref y, _channels);
            o.Store(c, ref y, 2 * _channels);
            o.Store(d, ref y, 3 * _channels);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void One<TLanes>(ref float x, ref float weights, TLanes first, ref float y, int left)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    nint w = (kd * _weightPlane) + (kh * _weightRow);
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        first = o.MultiplyAdd(o.LoadUpTo(ref x, at, left), o.LoadUpTo(ref weights, w, left), first);
                        at += _tapStep;
                        w += _channels;
                    }
                }
            }

            o.StoreUpTo(first, ref y, 0, left);
        }
    }
}
