#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// ONNX AveragePool in one to three dimensions: the sum of a window's elements inside the input, divided by their number, or
/// with count_include_pad by the number of the window's places inside the padded input. A window of no elements gives NaN.
/// </summary>
public static class AveragePool
{
    /// <summary>Computes one pooling. Sums run over depth, rows, columns in order.</summary>
    /// <param name="input">[Channels, InDepth, InHeight, InWidth].</param>
    /// <param name="output">[Channels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="shape">All sizes.</param>
    /// <param name="countIncludePad">True to divide by the number of padded places too.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, bool countIncludePad)
    {
        int inLength = shape.InLength;
        int outLength = shape.OutLength;
        if (input.Length < shape.Channels * inLength || output.Length < shape.Channels * outLength)
        {
            throw new ArgumentException("A span is shorter than the pooling's shape needs.");
        }

        for (int c = 0; c < shape.Channels; c++)
        {
            RunChannel(input.Slice(c * inLength, inLength), output.Slice(c * outLength, outLength), shape, countIncludePad);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunChannel(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, bool countIncludePad)
    {
        unchecked
        {
            int at = 0;
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    Span<float> row = output.Slice(at, shape.Width.Out);
                    SumRow(input, row, shape, d, h);
                    DivideRow(row, shape, d, h, countIncludePad);
                    at += shape.Width.Out;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void SumRow(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, int d, int h)
    {
        unchecked
        {
            output.Clear();
            PoolAxis width = shape.Width;
            int firstWhole = width.FirstWhole;
            int endWhole = Math.Max(width.EndWhole, firstWhole);
            int endDepth = shape.Depth.EndTap(d);
            int endHeight = shape.Height.EndTap(h);
            for (int kd = shape.Depth.FirstTap(d); kd < endDepth; kd++)
            {
                int plane = ((d * shape.Depth.Stride) - shape.Depth.Before + (kd * shape.Depth.Dilation)) * shape.Height.In;
                for (int kh = shape.Height.FirstTap(h); kh < endHeight; kh++)
                {
                    int y = (h * shape.Height.Stride) - shape.Height.Before + (kh * shape.Height.Dilation);
                    ReadOnlySpan<float> row = input.Slice((plane + y) * width.In, width.In);
                    Border(row, output, width, 0, firstWhole);
                    Whole(row, output, width, firstWhole, endWhole);
                    Border(row, output, width, endWhole, width.Out);
                }
            }
        }
    }

    private static void Border(ReadOnlySpan<float> row, Span<float> output, in PoolAxis width, int first, int end)
    {
        unchecked
        {
            for (int w = first; w < end; w++)
            {
                float sum = output[w];
                int endTap = width.EndTap(w);
                int start = (w * width.Stride) - width.Before;
                for (int kw = width.FirstTap(w); kw < endTap; kw++)
                {
                    sum += row[start + (kw * width.Dilation)];
                }

                output[w] = sum;
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Whole(ReadOnlySpan<float> row, Span<float> output, in PoolAxis width, int first, int end)
    {
        unchecked
        {
            ref float from = ref MemoryMarshal.GetReference(row);
            ref float to = ref MemoryMarshal.GetReference(output);
            int stride = width.Stride;
            int dilation = width.Dilation;
            int kernel = width.Kernel;
            int w = first;
            if (stride == 1)
            {
                for (; w <= end - Vector<float>.Count; w += Vector<float>.Count)
                {
                    Vector<float> sum = Simd.Load(ref to, w);
                    for (int kw = 0; kw < kernel; kw++)
                    {
                        sum += Simd.Load(ref from, w - width.Before + (kw * dilation));
                    }

                    Simd.Store(sum, ref to, w);
                }
            }
            else if (stride == 2 && Simd.HasLoadEven)
            {
                int reach = ((kernel - 1) * dilation) + (2 * Vector<float>.Count);
                for (; w <= end - Vector<float>.Count && (2 * w) - width.Before + reach <= width.In; w += Vector<float>.Count)
                {
                    Vector<float> sum = Simd.Load(ref to, w);
                    int start = (2 * w) - width.Before;
                    for (int kw = 0; kw < kernel; kw++)
                    {
                        sum = sum + Simd.LoadEven(ref from, start + (kw * dilation));
                    }

                    Simd.Store(sum, ref to, w);
                }
            }

            for (; w < end; w++)
            {
                float sum = Unsafe.Add(ref to, w);
                int start = (w * stride) - width.Before;
                for (int kw = 0; kw < kernel; kw++)
                {
                    sum += Unsafe.Add(ref from, start + (kw * dilation));
                }

                Unsafe.Add(ref to, w) = sum;
            }
        }
    }

    private static void DivideRow(Span<float> output, in PoolShape shape, int d, int h, bool countIncludePad)
    {
        unchecked
        {
            PoolAxis width = shape.Width;
            int above = countIncludePad
                ? shape.Depth.PaddedTaps(d) * shape.Height.PaddedTaps(h)
                : Inside(shape.Depth, d) * Inside(shape.Height, h);
            for (int w = 0; w < output.Length; w++)
            {
                output[w] /= above * (countIncludePad ? width.PaddedTaps(w) : Inside(width, w));
            }
        }
    }

    private static int Inside(in PoolAxis axis, int window) => Math.Max(axis.EndTap(window) - axis.FirstTap(window), 0);
}
