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
    [MethodImpl(Simd.Hot)]
    public static void Run<TShape, TActivation>(
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

        if (shape.OutChannels < default(VectorLanes).Count)
        {
            FixedScalar<TShape>.Run(input, weights, bias, output, activation);
            return;
        }

#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && shape.OutChannels >= 16)
        {
            RunLanes<Lanes512, TShape, TActivation>(input, weights, bias, output, workspace, activation);
        }
        else
#endif
        {
            RunLanes<VectorLanes, TShape, TActivation>(input, weights, bias, output, workspace, activation);
        }

        if (!Bounds.Suffice<TActivation>())
        {
            Elementwise.Map(output.Slice(0, outLength), output.Slice(0, outLength), activation);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunLanes<TLanes, TShape, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, Span<float> output, Span<float> workspace,
        TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TShape : struct, IFixedConvolution
        where TActivation : struct, IActivation
    {
        unchecked
        {
            if (default(TShape).IsCopied)
            {
                FixedInput.Copy<TShape>(ref MemoryMarshal.GetReference(input), workspace);
            }

            ref float x = ref MemoryMarshal.GetReference(default(TShape).IsCopied ? workspace : input);
            ref float w = ref MemoryMarshal.GetReference(weights);
            ref float b = ref MemoryMarshal.GetReference(bias);
            ref float y = ref MemoryMarshal.GetReference(output);
            int channels = default(TShape).OutChannels;
            int lanes = default(TLanes).Count;

            // The last vectors may compute some channels once more: nothing is added to the output, so that does no harm.
            int channel = 0;
            for (; !default(TShape).IsDepthwise && channel + lanes < channels; channel += 2 * lanes)
            {
                nint at = Math.Min(channel, Math.Max(channels - (2 * lanes), 0));
                FixedPairs.Run<TLanes, TShape, TActivation>(
                    ref x, ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref Unsafe.Add(ref y, at), activation);
            }

            for (; channel < channels; channel += lanes)
            {
                nint at = Math.Min(channel, channels - lanes);
                FixedSingles.Run<TLanes, TShape, TActivation>(
                    ref Unsafe.Add(ref x, default(TShape).IsDepthwise ? at : 0), ref Unsafe.Add(ref w, at), ref Unsafe.Add(ref b, at), ref Unsafe.Add(ref y, at), activation);
            }
        }
    }
}
