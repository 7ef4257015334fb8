#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Quantisation to <c>byte</c> by the range of the values themselves, as ONNX's DynamicQuantizeLinear defines it.</summary>
public static class DynamicQuantization
{
    /// <summary>The scale and zero point that the range of the values, 0 included, asks for.</summary>
    /// <param name="x">The values.</param>
    /// <param name="scale">The range over 255.</param>
    /// <param name="zeroPoint">The byte that stands for 0.</param>
    public static void Range(ReadOnlySpan<float> x, out float scale, out byte zeroPoint)
    {
        float lowest = 0f, highest = 0f;
        for (int i = 0; i < x.Length; i++)
        {
            lowest = Math.Min(lowest, x[i]);
            highest = Math.Max(highest, x[i]);
        }

        scale = (highest - lowest) / 255f;
        zeroPoint = Saturate.ToUInt8(0f - (lowest / scale), 0);
    }

    /// <summary>Quantises values.</summary>
    /// <param name="x">The values.</param>
    /// <param name="y">The bytes; as many as values.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="zeroPoint">The byte that stands for 0.</param>
    public static void Quantize(ReadOnlySpan<float> x, Span<byte> y, float scale, byte zeroPoint)
    {
        Span<byte> to = y.Slice(0, x.Length);
        for (int i = 0; i < x.Length; i++) to[i] = Saturate.ToUInt8(x[i] / scale, zeroPoint);
    }
}
