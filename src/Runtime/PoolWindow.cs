#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif

namespace RedGen.Runtime;

/// <summary>The elements of one window that lie inside a channels-last input.</summary>
internal readonly struct PoolWindow
{
    private readonly int _planes;
    private readonly int _rows;
    private readonly int _taps;
    private readonly int _planeStep;
    private readonly int _rowStep;
    private readonly int _tapStep;
    private readonly int _start;

    internal PoolWindow(in PoolShape shape, int d, int h, int w)
    {
        unchecked
        {
            PoolAxis depth = shape.Depth;
            PoolAxis height = shape.Height;
            PoolAxis width = shape.Width;
            int row = width.In * shape.Channels;
            int plane = height.In * row;
            int firstDepth = depth.FirstTap(d);
            int firstHeight = height.FirstTap(h);
            int firstWidth = width.FirstTap(w);
            _planes = Math.Max(depth.EndTap(d) - firstDepth, 0);
            _rows = Math.Max(height.EndTap(h) - firstHeight, 0);
            _taps = Math.Max(width.EndTap(w) - firstWidth, 0);
            _planeStep = depth.Dilation * plane;
            _rowStep = height.Dilation * row;
            _tapStep = width.Dilation * shape.Channels;
            _start = (((d * depth.Stride) - depth.Before + (firstDepth * depth.Dilation)) * plane)
                + (((h * height.Stride) - height.Before + (firstHeight * height.Dilation)) * row)
                + (((w * width.Stride) - width.Before + (firstWidth * width.Dilation)) * shape.Channels);
            if (Elements == 0)
            {
                _planes = 0;
                _start = 0;
            }
        }
    }

    /// <summary>Elements inside the input.</summary>
    internal int Elements => _planes * _rows * _taps;

    /// <summary>Places of a window inside the padded input.</summary>
    internal static int Padded(in PoolShape shape, int d, int h, int w) =>
        shape.Depth.PaddedTaps(d) * shape.Height.PaddedTaps(h) * shape.Width.PaddedTaps(w);

    /// <summary>The sum of every channel's elements, divided.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Average<TLanes>(ReadOnlySpan<float> input, Span<float> output, int divisor)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes count = o.Fill(divisor);
            for (int c = 0; c < output.Length; c += o.Count)
            {
                int left = output.Length - c;
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), _start + c);
                TLanes sum = default;
                for (int kd = 0; kd < _planes; kd++)
                {
                    for (int kh = 0; kh < _rows; kh++)
                    {
                        nint at = (kd * _planeStep) + (kh * _rowStep);
                        for (int kw = 0; kw < _taps; kw++)
                        {
                            sum = o.Add(sum, o.LoadUpTo(ref x, at, left));
                            at += _tapStep;
                        }
                    }
                }

                o.StoreUpTo(o.Divide(sum, count), ref MemoryMarshal.GetReference(output), c, left);
            }
        }
    }

    /// <summary>The sum of the dequantised elements of some channels, in their order.</summary>
    /// <param name="input">The first of the channels in the sample.</param>
    /// <param name="isSigned">Whether its integers are signed.</param>
    /// <param name="scale">Their scale.</param>
    /// <param name="zeroPoint">Their zero point.</param>
    /// <param name="sum">The sum. (By reference: a call that gives a vector is one that no image can hold.)</param>
    [MethodImpl(Simd.Hot)]
    internal void Sum<TLanes>(ref byte input, bool isSigned, float scale, int zeroPoint, out TLanes sum)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default, step = o.Fill(scale), zero = o.Fill(-zeroPoint), total = default;
            ref byte x = ref Unsafe.Add(ref input, _start);
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        total = o.Add(total, o.Multiply(o.Add(o.FromBytes(ref x, at, isSigned), zero), step));
                        at += _tapStep;
                    }
                }
            }

            sum = total;
        }
    }

    /// <summary>The largest 8-bit integer of every channel; the least of their type for a window of none.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Max<T>(ReadOnlySpan<T> input, Span<T> output, T least)
        where T : struct
    {
        unchecked
        {
            ref byte x = ref Unsafe.Add(ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(input)), _start);
            ref byte to = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(output));
            int c = 0;
            for (; c <= output.Length - Vector<byte>.Count; c += Vector<byte>.Count) Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, c), Widest(ref Unsafe.Add(ref x, c), least));
#if NET8_0_OR_GREATER
            for (; c <= output.Length - Vector128<byte>.Count; c += Vector128<byte>.Count) Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, c), Sixteen(ref Unsafe.Add(ref x, c), least));
#endif
            for (; c < output.Length; c++) Unsafe.Add(ref to, c) = One(ref Unsafe.Add(ref x, c), least);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector<T> Widest<T>(ref byte x, T least)
        where T : struct
    {
        unchecked
        {
            var best = new Vector<T>(least);
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        best = Vector.Max(best, Unsafe.ReadUnaligned<Vector<T>>(ref Unsafe.Add(ref x, at)));
                        at += _tapStep;
                    }
                }
            }

            return best;
        }
    }

#if NET8_0_OR_GREATER
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<T> Sixteen<T>(ref byte x, T least)
        where T : struct
    {
        unchecked
        {
            Vector128<T> best = Vector128.Create(least);
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        best = Vector128.Max(best, Unsafe.ReadUnaligned<Vector128<T>>(ref Unsafe.Add(ref x, at)));
                        at += _tapStep;
                    }
                }
            }

            return best;
        }
    }
#endif

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte One<T>(ref byte x, T least)
        where T : struct
    {
        unchecked
        {
            byte best = Unsafe.As<T, byte>(ref least);
            for (int kd = 0; kd < _planes; kd++)
            {
                for (int kh = 0; kh < _rows; kh++)
                {
                    nint at = (kd * _planeStep) + (kh * _rowStep);
                    for (int kw = 0; kw < _taps; kw++)
                    {
                        byte next = Unsafe.Add(ref x, at);
                        if (typeof(T) == typeof(sbyte) ? (sbyte)next > (sbyte)best : next > best) best = next;
                        at += _tapStep;
                    }
                }
            }

            return best;
        }
    }
}
