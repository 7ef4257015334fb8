#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Weighted sums along one axis of a float tensor: what Resize, linear or cubic, is for each axis.</summary>
public static class Resampling
{
    /// <summary>y[i, o, j] = Σ over t of weights[o, t] × x[i, positions[o, t], j].</summary>
    /// <param name="input">[outer, inLength, inner].</param>
    /// <param name="output">[outer, outLength, inner]; must not overlap the input.</param>
    /// <param name="positions">[outLength, taps], each from 0 to inLength − 1.</param>
    /// <param name="weights">[outLength, taps].</param>
    /// <param name="outer">Rows before the axis.</param>
    /// <param name="inLength">The axis of the input.</param>
    /// <param name="outLength">The axis of the output.</param>
    /// <param name="inner">Elements behind the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run(
        ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> positions, ReadOnlySpan<float> weights, int outer, int inLength, int outLength, int inner)
    {
        if (input.Length < outer * inLength * inner || output.Length < outer * outLength * inner || positions.Length % outLength != 0 || weights.Length < positions.Length)
        {
            throw new ArgumentException("A span is shorter than the resampling's sizes need.");
        }

        int taps = positions.Length / outLength;
        for (int i = 0; i < outer; i++)
        {
            ReadOnlySpan<float> x = input.Slice(i * inLength * inner, inLength * inner);
            Span<float> y = output.Slice(i * outLength * inner, outLength * inner);
            if (inner == 1)
            {
                RunRow(x, y, positions, weights, taps);
                continue;
            }

            for (int o = 0; o < outLength; o++)
            {
                RunRows(x, y.Slice(o * inner, inner), positions.Slice(o * taps, taps), weights.Slice(o * taps, taps), inner);
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunRow(ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> positions, ReadOnlySpan<float> weights, int taps)
    {
        for (int o = 0, at = 0; o < output.Length; o++)
        {
            float sum = 0f;
            for (int end = at + taps; at < end; at++) sum += weights[at] * input[positions[at]];
            output[o] = sum;
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void RunRows(ReadOnlySpan<float> input, Span<float> output, ReadOnlySpan<int> positions, ReadOnlySpan<float> weights, int inner)
    {
        unchecked
        {
            ref float y = ref MemoryMarshal.GetReference(output);
            for (int t = 0; t < positions.Length; t++)
            {
                // The slice checks the position.
                ref float x = ref MemoryMarshal.GetReference(input.Slice(positions[t] * inner, inner));
                float weight = weights[t];
                int j = 0;
                for (; j <= inner - Vector<float>.Count; j += Vector<float>.Count)
                {
                    Vector<float> term = new Vector<float>(weight) * Simd.Load(ref x, j);
                    Simd.Store(t == 0 ? term : term + Simd.Load(ref y, j), ref y, j);
                }

                for (; j < inner; j++)
                {
                    float term = weight * Unsafe.Add(ref x, j);
                    Unsafe.Add(ref y, j) = t == 0 ? term : term + Unsafe.Add(ref y, j);
                }
            }
        }
    }
}
