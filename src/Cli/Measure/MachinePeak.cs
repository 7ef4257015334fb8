using System;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Cli.Measure;

/// <summary>What one core computes at most: independent fused multiply-adds in registers, in the widest vectors that are fast here.</summary>
internal static class MachinePeak
{
    private const int Rounds = 20_000;
    private const int Chains = 12;

    /// <summary>Floating-point operations a nanosecond (GFLOP/s), a multiply-add counted as two; the best of some runs.</summary>
    public static double GigaflopsPerSecond()
    {
        double best = 0;
        for (int i = 0; i < 20; i++)
        {
            long start = Stopwatch.GetTimestamp();
            int lanes = Run();
            best = Math.Max(best, 2.0 * lanes * Chains * Rounds / Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        return best;
    }

    /// <summary>Gives the lanes of a vector; the sums go into a field, so that the work cannot be left out.</summary>
    private static int Run()
    {
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            _sink = Wide();
            return Vector512<float>.Count;
        }

        if (Vector256.IsHardwareAccelerated && Fma.IsSupported)
        {
            _sink = Middle();
            return Vector256<float>.Count;
        }

        _sink = Narrow();
        return Vector128<float>.Count;
    }

    private static float _sink;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Wide()
    {
        Vector512<float> m = Vector512.Create(0.999f), b = Vector512.Create(0.001f);
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Avx512F.FusedMultiplyAdd(c0, m, b);
            c1 = Avx512F.FusedMultiplyAdd(c1, m, b);
            c2 = Avx512F.FusedMultiplyAdd(c2, m, b);
            c3 = Avx512F.FusedMultiplyAdd(c3, m, b);
            c4 = Avx512F.FusedMultiplyAdd(c4, m, b);
            c5 = Avx512F.FusedMultiplyAdd(c5, m, b);
            c6 = Avx512F.FusedMultiplyAdd(c6, m, b);
            c7 = Avx512F.FusedMultiplyAdd(c7, m, b);
            c8 = Avx512F.FusedMultiplyAdd(c8, m, b);
            c9 = Avx512F.FusedMultiplyAdd(c9, m, b);
            c10 = Avx512F.FusedMultiplyAdd(c10, m, b);
            c11 = Avx512F.FusedMultiplyAdd(c11, m, b);
        }

        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Middle()
    {
        Vector256<float> m = Vector256.Create(0.999f), b = Vector256.Create(0.001f);
        Vector256<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Fma.MultiplyAdd(c0, m, b);
            c1 = Fma.MultiplyAdd(c1, m, b);
            c2 = Fma.MultiplyAdd(c2, m, b);
            c3 = Fma.MultiplyAdd(c3, m, b);
            c4 = Fma.MultiplyAdd(c4, m, b);
            c5 = Fma.MultiplyAdd(c5, m, b);
            c6 = Fma.MultiplyAdd(c6, m, b);
            c7 = Fma.MultiplyAdd(c7, m, b);
            c8 = Fma.MultiplyAdd(c8, m, b);
            c9 = Fma.MultiplyAdd(c9, m, b);
            c10 = Fma.MultiplyAdd(c10, m, b);
            c11 = Fma.MultiplyAdd(c11, m, b);
        }

        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    /// <summary>A multiply-add that the machine fuses where it can (Arm64), else two operations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Narrow()
    {
        Vector128<float> m = Vector128.Create(0.999f), b = Vector128.Create(0.001f);
        Vector128<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Vector128.MultiplyAddEstimate(c0, m, b);
            c1 = Vector128.MultiplyAddEstimate(c1, m, b);
            c2 = Vector128.MultiplyAddEstimate(c2, m, b);
            c3 = Vector128.MultiplyAddEstimate(c3, m, b);
            c4 = Vector128.MultiplyAddEstimate(c4, m, b);
            c5 = Vector128.MultiplyAddEstimate(c5, m, b);
            c6 = Vector128.MultiplyAddEstimate(c6, m, b);
            c7 = Vector128.MultiplyAddEstimate(c7, m, b);
            c8 = Vector128.MultiplyAddEstimate(c8, m, b);
            c9 = Vector128.MultiplyAddEstimate(c9, m, b);
            c10 = Vector128.MultiplyAddEstimate(c10, m, b);
            c11 = Vector128.MultiplyAddEstimate(c11, m, b);
        }

        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }
}
