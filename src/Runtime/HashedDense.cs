#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// A fully connected layer for one sample whose weights stay hashed: y[m] = activation(bias[m] + scales[m] × Σ over k of
/// value(index[m, k]) × x[k]). A weight is one byte that is decoded in registers, so that a layer that waits for memory waits for a
/// quarter of it; the scale is applied once an output. An index i is written as the byte <c>first + i</c>.
/// </summary>
public static class HashedDense
{
    /// <summary>Outputs in a panel of indices.</summary>
    public const int PanelWidth = 16;

    /// <summary>Codes that a byte of a <c>u8</c> literal of single-byte characters can hold.</summary>
    internal const int Codes = 128;

    /// <summary>Computes the layer with values from a codebook. Sums of each output are added in two or four parts.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="indices">Packed [⌈outputs / 16⌉][inputs][16], each <paramref name="first"/> + a position in <paramref name="values"/>; lanes beyond the last output hold any code.</param>
    /// <param name="values">The codebook, 1 to 127 values.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="first">The byte of index 0.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or the codebook has too many values.</exception>
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> values, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias,
        Span<float> output, int first, int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, indices, scales, bias, output, inputs, outputs);
        if (first < 0 || values.IsEmpty || first + values.Length > Codes)
        {
            throw new ArgumentException("The codes of a codebook lie in 0 … 127.", nameof(values));
        }

#if NET8_0_OR_GREATER
        if (!HashedVectors.TryLookup(input, indices, values, output, first, inputs, outputs)
            && !HashedPlanes.TryLookup(input, indices, values, output, first, inputs, outputs))
#endif
        {
            HashedTable.Sums(input, indices, values, output, first, inputs, outputs);
        }

        Finish(output, scales, bias, outputs, activation);
    }

    /// <summary>
    /// Computes the layer with the values … −2, −1, 0, 1, 2 …: a code is a level, the weight of a byte b is b − <paramref name="zero"/>.
    /// The step between levels belongs to the scales.
    /// </summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="indices">Packed [⌈outputs / 16⌉][inputs][16], 0 … 127; lanes beyond the last output hold any code.</param>
    /// <param name="scales">[outputs], or empty: all 1.</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="zero">The byte of level 0, 0 … 127.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or zero is out of its range.</exception>
    public static void RunLevels<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias,
        Span<float> output, int zero, int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, indices, scales, bias, output, inputs, outputs);
        if (zero is < 0 or >= Codes)
        {
            throw new ArgumentException("The code of zero lies in 0 … 127.", nameof(zero));
        }

#if NET8_0_OR_GREATER
        if (!HashedVectors.TryLevels(input, indices, output, zero, inputs, outputs))
#endif
        {
            HashedLevels.Sums(input, indices, output, zero, inputs, outputs);
        }

        Finish(output, scales, bias, outputs, activation);
    }

    /// <summary>
    /// Computes the layer from weights that <see cref="HashedWeights.ToPairs"/> made: half the memory of floats, and exact for levels and all
    /// other values that fit.
    /// </summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="pairs">
    /// Packed [⌈outputs / 64⌉][⌈inputs / 2⌉][64], the last block as wide as its outputs need in multiples of 16: the upper halves of two
    /// weights' floats in one element. One to four outputs beyond a multiple of 16 follow as rows of floats, [inputs] each.
    /// </param>
    /// <param name="scales">[outputs], or empty: all 1. Both may be longer: what follows is not used, but spares a slower end.</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunPairs<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> pairs, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias,
        Span<float> output, int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        CheckPairs(input, pairs, scales, bias, output, inputs, outputs);
        DenseEnd end = new(scales, bias, Dense.Least<TActivation>());
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            DenseTile.Run<Lanes512, PairedWeights<Lanes512>>(input, pairs, output, inputs, outputs, inBlocks: true, end);
        }
        else
