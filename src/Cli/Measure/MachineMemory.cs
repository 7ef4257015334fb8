using System;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Cli.Measure;

/// <summary>How fast one core reads what no cache holds.</summary>
internal static class MachineMemory
{
    /// <summary>More than a core's share of the last cache on machines of today.</summary>
    private const int Bytes = 256 << 20;

    private const int Passes = 4;

    private static ulong _sink;

    /// <summary>Nanoseconds for 1,024 bytes, read one after the other; the least of some passes.</summary>
    public static double NanosecondsPerKilobyte()
    {
        ulong[] memory = GC.AllocateUninitializedArray<ulong>(Bytes / sizeof(ulong));
        Array.Fill(memory, 1ul);
        double best = double.PositiveInfinity;
        for (int pass = 0; pass < Passes; pass++)
        {
            long start = Stopwatch.GetTimestamp();
            _sink += Sum(memory);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds * 1024 / Bytes);
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Sum(ReadOnlySpan<ulong> memory)
    {
        ReadOnlySpan<Vector<ulong>> vectors = MemoryMarshal.Cast<ulong, Vector<ulong>>(memory);
        Vector<ulong> even = default, odd = default;
        for (int i = 0; i + 1 < vectors.Length; i += 2)
        {
            even += vectors[i];
            odd += vectors[i + 1];
        }

        return Vector.Sum(even + odd);
    }
}
