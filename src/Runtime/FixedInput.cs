#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>The input of a convolution of constant sizes, between zeros.</summary>
internal static class FixedInput
{
    /// <summary>Copies one sample to [CopyHeight, CopyWidth, InChannels].</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Copy<TShape>(ref float input, Span<float> copy, TShape s)
        where TShape : struct, IFixedConvolution
    {
        unchecked
        {
            int pitch = s.CopyWidth * s.InChannels;
            int rows = Math.Min(s.InHeight, s.CopyHeight - s.CopyTop);
            int before = s.PadLeft * s.InChannels;
            int run = Math.Min(s.InWidth, s.CopyWidth - s.PadLeft) * s.InChannels;
            copy.Slice(0, s.CopyHeight * pitch).Clear();
            for (int row = 0; run > 0 && row < rows; row++)
            {
                // Of constant length: a few moves of vectors where it is short.
                Unsafe.CopyBlockUnaligned(
                    ref Unsafe.As<float, byte>(ref copy[((row + s.CopyTop) * pitch) + before]),
                    ref Unsafe.As<float, byte>(ref Unsafe.Add(ref input, row * s.InWidth * s.InChannels)),
                    (uint)run * sizeof(float));
            }
        }
    }
}
