#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>What is left of a batch normalisation: output = activation(input × scale + shift), with a scale and a shift for each channel.</summary>
public static class ChannelScale
{
    /// <summary>Scales a tensor.</summary>
    /// <param name="input">[outer, channels, inner].</param>
    /// <param name="scale">[channels].</param>
    /// <param name="shift">[channels].</param>
    /// <param name="output">Of the input's shape; may be the input.</param>
    /// <param name="outer">Samples; pixels too where the channels lie last.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="inner">Elements of a channel that lie side by side.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> output,
        int outer, int channels, int inner, TActivation activation)
        where TActivation : struct, IActivation
    {
        int length = outer * channels * inner;
        if (input.Length < length || output.Length < length || scale.Length < channels || shift.Length < channels)
        {
            throw new ArgumentException("A span is shorter than the tensor's sizes need.");
        }

#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            Run<Lanes512, TActivation>(input, scale, shift, output, outer, channels, inner, activation);
            return;
        }
#endif
        Run<VectorLanes, TActivation>(input, scale, shift, output, outer, channels, inner, activation);
    }

    [MethodImpl(Simd.Hot)]
    private static void Run<TLanes, TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift, Span<float> output,
        int outer, int channels, int inner, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TLanes v = default;
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float y = ref MemoryMarshal.GetReference(output);
            ref float factors = ref MemoryMarshal.GetReference(scale);
            ref float terms = ref MemoryMarshal.GetReference(shift);
            if (inner == 1)
            {
                for (int o = 0; o < outer; o++)
                {
                    int c = 0;
                    for (; c <= channels - v.Count; c += v.Count)
                    {
                        v.Store(activation.Apply(v.MultiplyAdd(v.Load(ref x, c), v.Load(ref factors, c), v.Load(ref terms, c))), ref y, c);
                    }

                    int left = channels - c;
                    if (left > 0)
                    {
                        TLanes value = v.MultiplyAdd(v.LoadUpTo(ref x, c, left), v.LoadUpTo(ref factors, c, left), v.LoadUpTo(ref terms, c, left));
                        v.StoreUpTo(activation.Apply(value), ref y, c, left);
                    }

                    x = ref Unsafe.Add(ref x, channels);
                    y = ref Unsafe.Add(ref y, channels);
                }

                return;
            }

            for (int plane = 0; plane < outer * channels; plane++)
            {
                TLanes factor = v.Fill(scale[plane % channels]);
                TLanes term = v.Fill(shift[plane % channels]);
                for (int i = 0; i < inner; i += v.Count)
                {
                    TLanes value = v.MultiplyAdd(v.LoadUpTo(ref x, i, inner - i), factor, term);
                    v.StoreUpTo(activation.Apply(value), ref y, i, inner - i);
                }

                x = ref Unsafe.Add(ref x, inner);
                y = ref Unsafe.Add(ref y, inner);
            }
        }
    }
}
