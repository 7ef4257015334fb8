#nullable enable
using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>One function applied to every element of a tensor.</summary>
public static class Elementwise
{
    /// <summary>y[i] = activation(x[i]).</summary>
    /// <param name="input">x, any shape.</param>
    /// <param name="output">y: as many elements at least; may be the input itself, must not overlap it otherwise.</param>
    /// <param name="activation">The function.</param>
    /// <exception cref="ArgumentException"><paramref name="output"/> is shorter than <paramref name="input"/>.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Map<TActivation>(ReadOnlySpan<float> input, Span<float> output, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (output.Length < input.Length)
        {
            throw new ArgumentException("The output is shorter than the input.");
        }

        unchecked
        {
            ref float x = ref MemoryMarshal.GetReference(input);
            ref float y = ref MemoryMarshal.GetReference(output);
            int i = 0;
            for (; i <= input.Length - Vector<float>.Count; i += Vector<float>.Count)
            {
                Simd.Store(activation.Apply(Simd.Load(ref x, i)), ref y, i);
            }

            int left = input.Length - i;
            if (left > 0)
            {
                Simd.StoreLanes(activation.Apply(Simd.LoadLanes(ref Unsafe.Add(ref x, i), 0, left)), ref Unsafe.Add(ref y, i), 0, left);
            }
        }
    }
}
