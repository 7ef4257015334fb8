using System;

namespace RedGen.Firmware.Tests.Fixtures;

/// <summary>What code of the Micro profile may do, once each, in the shape of generated code.</summary>
internal static class Probe
{
    public const int XLength = 8;
    public const int CodesLength = 4;
    public const int YLength = 12;
    public const int CountsLength = 4;
    public const int ArenaBytes = 64;

    private static ReadOnlySpan<float> Codebook => new float[] { -0.5f, 0.25f, 1.5f, 0.125f };

    private static ReadOnlySpan<short> Offsets => new short[] { 1, -2, 3, -30000 };

    private static ReadOnlySpan<int> Words => new int[] { 1, -2, 100000, int.MinValue };

    private static ReadOnlySpan<byte> Indices => "\u0000\u0001\u0002\u0003\u0001\u0002\u0000\u0003\u0003\u0002\u0001\u0000"u8;

    public static void Predict(ReadOnlySpan<float> x, ReadOnlySpan<sbyte> codes, Span<float> y, Span<int> counts, Span<float> arena)
    {
        arena.Clear();
        Product(x, arena.Slice(0, 3));
        arena.Slice(0, 3).CopyTo(arena.Slice(1, 3));
        for (int i = 0; i < 4; i++) y[i] = arena[i];
        y[4] = MathF.Sqrt(MathF.Abs(x[4]));
        y[5] = MathF.Round(x[5]);
        y[6] = MathF.Floor(x[6]) + MathF.Ceiling(x[7]) + MathF.Truncate(x[6]);
        y[7] = MathF.Max(x[0], x[1]) - MathF.Min(x[2], x[3]);
        y[8] = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(x[4]) ^ 0x00400000);
        y[9] = x[5] / x[6];
        y[10] = Offsets[1] + Offsets[3];
        y[11] = Sum(x);
        for (int i = 0; i < 4; i++) counts[i] = Requantise((codes[i] * Words[i]) + (int)x[i], 1518500250, 3 + (i & 1));
    }

    private static void Product(ReadOnlySpan<float> x, Span<float> y)
    {
        ReadOnlySpan<byte> indices = Indices;
        ReadOnlySpan<float> codebook = Codebook;
        for (int j = 0; j < 3; j++)
        {
            float sum = 0;
            for (int i = 0; i < 4; i++) sum += codebook[indices[(j * 4) + i]] * x[i];
            y[j] = sum > 0 ? sum : 0;
        }
    }

    private static float Sum(ReadOnlySpan<float> x)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>x · multiplier / 2^31 / 2^shift, rounded.</summary>
    private static int Requantise(int x, int multiplier, int shift)
    {
        int high = (int)((((long)x * multiplier) + (1L << 30)) >> 31);
        return (high + (1 << (shift - 1))) >> shift;
    }
}
