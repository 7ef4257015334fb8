#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>ONNX LpNormalization of rows: each divided by the sum of its magnitudes, or by the root of the sum of its squares. A row of zeros stays one.</summary>
public static class LpNorm
{
    /// <summary>y = x / norm of every row.</summary>
    /// <param name="input">x: [rows, length].</param>
    /// <param name="output">y: the same shape; may be x itself, must not overlap it otherwise.</param>
    /// <param name="rows">How many rows there are.</param>
    /// <param name="length">The elements of a row.</param>
    /// <param name="order">1 for the sum of magnitudes, 2 for the root of the sum of squares.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, int rows, int length, int order)
    {
        if (input.Length < rows * length || output.Length < rows * length)
        {
            throw new ArgumentException("A span is shorter than the normalisation's sizes need.");
        }

        Span<float> norm = stackalloc float[1];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> x = input.Slice(row * length, length);
            Span<float> y = output.Slice(row * length, length);
            if (order == 1) Reduce.Run(x, norm, 1, length, 1, default(L1Reduction));
            else Reduce.Run(x, norm, 1, length, 1, default(L2Reduction));
            if (norm[0] == 0f) y.Clear();
            else Divide(x, y, norm[0]);
        }
    }

    private static void Divide(ReadOnlySpan<float> input, Span<float> output, float norm)
    {
        ref float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && input.Length >= 16)
        {
            Divide<Lanes512>(ref x, ref y, input.Length, norm);
            return;
        }
#endif
        Divide<VectorLanes>(ref x, ref y, input.Length, norm);
    }

    [MethodImpl(Simd.Hot)]
    private static void Divide<TLanes>(ref float x, ref float y, int length, float norm)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes v = default;
            TLanes divisor = v.Fill(norm);
            int i = 0;
            for (; i <= length - v.Count; i += v.Count) v.Store(v.Divide(v.Load(ref x, i), divisor), ref y, i);
            for (; i < length; i++) Unsafe.Add(ref y, i) = Unsafe.Add(ref x, i) / norm;
        }
    }
}
