#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif

namespace RedGen.Runtime;

/// <summary>One function applied to every element of a tensor.</summary>
public static class Elementwise
{
    /// <summary>y[i] = activation(x[i]).</summary>
    /// <param name="input">x, any shape.</param>
    /// <param name="output">y: as many elements at least; may be the input itself, must not overlap it otherwise.</param>
    /// <param name="activation">The function.</param>
    /// <exception cref="ArgumentException"><paramref name="output"/> is shorter than <paramref name="input"/>.</exception>
    public static void Map<TActivation>(ReadOnlySpan<float> input, Span<float> output, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (output.Length < input.Length)
        {
            throw new ArgumentException("The output is shorter than the input.");
        }

        ref float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && input.Length >= Vector512<float>.Count)
        {
            Map<Lanes512, TActivation>(ref x, ref y, input.Length, activation);
            return;
        }
#endif
        Map<VectorLanes, TActivation>(ref x, ref y, input.Length, activation);
    }

    [MethodImpl(Simd.Hot)]
    private static void Map<TLanes, TActivation>(ref float x, ref float y, int length, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TLanes v = default;
            int end = length - v.Count;
            if (end < 0)
            {
                if (length > 0) Few<TLanes, TActivation>(ref x, ref y, length, activation);
                return;
            }

            // The last vector may overlap the one before it. As y may be x, each is read before the one before it is written.
            TLanes value = v.Load(ref x, 0);
            for (int i = 0; ;)
            {
                int next = Math.Min(i + v.Count, end);
                TLanes ahead = v.Load(ref x, next);
                v.Store(activation.Apply(value), ref y, i);
                if (i == end) return;
                value = ahead;
                i = next;
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Few<TLanes, TActivation>(ref float x, ref float y, int length, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        TLanes v = default;
        v.StoreUpTo(activation.Apply(v.LoadUpTo(ref x, 0, length)), ref y, 0, length);
    }
}
