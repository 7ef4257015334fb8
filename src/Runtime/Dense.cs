#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// A fully connected layer for one sample: y[m] = activation(bias[m] + Σ over k of weights[m, k] × x[k]).
/// <see cref="Run{TActivation}"/> reads weights packed in blocks, one stream of memory, and serves any size;
/// <see cref="RunPanels{TActivation}"/> reads what <see cref="Gemm"/> packs; <see cref="RunRows{TActivation}"/> reads the
/// rows as ONNX stores them (transB = 1) and is better below <see cref="RowsLimit"/> outputs, where packing would mostly
/// store zeros.
/// </summary>
public static class Dense
{
    /// <summary>Outputs in a panel of packed weights.</summary>
    public const int PanelWidth = 16;

    /// <summary>Outputs in a block of packed weights: four panels side by side.</summary>
    public const int BlockWidth = 64;

    /// <summary>Below this many outputs <see cref="RunRows{TActivation}"/> is the better kernel.</summary>
    public const int RowsLimit = 8;

    /// <summary>Computes the layer from weights in blocks. Each output adds up to eight partial sums.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">
    /// Packed [⌈outputs / 64⌉][inputs][64]; the last block is only as wide as its outputs need, in multiples of 16. Lanes beyond the
    /// last output are zero. One to four outputs beyond a multiple of 16 follow as rows, [inputs] each.
    /// </param>
    /// <param name="bias">[outputs], or empty for none. It may be longer: what follows is not used, but spares a slower end.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Packed(input, weights, bias, output, inputs, outputs, inBlocks: true, activation);
    }

    /// <summary>
    /// The same as <see cref="Run{TActivation}"/>, but reads only the weights of inputs that are not zero, where half of them are: for
    /// layers behind a Relu, whose time is that of reading weights. The sums then differ from those of <see cref="Run{TActivation}"/> by rounding.
    /// </summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">Packed as for <see cref="Run{TActivation}"/>. Those of zeros count as finite: 0 × ∞ is left out.</param>
    /// <param name="bias">[outputs], or empty for none. It may be longer: what follows is not used, but spares a slower end.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunSparse<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, weights.Length, bias, output, inputs, outputs, DenseLayout.Lanes(outputs) + DenseLayout.Rows(outputs));
        if (!SparseInput.HasZeros(input, inputs, eighths: 4))
        {
            Run(input, weights, bias, output, inputs, outputs, activation);
            return;
        }

        DenseEnd end = new(default, bias, Least<TActivation>());
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            SparseDense.Run<Lanes512>(input, weights, output, inputs, outputs, end);
        }
        else
#endif
        {
            SparseDense.RunNarrow(input, weights, output, inputs, outputs, end);
        }

        Activate(output, outputs, activation);
    }

    /// <summary>Computes the layer from weights in panels, as <see cref="Gemm.Pack"/> makes them.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">Packed [⌈outputs / 16⌉][inputs][16]; lanes beyond the last output are zero.</param>
    /// <param name="bias">[outputs], or empty for none. It may be longer.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunPanels<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Packed(input, weights, bias, output, inputs, outputs, inBlocks: false, activation);
    }

    /// <summary>Computes the layer from unpacked rows, one dot product an output.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="bias">[outputs], or empty for none.</param>
    /// <param name="output">y: [outputs]; must not overlap the input.</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="outputs">Length of y.</param>
    /// <param name="activation">Applied to every output.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    [MethodImpl(Simd.Hot)]
    public static void RunRows<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, weights.Length, bias, output, inputs, outputs, outputs);
        DenseEnd end = new(default, bias, Least<TActivation>());
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && inputs >= 16)
        {
            DenseRows.Run<Lanes512>(input, weights, output, inputs, outputs, end);
        }
        else
#endif
        {
            DenseRows.RunNarrow(input, weights, output, inputs, outputs, end);
        }

        Activate(output, outputs, activation);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Check(ReadOnlySpan<float> input, int weights, ReadOnlySpan<float> bias, Span<float> output, int inputs, int outputs, int width)
    {
        if (inputs < 0 || outputs < 0 || input.Length < inputs || output.Length < outputs || weights < (long)width * inputs
            || (bias.Length != 0 && bias.Length < outputs))
        {
            Throw();
        }
    }

    private static void Throw() => throw new ArgumentException("A span is shorter than the layer's sizes need.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Packed<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output,
        int inputs, int outputs, bool inBlocks, TActivation activation)
        where TActivation : struct, IActivation
    {
        Check(input, weights.Length, bias, output, inputs, outputs, inBlocks ? DenseLayout.Lanes(outputs) + DenseLayout.Rows(outputs) : (outputs + PanelWidth - 1) / PanelWidth * PanelWidth);
        DenseEnd end = new(default, bias, Least<TActivation>());
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            DenseTile.Run<Lanes512, FloatWeights<Lanes512>>(input, weights, output, inputs, outputs, inBlocks, end);
        }
        else
#endif
        {
            DenseTile.RunNarrow<FloatWeights<VectorLanes>>(input, weights, output, inputs, outputs, inBlocks, end);
        }

        Activate(output, outputs, activation);
    }

    /// <summary>The lower bound that the kernel itself can set: all that Relu is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Least<TActivation>()
        where TActivation : struct, IActivation => typeof(TActivation) == typeof(Relu) ? 0f : float.NegativeInfinity;

    /// <summary>Applies an activation that is no lower bound.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Activate<TActivation>(Span<float> output, int outputs, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (typeof(TActivation) != typeof(Relu) && typeof(TActivation) != typeof(Identity))
        {
            Elementwise.Map(output.Slice(0, outputs), output, activation);
        }
    }
}
