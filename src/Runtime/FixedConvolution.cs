#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Small convolutions of floats whose channels lie side by side ([Height, Width, Channels]), each compiled for its own sizes: no tables, and every
/// distance is part of an instruction. output[p, m] = activation(bias[m] + Σ over taps t and channels c of weights[t, c, m] × input[tap(t, p), c]),
/// or weights[t, m] × input[tap(t, p), m] where each channel is filtered by itself. Padding counts as zeros.
/// </summary>
public static class FixedConvolution
{
    /// <summary>Output channels from which on the kernels serve: those of a vector of 256 bits.</summary>
    public const int LeastChannels = 8;

    /// <summary>Computes one convolution of one sample.</summary>
    /// <param name="input">[InHeight, InWidth, InChannels].</param>
    /// <param name="weights">[KernelHeight, KernelWidth, InChannels, OutChannels]; [KernelHeight, KernelWidth, OutChannels] where each channel is filtered by itself.</param>
    /// <param name="bias">[OutChannels].</param>
    /// <param name="output">[OutHeight, OutWidth, OutChannels]; must not overlap the input.</param>
    /// <param name="workspace">CopyHeight × CopyWidth × InChannels floats where the input is copied; contents are lost.</param>
    /// <param name="shape">All sizes; OutChannels is at least <see cref="LeastChannels"/>.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run<TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        TShape shape, TActivation activation)
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
#if NET8_0_OR_GREATER
        if (RuntimeFeature.IsDynamicCodeCompiled && FirstCalls<TShape>.Count < FirstCalls.Limit)
        {
            if (!FirstCalls.AreSkipped)
            {
                FirstCalls<TShape>.Count++;
                RunSizes(input, weights, bias, output, workspace, shape.Sizes, activation);
                return;
            }

            FirstCalls<TShape>.Count = FirstCalls.Limit;
        }
#endif
        RunFixed(input, weights, bias, output, workspace, shape, activation);
    }

#if NET8_0_OR_GREATER
    /// <summary>The same for sizes that are values: the same operations in the same order, so the same bits.</summary>
    internal static void RunSizes<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        in FixedSizes sizes, TActivation activation)
        where TActivation : struct, IActivation
    {
        RunFixed(input, weights, bias, output, workspace, sizes, default(Identity));
        if (typeof(TActivation) == typeof(Identity)) return;
        Span<float> computed = output.Slice(0, sizes.OutHeight * sizes.OutWidth * sizes.OutChannels);
        Elementwise.Map(computed, computed, activation);
    }
#endif

    /// <summary>The same for sizes of either kind.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunFixed<TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        TShape shape, TActivation activation)
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        int depth = shape.IsDepthwise ? 1 : shape.InChannels;
        int outLength = shape.OutHeight * shape.OutWidth * shape.OutChannels;
        if (input.Length < shape.InHeight * shape.InWidth * shape.InChannels || output.Length < outLength
            || weights.Length < shape.KernelHeight * shape.KernelWidth * depth * shape.OutChannels
            || bias.Length < shape.OutChannels || (shape.IsCopied && workspace.Length < shape.CopyHeight * shape.CopyWidth * shape.InChannels))
        {
            throw new ArgumentException("A span is shorter than the convolution needs.");
        }

#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && shape.OutChannels >= 16)
        {
            RunLanes<Lanes512, TShape, TActivation>(input, weights, bias, output, workspace, shape, activation);
        }
        else
#endif
        {
            RunNarrow(input, weights, bias, output, workspace, shape, activation);
        }

        if (!Bounds.Suffice<TActivation>())
        {
            Elementwise.Map(output.Slice(0, outLength), output.Slice(0, outLength), activation);
        }
    }

    /// <summary>For narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    private static void RunNarrow<TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        TShape shape, TActivation activation)
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        if (shape.OutChannels < default(VectorLanes).Count)
        {
            FixedScalar.Run(input, weights, bias, output, shape, activation);
            return;
        }

        RunLanes<VectorLanes, TShape, TActivation>(input, weights, bias, output, workspace, shape, activation);
    }

    /// <summary>Whether the sizes are values; a constant when a method is compiled.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AreValues<TShape>() =>
#if NET8_0_OR_GREATER
        typeof(TShape) == typeof(FixedSizes);
#else
        false;
#endif

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunLanes<TLanes, TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        TShape s, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        unchecked
        {
            if (s.IsCopied)
            {
                FixedInput.Copy(ref MemoryMarshal.GetReference(input), workspace, s);
            }

            ref float x = ref MemoryMarshal.GetReference(s.IsCopied ? workspace : input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float b = ref MemoryMarshal.GetReference(bias);
            ref float y = ref MemoryMarshal.GetReference(output);
            int channels = s.OutChannels;
            int lanes = default(TLanes).Count;

            // The last vectors may compute some channels once more: nothing is added to the output, so that does no harm.
            int channel = 0;
            for (; !AreValues<TShape>() && !s.IsDepthwise && channel + lanes < channels; channel += 2 * lanes)
            {
                nint at = Math.Min(channel, Math.Max(channels - (2 * lanes), 0));
                FixedPairs.Run<TLanes, TShape, TActivation>(
                    ref x, ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref Unsafe.Add(ref y, at), s, activation);
            }

            for (; channel < channels; channel += lanes)
            {
                nint at = Math.Min(channel, channels - lanes);
                FixedSingles.Run<TLanes, TShape, TActivation>(
                    ref Unsafe.Add(ref x, s.IsDepthwise ? at : 0), ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref Unsafe.Add(ref y, at), s, activation);
            }
        }
    }
}
