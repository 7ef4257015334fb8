using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;

namespace RedGen.Cli.Firmware;

/// <summary>What a board computed beside what this machine computes.</summary>
/// <param name="Runs">How many predictions.</param>
/// <param name="SameBits">How many are bit for bit what the same class gives here.</param>
/// <param name="SameTop">How many have the same largest value in their first output as the Auto profile.</param>
/// <param name="LargestDifference">The largest difference from the Auto profile, relative to max(1, |value|).</param>
/// <param name="LeastInstructions">The fewest instructions of a call.</param>
/// <param name="MostInstructions">The most.</param>
/// <param name="StackBytes">The most stack of a call, as painting shows.</param>
internal sealed record BoardComparison(int Runs, int SameBits, int SameTop, double LargestDifference, long LeastInstructions, long MostInstructions, int StackBytes)
{
    /// <summary>Compares.</summary>
    /// <param name="model">The model's interface.</param>
    /// <param name="board">The board's predictions.</param>
    /// <param name="same">Those of the same class here.</param>
    /// <param name="reference">Those of the Auto profile here.</param>
    public static BoardComparison Of(DeviceInterface model, ImmutableArray<BoardRun> board, IReadOnlyList<ImmutableArray<byte[]>> same, IReadOnlyList<byte[][]> reference)
    {
        int sameBits = 0, sameTop = 0;
        double largest = 0;
        for (int i = 0; i < board.Length; i++)
        {
            if (board[i].Outputs.Zip(same[i]).All(static p => p.First.AsSpan().SequenceEqual(p.Second))) sameBits++;
            for (int o = 0; o < model.Outputs.Length; o++)
            {
                double[] actual = Numbers(model.Outputs[o], board[i].Outputs[o]), expected = Numbers(model.Outputs[o], reference[i][o]);
                largest = Math.Max(largest, actual.Zip(expected, static (a, e) => a.Equals(e) ? 0 : Math.Abs(a - e) / Math.Max(1, Math.Abs(e))).DefaultIfEmpty(0).Max());
                if (o == 0 && Top(actual) == Top(expected)) sameTop++;
            }
        }

        return new(board.Length, sameBits, sameTop, largest, board.Min(static r => r.Instructions), board.Max(static r => r.Instructions), board.Max(static r => r.StackBytes));
    }

    private static int Top(double[] values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }

    private static double[] Numbers(DeviceBuffer buffer, byte[] bytes) => buffer.CSharpType switch
    {
        "float" => [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(static v => (double)v)],
        "sbyte" => [.. bytes.Select(static v => (double)(sbyte)v)],
        "short" => [.. MemoryMarshal.Cast<byte, short>(bytes).ToArray().Select(static v => (double)v)],
        "ushort" => [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(static v => (double)v)],
        "int" => [.. MemoryMarshal.Cast<byte, int>(bytes).ToArray().Select(static v => (double)v)],
        "uint" => [.. MemoryMarshal.Cast<byte, uint>(bytes).ToArray().Select(static v => (double)v)],
        "long" => [.. MemoryMarshal.Cast<byte, long>(bytes).ToArray().Select(static v => (double)v)],
        "ulong" => [.. MemoryMarshal.Cast<byte, ulong>(bytes).ToArray().Select(static v => (double)v)],
        _ => [.. bytes.Select(static v => (double)v)],
    };
}
