#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>What turns the sums of a block of output channels into steps of the result: (sum + addend) × factor + bias, in floats.</summary>
internal readonly ref struct QuantizedScales
{
    /// <summary>Integers of workspace.</summary>
    internal const int Length = 4 * QuantizedTile.Block;

    /// <summary>Divides the workspace. All is zero, so that lanes behind the last channel give zeros.</summary>
    internal QuantizedScales(Span<int> workspace, int channel, int count)
    {
        workspace.Slice(0, Length).Clear();
        Addends = workspace.Slice(0, QuantizedTile.Block);
        Factors = MemoryMarshal.Cast<int, float>(workspace.Slice(QuantizedTile.Block, QuantizedTile.Block));
        Biases = MemoryMarshal.Cast<int, float>(workspace.Slice(2 * QuantizedTile.Block, QuantizedTile.Block));
        Corrections = workspace.Slice(3 * QuantizedTile.Block, QuantizedTile.Block);
        Channel = channel;
        Count = count;
    }

    /// <summary>What makes sums those of inputs less their zero point.</summary>
    internal Span<int> Corrections { get; }

    /// <summary>What is added to sums, corrections included.</summary>
    internal Span<int> Addends { get; }

    /// <summary>What that is multiplied by.</summary>
    internal Span<float> Factors { get; }

    /// <summary>What is added then.</summary>
    internal Span<float> Biases { get; }

    /// <summary>The first channel of the block.</summary>
    internal int Channel { get; }

    /// <summary>Channels that the block holds.</summary>
    internal int Count { get; }

    /// <summary>Sets factors and biases.</summary>
    /// <param name="step">What the scales of the weights are multiplied by.</param>
    /// <param name="scales">The scales: one, or one for each channel from the block's first on.</param>
    /// <param name="share">What the bias is multiplied by.</param>
    /// <param name="bias">One for each channel from the block's first on, or empty.</param>
    /// <returns>The largest magnitude of a bias.</returns>
    [MethodImpl(Simd.Hot)]
    internal float Set(double step, ReadOnlySpan<float> scales, double share, ReadOnlySpan<float> bias)
    {
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported && Count == QuantizedTile.Block && scales.Length >= Count && (bias.IsEmpty || bias.Length >= Count))
        {
            Product(scales, step).StoreUnsafe(ref MemoryMarshal.GetReference(Factors));
            if (bias.IsEmpty) return 0f;
            Vector512<float> biases = Product(bias, share), largest16 = Vector512.Abs(biases);
            biases.StoreUnsafe(ref MemoryMarshal.GetReference(Biases));
            Vector256<float> largest8 = Avx.Max(largest16.GetLower(), largest16.GetUpper());
            Vector128<float> largest4 = Sse.Max(largest8.GetLower(), largest8.GetUpper());
            Vector128<float> largest2 = Sse.Max(largest4, Sse.MoveHighToLow(largest4, largest4));
            float largest1 = Sse.MaxScalar(largest2, Sse.Shuffle(largest2, largest2, 1)).ToScalar();
            return Vector512.LessThanOrEqualAll(largest16, Vector512.Create(float.PositiveInfinity)) ? largest1 : float.NaN;
        }
#endif
        float largest = 0f;
        for (int i = 0; i < Count; i++)
        {
            Factors[i] = (float)(step * scales[scales.Length == 1 ? 0 : i]);
            if (bias.IsEmpty) continue;
            Biases[i] = (float)(share * bias[i]);
            float size = Math.Abs(Biases[i]);
            if (size > largest || float.IsNaN(size)) largest = size;
        }

        return largest;
    }

#if NET8_0_OR_GREATER
    /// <summary>16 products in doubles, rounded to floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Product(ReadOnlySpan<float> values, double factor)
    {
        Vector512<double> by = Vector512.Create(factor);
        ref float from = ref MemoryMarshal.GetReference(values);
        return Avx512F.InsertVector256(
            Avx512F.ConvertToVector256Single(Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(ref from)) * by).ToVector512Unsafe(),
            Avx512F.ConvertToVector256Single(Avx512F.ConvertToVector512Double(Vector256.LoadUnsafe(ref from, 8)) * by), 1);
    }
#endif
}
