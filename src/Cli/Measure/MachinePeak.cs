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

    private static float _sink;

    private interface IMultiplyAdd<TVector>
        where TVector : struct
    {
        int Lanes { get; }

        TVector Fill(float value);

        TVector Run(TVector a, TVector b, TVector c);

        float First(TVector value);
    }

    /// <summary>Gives the lanes of a vector; the sums go into a field, so that the work cannot be left out.</summary>
    private static int Run()
        => Vector512.IsHardwareAccelerated && Avx512F.IsSupported ? Run<Wide, Vector512<float>>()
            : Vector256.IsHardwareAccelerated && Fma.IsSupported ? Run<Middle, Vector256<float>>()
            : Run<Narrow, Vector128<float>>();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Run<TOperation, TVector>()
        where TOperation : struct, IMultiplyAdd<TVector>
        where TVector : struct
    {
        TOperation o = default;
        TVector m = o.Fill(0.999f), b = o.Fill(0.001f);
        TVector c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = o.Run(c0, m, b);
            c1 = o.Run(c1, m, b);
            c2 = o.Run(c2, m, b);
            c3 = o.Run(c3, m, b);
            c4 = o.Run(c4, m, b);
            c5 = o.Run(c5, m, b);
            c6 = o.Run(c6, m, b);
            c7 = o.Run(c7, m, b);
            c8 = o.Run(c8, m, b);
            c9 = o.Run(c9, m, b);
            c10 = o.Run(c10, m, b);
            c11 = o.Run(c11, m, b);
        }

        _sink = o.First(c0) + o.First(c1) + o.First(c2) + o.First(c3) + o.First(c4) + o.First(c5)
            + o.First(c6) + o.First(c7) + o.First(c8) + o.First(c9) + o.First(c10) + o.First(c11);
        return o.Lanes;
    }

    private readonly struct Wide : IMultiplyAdd<Vector512<float>>
    {
        public int Lanes => Vector512<float>.Count;

        public Vector512<float> Fill(float value) => Vector512.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector512<float> Run(Vector512<float> a, Vector512<float> b, Vector512<float> c) => Avx512F.FusedMultiplyAdd(a, b, c);

        public float First(Vector512<float> value) => value.ToScalar();
    }

    private readonly struct Middle : IMultiplyAdd<Vector256<float>>
    {
        public int Lanes => Vector256<float>.Count;

        public Vector256<float> Fill(float value) => Vector256.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Run(Vector256<float> a, Vector256<float> b, Vector256<float> c) => Fma.MultiplyAdd(a, b, c);

        public float First(Vector256<float> value) => value.ToScalar();
    }

    /// <summary>A multiply-add that the machine fuses where it can (Arm64), else two operations.</summary>
    private readonly struct Narrow : IMultiplyAdd<Vector128<float>>
    {
        public int Lanes => Vector128<float>.Count;

        public Vector128<float> Fill(float value) => Vector128.Create(value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<float> Run(Vector128<float> a, Vector128<float> b, Vector128<float> c) => Vector128.MultiplyAddEstimate(a, b, c);

        public float First(Vector128<float> value) => value.ToScalar();
    }
}
