#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Small poolings of one sample whose channels lie side by side, each compiled for its own sizes; results are those of <see cref="ChannelsLastPool"/>, averages but for the order of their sums.</summary>
public static class FixedPool
{
    /// <summary>The largest of each window's elements; NaN where there is one.</summary>
    /// <param name="input">[InHeight, InWidth, Channels].</param>
    /// <param name="output">[OutHeight, OutWidth, Channels]; must not overlap the input.</param>
    /// <param name="shape">All sizes; windows lie inside the input.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or windows leave the input.</exception>
    public static void Max<TShape>(ReadOnlySpan<float> input, Span<float> output, TShape shape)
        where TShape : struct, IFixedPool
    {
#if NET8_0_OR_GREATER
        if (RuntimeFeature.IsDynamicCodeCompiled && FirstCalls<TShape>.Count < FirstCalls.Limit)
        {
            if (!FirstCalls.AreSkipped)
            {
                FirstCalls<TShape>.Count++;
                Max(input, output, shape.Sizes);
                return;
            }

            FirstCalls<TShape>.Count = FirstCalls.Limit;
        }
#endif
        RunFixed(input, output, shape, default(LargestFold));
    }

    /// <summary>The average of each window's elements.</summary>
    /// <param name="input">[InHeight, InWidth, Channels].</param>
    /// <param name="output">[OutHeight, OutWidth, Channels]; must not overlap the input.</param>
    /// <param name="shape">All sizes; windows lie inside the input.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or windows leave the input.</exception>
    public static void Average<TShape>(ReadOnlySpan<float> input, Span<float> output, TShape shape)
        where TShape : struct, IFixedPool
    {
#if NET8_0_OR_GREATER
        if (RuntimeFeature.IsDynamicCodeCompiled && FirstCalls<TShape>.Count < FirstCalls.Limit)
        {
            if (!FirstCalls.AreSkipped)
            {
                FirstCalls<TShape>.Count++;
                Average(input, output, shape.Sizes);
                return;
            }

            FirstCalls<TShape>.Count = FirstCalls.Limit;
        }
#endif
        RunFixed(input, output, shape, new AverageFold(shape.KernelHeight * shape.KernelWidth));
    }

    /// <summary>The largest of each window's elements, with one kernel for all sizes: what a layer of a large network need not be compiled for.</summary>
    /// <param name="input">[InHeight, InWidth, Channels].</param>
    /// <param name="output">[OutHeight, OutWidth, Channels]; must not overlap the input.</param>
    /// <param name="sizes">All sizes; windows lie inside the input.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or windows leave the input.</exception>
    public static void Max(ReadOnlySpan<float> input, Span<float> output, FixedPoolSizes sizes) => RunFixed(input, output, sizes, default(LargestFold));

    /// <summary>The average of each window's elements, with one kernel for all sizes.</summary>
    /// <param name="input">[InHeight, InWidth, Channels].</param>
    /// <param name="output">[OutHeight, OutWidth, Channels]; must not overlap the input.</param>
    /// <param name="sizes">All sizes; windows lie inside the input.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need, or windows leave the input.</exception>
    public static void Average(ReadOnlySpan<float> input, Span<float> output, FixedPoolSizes sizes) =>
        RunFixed(input, output, sizes, new AverageFold(sizes.KernelHeight * sizes.KernelWidth));

    /// <summary>For sizes of either kind, constants or values.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void RunFixed<TShape, TFold>(ReadOnlySpan<float> input, Span<float> output, TShape shape, TFold fold)
        where TShape : struct, IFixedPool
        where TFold : struct, IPoolFold
    {
        if (input.Length < shape.InHeight * shape.InWidth * shape.Channels || output.Length < shape.OutHeight * shape.OutWidth * shape.Channels
            || ((shape.OutHeight - 1) * shape.StrideHeight) + shape.KernelHeight > shape.InHeight
            || ((shape.OutWidth - 1) * shape.StrideWidth) + shape.KernelWidth > shape.InWidth)
        {
            throw new ArgumentException("A span is shorter than the pooling needs, or windows leave the input.");
        }

        ref float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && shape.Channels >= 16)
        {
            Windows<Lanes512, TShape, TFold>(ref x, ref y, shape, fold);
            return;
        }
#endif
        Narrow(ref x, ref y, shape, fold);
    }

    /// <summary>For narrower vectors, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Narrow<TShape, TFold>(ref float x, ref float y, TShape shape, TFold fold)
        where TShape : struct, IFixedPool
        where TFold : struct, IPoolFold
    {
        if (shape.Channels >= default(VectorLanes).Count) Windows<VectorLanes, TShape, TFold>(ref x, ref y, shape, fold);
        else Scalars<TShape, TFold>(ref x, ref y, shape, fold);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Windows<TLanes, TShape, TFold>(ref float x, ref float y, TShape s, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TShape : struct, IFixedPool
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            int channels = s.Channels;
            for (int row = 0; row < s.OutHeight; row++)
            {
                for (int column = 0; column < s.OutWidth; column++)
                {
                    ref float from = ref Unsafe.Add(ref x, ((row * s.StrideHeight * s.InWidth) + (column * s.StrideWidth)) * channels);
                    for (int c = 0; c < channels; c += o.Count)
                    {
                        // The last vector moves back to end with the channels; what is computed twice is equal.
                        int channel = Math.Min(c, channels - o.Count);
                        TLanes folded = o.Fill(fold.Start);
                        for (int kh = 0; kh < s.KernelHeight; kh++)
                        {
                            for (int kw = 0; kw < s.KernelWidth; kw++)
                            {
                                folded = fold.Join(folded, o.Load(ref from, (((kh * s.InWidth) + kw) * channels) + channel));
                            }
                        }

                        o.Store(fold.End(folded), ref y, (((row * s.OutWidth) + column) * channels) + channel);
                    }
                }
            }
        }
    }

    /// <summary>Where a vector has more lanes than there are channels.</summary>
    private static void Scalars<TShape, TFold>(ref float x, ref float y, TShape s, TFold fold)
        where TShape : struct, IFixedPool
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            for (int i = 0; i < s.OutHeight * s.OutWidth * s.Channels; i++)
            {
                int window = i / s.Channels;
                int from = ((((window / s.OutWidth) * s.StrideHeight * s.InWidth) + (window % s.OutWidth * s.StrideWidth)) * s.Channels) + (i % s.Channels);
                float folded = fold.Start;
                for (int tap = 0; tap < s.KernelHeight * s.KernelWidth; tap++)
                {
                    folded = fold.Join(folded, Unsafe.Add(ref x, from + (((tap / s.KernelWidth * s.InWidth) + (tap % s.KernelWidth)) * s.Channels)));
                }

                Unsafe.Add(ref y, i) = fold.End(folded);
            }
        }
    }
}
