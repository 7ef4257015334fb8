#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The input of some output rows of a quantised convolution as its kernel reads it, channels innermost, padded on all sides as far as the
/// windows reach. All rows of one depth at once where they are few.
/// </summary>
internal readonly struct QuantizedBand
{
    /// <summary>Elements of 16 bits of a band where the rows allow it, to stay near the core.</summary>
    internal const int Target = 32768;

    /// <summary>Output places of a band where the rows allow it.</summary>
    internal const int PlaceTarget = 1024;

    /// <summary>Elements behind the last that vectors may read: a step of taps, or a vector of channels.</summary>
    internal const int Slack = 32;

    private readonly int _line;
    private readonly int _rows;

    /// <summary>Sizes for a convolution.</summary>
    /// <param name="shape">The convolution.</param>
    /// <param name="outRows">Output rows of a band; 0: as many as stay near the core.</param>
    /// <param name="isBytes">Whether elements are 8 bits: twice as many are as near.</param>
    internal QuantizedBand(in ConvShape shape, int outRows = 0, bool isBytes = false)
    {
        int width = checked(((shape.OutWidth - 1) * shape.StrideWidth) + ((shape.KernelWidth - 1) * shape.DilationWidth) + 1);
        int reach = checked(((shape.KernelHeight - 1) * shape.DilationHeight) + 1);
        _line = checked(width * shape.InChannels);
        int rows = Math.Min(PlaceTarget / shape.OutWidth, ((((isBytes ? 2 : 1) * Target / shape.KernelDepth / _line) - reach) / shape.StrideHeight) + 1);
        OutRows = outRows > 0 ? outRows : Math.Max(1, Math.Min(rows, shape.OutHeight));
        _rows = checked(((OutRows - 1) * shape.StrideHeight) + reach);
        IsDepthwise = shape.Groups == shape.InChannels && shape.Groups == shape.OutChannels && shape.Groups > 1;
        bool isDense = shape.Groups == 1 && shape.DilationWidth == 1;
        RunTaps = isDense ? shape.KernelWidth : 1;
        RunCount = shape.KernelDepth * shape.KernelHeight * (isDense ? 1 : shape.KernelWidth);
    }

    /// <summary>Output rows of a band.</summary>
    internal int OutRows { get; }

    /// <summary>Elements of a row.</summary>
    internal int Line => _line;

    /// <summary>Whether every output channel reads the one input channel of its own.</summary>
    internal bool IsDepthwise { get; }

    /// <summary>Places whose channels lie side by side in a window: a row of the kernel, or one.</summary>
    internal int RunTaps { get; }

    /// <summary>Runs of a window.</summary>
    internal int RunCount { get; }

    /// <summary>Elements.</summary>
    internal int Length(in ConvShape shape) => checked((shape.KernelDepth * _rows * _line) + Slack);

    /// <summary>Where the runs of a window start.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Runs(in ConvShape shape, Span<int> runs)
    {
        int at = 0;
        unchecked
        {
            for (int kd = 0; kd < shape.KernelDepth; kd++)
            {
                for (int kh = 0; kh < shape.KernelHeight; kh++)
                {
                    int row = ((kd * _rows) + (kh * shape.DilationHeight)) * _line;
                    for (int kw = 0; kw < shape.KernelWidth; kw += RunTaps) runs[at++] = row + (kw * shape.DilationWidth * shape.InChannels);
                }
            }
        }
    }

    /// <summary>Where the windows of some rows start, the last one over again until the places are full.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Places(in ConvShape shape, int rows, Span<int> places)
    {
        unchecked
        {
            int at = 0;
            for (int row = 0; row < rows; row++)
            {
                int start = row * shape.StrideHeight * _line;
                for (int column = 0; column < shape.OutWidth; column++) places[at++] = start + (column * shape.StrideWidth * shape.InChannels);
            }

            places.Slice(at).Fill(places[at - 1]);
        }
    }

    /// <summary>Lays out what output rows of one depth read of a sample.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Prepare(ReadOnlySpan<byte> sample, in QuantizedInput input, Span<byte> to, in ConvShape shape, int depth, int firstRow)
    {
        unchecked
        {
            int size = input.Size;
            int left = Math.Min(_line, Math.Max(0, shape.PadLeft) * shape.InChannels);
            int skipped = Math.Max(0, -shape.PadLeft) * shape.InChannels;
            int count = Math.Max(0, Math.Min((shape.InWidth * shape.InChannels) - skipped, _line - left));
            for (int kd = 0; kd < shape.KernelDepth; kd++)
            {
                int d = (depth * shape.StrideDepth) + (kd * shape.DilationDepth) - shape.PadDepth;
                for (int row = 0; row < _rows; row++)
                {
                    int h = (firstRow * shape.StrideHeight) + row - shape.PadTop;
                    Span<byte> line = to.Slice(((kd * _rows) + row) * _line * size, _line * size);
                    if (d < 0 || d >= shape.InDepth || h < 0 || h >= shape.InHeight)
                    {
                        line.Fill(input.Padding);
                        continue;
                    }

                    int from = (((d * shape.InHeight) + h) * shape.InWidth * shape.InChannels) + skipped;
                    if (count == _line && count == shape.InWidth * shape.InChannels)
                    {
                        // Nothing is padded: all rows are one.
                        int together = Math.Min(_rows - row, shape.InHeight - h);
                        input.Write(sample.Slice(from, together * count), to.Slice(((kd * _rows) + row) * _line * size));
                        row += together - 1;
                        continue;
                    }

                    line.Slice(0, left * size).Fill(input.Padding);
                    line.Slice((left + count) * size).Fill(input.Padding);
                    input.Write(sample.Slice(from, count), line.Slice(left * size));
                }
            }
        }
    }
}
