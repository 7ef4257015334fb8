#nullable enable
using System;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Between the two orders of a tensor's elements: [batch, channels, pixels], as ONNX has them, and [batch, pixels, channels].</summary>
public static class LayoutMove
{
    /// <summary>Longer rows are copied by a call each.</summary>
    private const int MostInVectors = 128;

    /// <summary>Puts the channels of each pixel side by side.</summary>
    /// <param name="source">[batch, channels, pixels].</param>
    /// <param name="target">[batch, pixels, channels]; must not overlap the source.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Pixels of a channel.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void ToChannelsLast(ReadOnlySpan<float> source, Span<float> target, int batch, int channels, int pixels)
    {
        int length = channels * pixels;
        Check(source.Length, target.Length, batch * length);
        for (int n = 0; n < batch; n++)
        {
            Interleave(source.Slice(n * length, length), pixels, target.Slice(n * length, length), channels, pixels);
        }
    }

    /// <summary>Puts the pixels of each channel side by side.</summary>
    /// <param name="source">[batch, pixels, channels].</param>
    /// <param name="target">[batch, channels, pixels]; must not overlap the source.</param>
    /// <param name="batch">Samples.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="pixels">Pixels of a channel.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void ToChannelsFirst(ReadOnlySpan<float> source, Span<float> target, int batch, int channels, int pixels)
    {
        int length = channels * pixels;
        Check(source.Length, target.Length, batch * length);
        for (int n = 0; n < batch; n++)
        {
            Interleave(source.Slice(n * length, length), channels, target.Slice(n * length, length), pixels, channels);
        }
    }

    /// <summary>Puts the channels of each pixel of a tensor of integers side by side.</summary>
    /// <inheritdoc cref="ToChannelsLast(ReadOnlySpan{float}, Span{float}, int, int, int)"/>
    public static void ToChannelsLast<T>(ReadOnlySpan<T> source, Span<T> target, int batch, int channels, int pixels)
        where T : struct
    {
        int length = channels * pixels;
        Check(source.Length, target.Length, batch * length);
        for (int n = 0; n < batch; n++)
        {
            IntegerTranspose.Run(source.Slice(n * length, length), target.Slice(n * length, length), channels, pixels);
        }
    }

    /// <summary>Puts the pixels of each channel of a tensor of integers side by side.</summary>
    /// <inheritdoc cref="ToChannelsFirst(ReadOnlySpan{float}, Span{float}, int, int, int)"/>
    public static void ToChannelsFirst<T>(ReadOnlySpan<T> source, Span<T> target, int batch, int channels, int pixels)
        where T : struct
    {
        int length = channels * pixels;
        Check(source.Length, target.Length, batch * length);
        for (int n = 0; n < batch; n++)
        {
            IntegerTranspose.Run(source.Slice(n * length, length), target.Slice(n * length, length), pixels, channels);
        }
    }

    /// <summary>Transposes a matrix within larger tensors: target[i × targetStep + r] = source[r × sourceStep + i] for r below <paramref name="rows"/> and i below <paramref name="columns"/>.</summary>
    /// <param name="source">The matrix' first element and what follows it.</param>
    /// <param name="sourceStep">From row to row of the source, at least <paramref name="columns"/>.</param>
    /// <param name="target">The first element of the transposed matrix and what follows it; must not overlap the source.</param>
    /// <param name="targetStep">From row to row of the target, at least <paramref name="rows"/>.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <exception cref="ArgumentException">A span is shorter than the matrix needs, or a step is shorter than a row.</exception>
    public static void Transpose(ReadOnlySpan<float> source, int sourceStep, Span<float> target, int targetStep, int rows, int columns)
    {
        if (rows <= 0 || columns <= 0)
        {
            return;
        }

        if (sourceStep < columns || targetStep < rows
            || source.Length < ((rows - 1L) * sourceStep) + columns || target.Length < ((columns - 1L) * targetStep) + rows)
        {
            throw new ArgumentException("A span is shorter than the matrix needs, or a step is shorter than a row.");
        }

        Transposition.Run(ref MemoryMarshal.GetReference(source), sourceStep, ref MemoryMarshal.GetReference(target), targetStep, rows, columns);
    }

    /// <summary>Copies a matrix from one tensor into another: target[r × targetStep + i] = source[r × sourceStep + i].</summary>
    /// <param name="source">The matrix' first element and what follows it.</param>
    /// <param name="sourceStep">From row to row of the source.</param>
    /// <param name="target">The first element of the copy and what follows it; must not overlap the source.</param>
    /// <param name="targetStep">From row to row of the target.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <exception cref="ArgumentOutOfRangeException">A row lies beyond a span, or a size is negative.</exception>
    public static void CopyRows(ReadOnlySpan<float> source, int sourceStep, Span<float> target, int targetStep, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            ReadOnlySpan<float> from = source.Slice(r * sourceStep, columns);
            Span<float> to = target.Slice(r * targetStep, columns);
#if NET8_0_OR_GREATER
            if (Lanes512.IsSupported && columns <= MostInVectors)
            {
                // Rows of a few vectors: a call for each would take longer than the copy.
                for (int i = 0; i < columns; i += 16)
                {
                    Lanes512 v = default;
                    v.StoreUpTo(v.LoadUpTo(ref MemoryMarshal.GetReference(from), i, columns - i), ref MemoryMarshal.GetReference(to), i, columns - i);
                }

                continue;
            }
#endif
            from.CopyTo(to);
        }
    }

    /// <summary>Transposes: target[i × rows + r] = source[r × step + i].</summary>
    internal static void Interleave(ReadOnlySpan<float> source, int step, Span<float> target, int rows, int count)
    {
        if (rows == 1)
        {
            source.Slice(0, count).CopyTo(target);
            return;
        }

        Transposition.Run(ref MemoryMarshal.GetReference(source), step, ref MemoryMarshal.GetReference(target), rows, rows, count);
    }

    private static void Check(int source, int target, int length)
    {
        if (source < length || target < length)
        {
            throw new ArgumentException("A span is shorter than the layouts need.");
        }
    }
}
