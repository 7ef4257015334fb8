#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Copies a band of input rows into the workspace with its padding, so that the convolution kernels need no bounds:
/// prepared[plane][row][phase][column] where plane = channel × KernelDepth + kernel plane, input column =
/// column × StrideWidth + phase − PadLeft, and everything outside the input is zero.
/// </summary>
internal static class ConvInput
{
    /// <summary>
    /// Prepares <paramref name="channels"/> channels for the output rows from <paramref name="firstRow"/> of plane
    /// <paramref name="outPlane"/>. Each plane takes <paramref name="rows"/> × RowLength floats of <paramref name="prepared"/>.
    /// </summary>
    /// <param name="input">One sample, from the first channel to prepare.</param>
    /// <param name="prepared">The destination.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="channels">Channels to prepare.</param>
    /// <param name="outPlane">Output plane (0 unless 3-D).</param>
    /// <param name="firstRow">First output row.</param>
    /// <param name="rows">Input rows to prepare.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Prepare(
        ReadOnlySpan<float> input, Span<float> prepared, in ConvShape shape, int channels, int outPlane, int firstRow, int rows)
    {
        unchecked
        {
            int plane = shape.InHeight * shape.InWidth;
            int kernelDepth = shape.KernelDepth;
            int planeLength = rows * shape.RowLength;
            int top = (firstRow * shape.StrideHeight) - shape.PadTop;
            int target = 0;
            for (int c = 0; c < channels; c++)
            {
                for (int kd = 0; kd < kernelDepth; kd++)
                {
                    int depth = (outPlane * shape.StrideDepth) + (kd * shape.DilationDepth) - shape.PadDepth;
                    Span<float> destination = prepared.Slice(target, planeLength);
                    if ((uint)depth >= (uint)shape.InDepth)
                    {
                        destination.Clear();
                    }
                    else
                    {
                        PreparePlane(input.Slice(((c * shape.InDepth) + depth) * plane, plane), destination, shape, top, rows);
                    }

                    target += planeLength;
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void PreparePlane(ReadOnlySpan<float> source, Span<float> destination, in ConvShape shape, int top, int rows)
    {
        unchecked
        {
            int rowLength = shape.RowLength;
            int width = shape.InWidth;
            int height = shape.InHeight;
            int above = top < 0 ? Math.Min(-top, rows) : 0;
            int inside = Math.Max(Math.Min(height - top, rows), above);
            destination.Slice(0, above * rowLength).Clear();
            destination.Slice(inside * rowLength, (rows - inside) * rowLength).Clear();
            if (inside == above)
            {
                return;
            }

            ref float from = ref Unsafe.Add(ref MemoryMarshal.GetReference(source), (top + above) * width);
            ref float to = ref Unsafe.Add(ref MemoryMarshal.GetReference(destination), above * rowLength);
            if (shape.StrideWidth == 1)
            {
                CopyRows(ref from, ref to, inside - above, width, rowLength, shape.PadLeft);
            }
            else
            {
                SplitRows(ref from, ref to, inside - above, width, shape.PhaseWidth, shape.StrideWidth, shape.PadLeft);
            }
        }
    }

    /// <summary>Stride 1: zeros, a piece of the row, zeros. Rows are short, so plain loops beat a call to copy each.</summary>
    [MethodImpl(Simd.Hot)]
    private static void CopyRows(ref float from, ref float to, int rows, int width, int rowLength, int left)
    {
        unchecked
        {
            int start = Math.Min(left, rowLength);
            int count = Math.Max(Math.Min(width, rowLength - start), 0);
            int vectors = Vector<float>.Count;
            for (int row = 0; row < rows; row++)
            {
                for (int i = 0; i < start; i++)
                {
                    Unsafe.Add(ref to, i) = 0f;
                }

                ref float body = ref Unsafe.Add(ref to, start);
                int done = 0;

                // A vector may run over the row's end where more rows follow: what it spoils is written next.
                int room = Math.Min((rows - row) * width, ((rows - row) * rowLength) - start) - vectors;
                for (; done < count && done <= room; done += vectors)
                {
                    Simd.Store(Simd.Load(ref from, done), ref body, done);
                }

                for (; done < count; done++)
                {
                    Unsafe.Add(ref body, done) = Unsafe.Add(ref from, done);
                }

                for (int i = start + count; i < rowLength; i++)
                {
                    Unsafe.Add(ref to, i) = 0f;
                }

                from = ref Unsafe.Add(ref from, width);
                to = ref Unsafe.Add(ref to, rowLength);
            }
        }
    }

    /// <summary>Stride above 1: each phase gathers every stride-th column.</summary>
    [MethodImpl(Simd.Hot)]
    private static void SplitRows(ref float from, ref float to, int rows, int width, int phaseWidth, int stride, int left)
    {
        unchecked
        {
            for (int row = 0; row < rows; row++)
            {
                for (int phase = 0; phase < stride; phase++)
                {
                    // Columns [first, last) of this phase lie inside the input.
                    int before = Math.Max(left - phase, 0) + stride - 1;
                    int behind = Math.Max(width + left - phase, 0) + stride - 1;
                    int first = Math.Min(stride == 2 ? before >> 1 : before / stride, phaseWidth);
                    int last = Math.Max(Math.Min(stride == 2 ? behind >> 1 : behind / stride, phaseWidth), first);
                    for (int j = 0; j < first; j++)
                    {
                        Unsafe.Add(ref to, j) = 0f;
                    }

                    // A vector may run over the phase's end where more phases and rows follow: what it spoils is written next.
                    int column = (first * stride) + phase - left;
                    int i = first;
                    if (stride == 2 && Simd.HasLoadEven)
                    {
                        int readable = ((rows - row) * width) - (2 * Vector<float>.Count);
                        int writable = ((((rows - row) * 2) - phase) * phaseWidth) - Vector<float>.Count;
                        for (; i < last && column <= readable && i <= writable; i += Vector<float>.Count)
                        {
                            Simd.Store(Simd.LoadEven(ref from, column), ref to, i);
                            column += 2 * Vector<float>.Count;
                        }
                    }

                    for (; i < last; i++)
                    {
                        Unsafe.Add(ref to, i) = Unsafe.Add(ref from, column);
                        column += stride;
                    }

                    for (int j = last; j < phaseWidth; j++)
                    {
                        Unsafe.Add(ref to, j) = 0f;
                    }

                    to = ref Unsafe.Add(ref to, phaseWidth);
                }

                from = ref Unsafe.Add(ref from, width);
            }
        }
    }
}