#endif
        {
            DenseTile.RunNarrow<PairedWeights<VectorLanes>>(input, pairs, output, inputs, outputs, inBlocks: true, end);
        }

        Dense.Activate(output, outputs, activation);
    }

    /// <summary>
    /// The same as <see cref="RunPairs{TActivation}"/>, but reads only the weights of inputs that are not zero, where five eighths of them are.
    /// The sums then differ from those of <see cref="RunPairs{TActivation}"/> by rounding.
    /// </summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="pairs">Packed as for <see cref="RunPairs{TActivation}"/>.</param>
    /// <param name="scales">[outputs], or empty: all 1. Both may be longer: what follows is not used, but spares a slower end.</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunSparsePairs<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> pairs, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias,
        Span<float> output, int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        CheckPairs(input, pairs, scales, bias, output, inputs, outputs);
        if (!SparseInput.HasZeros(input, inputs, eighths: 5))
        {
            RunPairs(input, pairs, scales, bias, output, inputs, outputs, activation);
            return;
        }

        DenseEnd end = new(scales, bias, Dense.Least<TActivation>());
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            SparseDense.RunPairs<Lanes512>(input, pairs, output, inputs, outputs, end);
        }
        else
#endif
        {
            SparseDense.RunPairsNarrow(input, pairs, output, inputs, outputs, end);
        }

        Dense.Activate(output, outputs, activation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CheckPairs(
        ReadOnlySpan<float> input, ReadOnlySpan<float> pairs, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, Span<float> output, int inputs, int outputs)
    {
        if (inputs < 0 || outputs < 0 || input.Length < inputs || output.Length < outputs || pairs.Length < DenseLayout.Length(outputs, unchecked((inputs + 1) >> 1), inputs)
            || (scales.Length != 0 && scales.Length < outputs) || (bias.Length != 0 && bias.Length < outputs))
        {
            Throw();
        }
    }

    private static void Throw() => throw new ArgumentException("A span is shorter than the layer's sizes need.");

    private static void Check(
        ReadOnlySpan<float> input, ReadOnlySpan<byte> indices, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, Span<float> output, int inputs, int outputs)
    {
        long panels = ((long)outputs + PanelWidth - 1) / PanelWidth;
        if (inputs < 0 || outputs < 0 || input.Length < inputs || output.Length < outputs || indices.Length < panels * PanelWidth * inputs
            || (scales.Length != 0 && scales.Length < outputs) || (bias.Length != 0 && bias.Length < outputs))
        {
            Throw();
        }
    }

    /// <summary>Scales, bias and activation over the sums, in place.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Finish<TActivation>(Span<float> output, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            ref float y = ref MemoryMarshal.GetReference(output);
            ref float s = ref MemoryMarshal.GetReference(scales);
            ref float b = ref MemoryMarshal.GetReference(bias);
            int lanes = Vector<float>.Count;
            for (int m = 0; m < outputs; m += lanes)
            {
                int count = Math.Min(lanes, outputs - m);
                bool whole = count == lanes;
                Vector<float> sum = whole ? Simd.Load(ref y, m) : Simd.LoadLanes(ref Unsafe.Add(ref y, m), 0, count);
                Vector<float> shift = bias.IsEmpty ? Vector<float>.Zero : whole ? Simd.Load(ref b, m) : Simd.LoadLanes(ref Unsafe.Add(ref b, m), 0, count);
                if (scales.IsEmpty)
                {
                    sum += shift;
                }
                else
                {
                    sum = Simd.MultiplyAdd(sum, whole ? Simd.Load(ref s, m) : Simd.LoadLanes(ref Unsafe.Add(ref s, m), 0, count), shift);
                }

                sum = activation.Apply(sum);
                if (whole)
                {
                    Simd.Store(sum, ref y, m);
                }
                else
                {
                    Simd.StoreLanes(sum, ref Unsafe.Add(ref y, m), 0, count);
                }
            }
        }
    }
}
