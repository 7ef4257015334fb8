#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The input of a group of a convolution with channels innermost, padded on all sides as far as its windows reach.</summary>
internal readonly struct QuantizedPlanes
{
    private readonly int _channels;
    private readonly int _depth;
    private readonly int _height;
    private readonly int _width;

    /// <summary>Sizes for a convolution.</summary>
    internal QuantizedPlanes(in ConvShape shape)
    {
        _channels = shape.InChannels / shape.Groups;
        _depth = checked(((shape.OutDepth - 1) * shape.StrideDepth) + ((shape.KernelDepth - 1) * shape.DilationDepth) + 1);
        _height = checked(((shape.OutHeight - 1) * shape.StrideHeight) + ((shape.KernelHeight - 1) * shape.DilationHeight) + 1);
        _width = checked(((shape.OutWidth - 1) * shape.StrideWidth) + ((shape.KernelWidth - 1) * shape.DilationWidth) + 1);
    }

    /// <summary>16-bit elements, those included that a copy may read behind the last.</summary>
    internal int Length => checked((_channels * _depth * _height * _width) + IntegerDot.Padding);

    /// <summary>Places of a row.</summary>
    internal int Width => _width;

    /// <summary>The first place of the windows of a row.</summary>
    internal int PlaceOf(int depth, int row, in ConvShape shape)
        => unchecked(((depth * shape.StrideDepth * _height) + (row * shape.StrideHeight)) * _width);

    /// <summary>Where the taps of a window of one channel lie.</summary>
    internal void TapOffsets(Span<int> offsets, in ConvShape shape)
    {
        unchecked
        {
            int at = 0;
            for (int kd = 0; kd < shape.KernelDepth; kd++)
            {
                for (int kh = 0; kh < shape.KernelHeight; kh++)
                {
                    int row = ((kd * shape.DilationDepth * _height) + (kh * shape.DilationHeight)) * _width;
                    for (int kw = 0; kw < shape.KernelWidth; kw++) offsets[at++] = row + (kw * shape.DilationWidth);
                }
            }
        }
    }

    /// <summary>Lays the input of a group out.</summary>
    internal void Prepare<T>(ReadOnlySpan<T> x, int zeroPoint, Span<short> to, in ConvShape shape)
        where T : struct
    {
        unchecked
        {
            to.Slice(0, Length).Clear();
            int from = Math.Max(0, -shape.PadLeft);
            int count = Math.Min(shape.InWidth, _width - shape.PadLeft) - from;
            if (count <= 0) return;
            for (int c = 0; c < _channels; c++)
            {
                for (int d = 0; d < shape.InDepth; d++)
                {
                    int depth = d + shape.PadDepth;
                    if (depth >= _depth) break;
                    for (int h = 0; h < shape.InHeight; h++)
                    {
                        int height = h + shape.PadTop;
                        if (height >= _height) break;
                        int row = ((c * shape.InDepth) + d) * shape.InHeight;
                        int place = ((((depth * _height) + height) * _width) + shape.PadLeft + from) * _channels;
                        QuantizedInput.Scatter(x.Slice(((row + h) * shape.InWidth) + from, count), zeroPoint, to.Slice(place + c), _channels);
                    }
                }
            }
        }
    }

    /// <summary>The taps of each place of a chunk as a row.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Gather(ReadOnlySpan<short> prepared, Span<short> rows, int rowLength, in ConvShape shape, int first, int count)
    {
        unchecked
        {
            bool dense = shape.DilationWidth == 1;
            int run = dense ? shape.KernelWidth * _channels : _channels;
            int runs = dense ? 1 : shape.KernelWidth;
            ref short source = ref MemoryMarshal.GetReference(prepared);
            ref short target = ref MemoryMarshal.GetReference(rows);
            int ow = first % shape.OutWidth;
            int oh = first / shape.OutWidth % shape.OutHeight;
            int od = first / shape.OutWidth / shape.OutHeight;
            for (int row = 0; row < count; row++)
            {
                int at = row * rowLength;
                for (int kd = 0; kd < shape.KernelDepth; kd++)
                {
                    for (int kh = 0; kh < shape.KernelHeight; kh++)
                    {
                        int line = (((od * shape.StrideDepth) + (kd * shape.DilationDepth)) * _height) + (oh * shape.StrideHeight) + (kh * shape.DilationHeight);
                        int from = ((line * _width) + (ow * shape.StrideWidth)) * _channels;
                        for (int i = 0; i < runs; i++)
                        {
                            Copy(ref Unsafe.Add(ref source, from + (i * shape.DilationWidth * _channels)), ref Unsafe.Add(ref target, at), run);
                            at += run;
                        }
                    }
                }

                // Copies go beyond their end: what lies behind the row's last tap counts as zero.
                rows.Slice(at, ((row + 1) * rowLength) - at).Clear();
                if (++ow < shape.OutWidth) continue;
                ow = 0;
                if (++oh < shape.OutHeight) continue;
                oh = 0;
                od++;
            }
        }
    }

    /// <summary>Copies elements four at a time, up to three beyond the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref short from, ref short to, int count)
    {
        for (int i = 0; i < count; i += 4)
        {
            Unsafe.WriteUnaligned(
                ref Unsafe.As<short, byte>(ref Unsafe.Add(ref to, i)),
                Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref from, i))));
        }
    }
}
