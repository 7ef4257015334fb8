#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The product of a matrix of 8-bit integers and constant 8-bit weights, with sums in 32 bits.</summary>
public static class QuantizedGemm
{
    /// <summary>Bytes behind the last weight: vectors may read them, and ignore what they read.</summary>
    public const int Slack = IntegerDot.Padding;

    /// <summary>Rows of the input that are widened together.</summary>
    internal static int ChunkRows(int rowLength) => unchecked(Math.Max(4, Math.Min(64, 8192 / rowLength / 4 * 4)));

    /// <summary>Integers of workspace.</summary>
    public static int WorkspaceLength(int depth) => unchecked((ChunkRows(IntegerDot.RowLength(depth)) * ((IntegerDot.RowLength(depth) / 2) + 2)) + IntegerDot.Padding);

    /// <summary>Computes the product.</summary>
    /// <param name="input">[rows, depth], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="inputZero">The zero point of the input.</param>
    /// <param name="weights">[columns, depth] and <see cref="Slack"/> more.</param>
    /// <param name="weightZero">The zero point of the weights.</param>
    /// <param name="output">[rows, columns].</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> integers; contents are lost.</param>
    /// <param name="rows">Rows of the input.</param>
    /// <param name="depth">Columns of the input.</param>
    /// <param name="columns">Columns of the output.</param>
    /// <param name="result">What becomes of the sums.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TInput, TOutput>(
        ReadOnlySpan<TInput> input, int inputZero, ReadOnlySpan<sbyte> weights, int weightZero, Span<TOutput> output, Span<int> workspace,
        int rows, int depth, int columns, in QuantizedResult result)
        where TInput : struct
        where TOutput : struct
    {
        if (input.Length < rows * depth || weights.Length < (columns * depth) + Slack || output.Length < rows * columns || workspace.Length < WorkspaceLength(depth))
        {
            throw new ArgumentException("A span is shorter than the product's sizes need.");
        }

        unchecked
        {
            int rowLength = IntegerDot.RowLength(depth);
            int chunk = ChunkRows(rowLength);
            Span<int> sums = workspace.Slice(0, 2 * chunk);
            Span<short> wide = MemoryMarshal.Cast<int, short>(workspace.Slice(2 * chunk));
            ref sbyte w = ref MemoryMarshal.GetReference(weights);
            for (int first = 0; first < rows; first += chunk)
            {
                int count = Math.Min(chunk, rows - first);
                for (int row = 0; row < count; row++)
                {
                    QuantizedInput.Widen(input.Slice((first + row) * depth, depth), inputZero, wide.Slice(row * rowLength, rowLength));
                }

                for (int m = 0; m < columns; m += 2)
                {
                    int second = Math.Min(m + 1, columns - 1);
                    IntegerDot.Rows(
                        ref MemoryMarshal.GetReference(wide), rowLength, count, ref Unsafe.Add(ref w, m * depth), ref Unsafe.Add(ref w, second * depth),
                        depth, weightZero, ref sums[0], ref sums[chunk]);
                    for (int channel = m; channel <= second; channel++)
                    {
                        var product = new QuantizedRows(wide, rowLength, weights.Slice(channel * depth, depth), weightZero, 1);
                        result.Write(sums.Slice((channel - m) * chunk, count), channel, product, output, (first * columns) + channel, columns);
                    }
                }
            }
        }
    }
}
