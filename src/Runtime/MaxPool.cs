#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// ONNX MaxPool in one to three dimensions: the largest of a window's elements inside the input. NaN in a window gives NaN.
/// A window that lies in the padding entirely gives −∞.
/// </summary>
public static class MaxPool
{
    /// <summary>Computes one pooling.</summary>
    /// <param name="input">[Channels, InDepth, InHeight, InWidth].</param>
    /// <param name="output">[Channels, OutDepth, OutHeight, OutWidth]; must not overlap the input.</param>
    /// <param name="shape">All sizes.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape)
    {
        int inLength = shape.InLength;
        int outLength = shape.OutLength;
        if (input.Length < shape.Channels * inLength || output.Length < shape.Channels * outLength)
        {
            throw new ArgumentException("A span is shorter than the pooling's shape needs.");
        }

        bool halves = shape.Depth.In == 1 && shape.Height.EndWhole == shape.Height.Out && shape.Width.EndWhole == shape.Width.Out
            && shape.Height.Before == 0 && shape.Width.Before == 0 && shape.Depth.Kernel == 1
            && shape.Height.Kernel == 2 && shape.Width.Kernel == 2 && shape.Height.Dilation == 1 && shape.Width.Dilation == 1
            && shape.Width.Stride == 2;
        for (int c = 0; c < shape.Channels; c++)
        {
            if (halves)
            {
                RunHalves(input.Slice(c * inLength, inLength), output.Slice(c * outLength, outLength), shape);
            }
            else
            {
                RunChannel(input.Slice(c * inLength, inLength), output.Slice(c * outLength, outLength), shape);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Larger(float a, float b) => a >= b || float.IsNaN(a) ? a : b;

    [MethodImpl(Simd.Hot)]
    private static void RunHalves(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape)
    {
        unchecked
        {
            int inWidth = shape.Width.In;
            int outWidth = shape.Width.Out;
            int rows = shape.Height.Out;
            int step = shape.Height.Stride * inWidth;
            ref float upper = ref MemoryMarshal.GetReference(input);
            ref float to = ref MemoryMarshal.GetReference(output);
            for (int row = 0; row < rows; row++)
            {
                ref float lower = ref Unsafe.Add(ref upper, inWidth);
                int i = 0;
                if (Simd.HasLoadEven)
                {
                    for (; i <= outWidth - Vector<float>.Count && (2 * i) + 1 + (2 * Vector<float>.Count) <= inWidth; i += Vector<float>.Count)
                    {
                        Vector<float> left = Simd.Max(Simd.LoadEven(ref upper, 2 * i), Simd.LoadEven(ref lower, 2 * i));
                        Vector<float> right = Simd.Max(Simd.LoadEven(ref upper, (2 * i) + 1), Simd.LoadEven(ref lower, (2 * i) + 1));
                        Simd.Store(Simd.Max(left, right), ref to, i);
                    }
                }

                for (; i < outWidth; i++)
                {
                    float left = Larger(Unsafe.Add(ref upper, 2 * i), Unsafe.Add(ref lower, 2 * i));
                    float right = Larger(Unsafe.Add(ref upper, (2 * i) + 1), Unsafe.Add(ref lower, (2 * i) + 1));
                    Unsafe.Add(ref to, i) = Larger(left, right);
                }

                upper = ref Unsafe.Add(ref upper, step);
                to = ref Unsafe.Add(ref to, outWidth);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunChannel(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape)
    {
        unchecked
        {
            int at = 0;
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    RunRow(input, output.Slice(at, shape.Width.Out), shape, d, h);
                    at += shape.Width.Out;
                }
            }
        }
    }

    /// <summary>A row of windows, tap by tap: the part whose windows lie whole inside the row takes vectors when the stride is 1.</summary>
    [MethodImpl(Simd.Hot)]
    private static void RunRow(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, int d, int h)
    {
        unchecked
        {
            output.Fill(float.NegativeInfinity);
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
                float best = output[w];
                int endTap = width.EndTap(w);
                int start = (w * width.Stride) - width.Before;
                for (int kw = width.FirstTap(w); kw < endTap; kw++)
                {
                    best = Larger(best, row[start + (kw * width.Dilation)]);
                }

                output[w] = best;
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
                    Vector<float> best = Simd.Load(ref to, w);
                    for (int kw = 0; kw < kernel; kw++)
                    {
                        best = Simd.Max(best, Simd.Load(ref from, w - width.Before + (kw * dilation)));
                    }

                    Simd.Store(best, ref to, w);
                }
            }
            else if (stride == 2 && Simd.HasLoadEven)
            {
                int reach = ((kernel - 1) * dilation) + (2 * Vector<float>.Count);
                for (; w <= end - Vector<float>.Count && (2 * w) - width.Before + reach <= width.In; w += Vector<float>.Count)
                {
                    Vector<float> best = Simd.Load(ref to, w);
                    int start = (2 * w) - width.Before;
                    for (int kw = 0; kw < kernel; kw++)
                    {
                        best = Simd.Max(best, Simd.LoadEven(ref from, start + (kw * dilation)));
                    }

                    Simd.Store(best, ref to, w);
                }
            }

            for (; w < end; w++)
            {
                float best = Unsafe.Add(ref to, w);
                int start = (w * stride) - width.Before;
                for (int kw = 0; kw < kernel; kw++)
                {
                    best = Larger(best, Unsafe.Add(ref from, start + (kw * dilation)));
                }

                Unsafe.Add(ref to, w) = best;
            }
        }
    }
}
