#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>QuantizeLinear, DequantizeLinear and what stands between them, element by element in float32 as ONNX defines it; 8-bit integers are <c>byte</c> or <c>sbyte</c>.</summary>
public static class QuantizedElements
{
    /// <summary>QuantizeLinear: rounds x ÷ scale, ties to even, and adds the zero point.</summary>
    /// <param name="x">The floats.</param>
    /// <param name="y">The integers, as many.</param>
    /// <param name="scale">The size of a step.</param>
    /// <param name="zeroPoint">The integer that stands for 0.</param>
    public static void Quantize<T>(ReadOnlySpan<float> x, Span<T> y, float scale, int zeroPoint)
        where T : struct
    {
        int length = x.Length;
        var range = new ByteRange(typeof(T) == typeof(sbyte), zeroPoint);
        ref float from = ref MemoryMarshal.GetReference(x);
        ref byte to = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(y.Slice(0, length)));
        int i = 0;
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) i = Quantize<ByteLanes512>(ref from, ref to, i, length, scale, range);
        if (Avx2.IsSupported) i = Quantize<ByteLanes256>(ref from, ref to, i, length, scale, range);
        else if (Vector128.IsHardwareAccelerated) i = Quantize<ByteLanes128>(ref from, ref to, i, length, scale, range);
#endif
        Quantize<ScalarByteLanes>(ref from, ref to, i, length, scale, range);
    }

    /// <summary>The scale and zero point of DynamicQuantizeLinear: of the range of the values, 0 included, as <see cref="DynamicQuantization.Range"/> has them.</summary>
    /// <param name="x">The values.</param>
    /// <param name="scale">The range over 255.</param>
    /// <param name="zeroPoint">The byte that stands for 0.</param>
    public static void Range(ReadOnlySpan<float> x, out float scale, out byte zeroPoint)
    {
        Span<float> bounds = stackalloc float[2];
        Reduce.Run(x, bounds, 1, x.Length, 1, default(MinReduction));
        Reduce.Run(x, bounds.Slice(1), 1, x.Length, 1, default(MaxReduction));
        float lowest = bounds[0] > 0f ? 0f : bounds[0];
        float highest = bounds[1] < 0f ? 0f : bounds[1];
        scale = (highest - lowest) / 255f;
        zeroPoint = Saturate.ToUInt8(0f - (lowest / scale), 0);
    }

    /// <summary>DequantizeLinear: (x − zero point) × scale.</summary>
    /// <param name="x">The integers.</param>
    /// <param name="y">The floats, as many.</param>
    /// <param name="scale">The size of a step.</param>
    /// <param name="zeroPoint">The integer that stands for 0.</param>
    public static void Dequantize<T>(ReadOnlySpan<T> x, Span<float> y, float scale, int zeroPoint)
        where T : struct
    {
        int length = x.Length;
        bool isSigned = typeof(T) == typeof(sbyte);
        ref byte from = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(x));
        ref float to = ref MemoryMarshal.GetReference(y.Slice(0, length));
        int i = 0;
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) i = Dequantize<ByteLanes512>(ref from, ref to, i, length, isSigned, scale, zeroPoint);
        if (Avx2.IsSupported) i = Dequantize<ByteLanes256>(ref from, ref to, i, length, isSigned, scale, zeroPoint);
        else if (Vector128.IsHardwareAccelerated) i = Dequantize<ByteLanes128>(ref from, ref to, i, length, isSigned, scale, zeroPoint);
#endif
        Dequantize<ScalarByteLanes>(ref from, ref to, i, length, isSigned, scale, zeroPoint);
    }

    /// <summary>QuantizeLinear and DequantizeLinear with the same parameters: the nearest number that an integer of type T stands for.</summary>
    /// <param name="x">The floats.</param>
    /// <param name="y">The results, as many; may be the same memory.</param>
    /// <param name="scale">The size of a step.</param>
    /// <param name="zeroPoint">The integer that stands for 0.</param>
    public static void Snap<T>(ReadOnlySpan<float> x, Span<float> y, float scale, int zeroPoint)
        where T : struct
    {
        int length = x.Length;
        var range = new ByteRange(typeof(T) == typeof(sbyte), zeroPoint);
        ref float from = ref MemoryMarshal.GetReference(x);
        ref float to = ref MemoryMarshal.GetReference(y.Slice(0, length));
        int i = 0;
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) i = Snap<ByteLanes512>(ref from, ref to, i, length, scale, range);
        if (Avx2.IsSupported) i = Snap<ByteLanes256>(ref from, ref to, i, length, scale, range);
        else if (Vector128.IsHardwareAccelerated) i = Snap<ByteLanes128>(ref from, ref to, i, length, scale, range);
#endif
        Snap<ScalarByteLanes>(ref from, ref to, i, length, scale, range);
    }

    [MethodImpl(Simd.Hot)]
    internal static int Quantize<TLanes>(ref float x, ref byte y, int first, int length, float scale, ByteRange range)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default, step = o.Fill(scale), low = o.Fill(range.Low), high = o.Fill(range.High);
            int i = first;
            for (; i <= length - o.Count; i += o.Count) o.ToBytes(o.Clamp(o.Divide(o.FromFloats(ref x, i), step), low, high), range.ZeroPoint, ref y, i);
            return i;
        }
    }

    [MethodImpl(Simd.Hot)]
    internal static int Dequantize<TLanes>(ref byte x, ref float y, int first, int length, bool isSigned, float scale, int zeroPoint)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default, step = o.Fill(scale), zero = o.Fill(-zeroPoint);
            int i = first;
            for (; i <= length - o.Count; i += o.Count) o.ToFloats(o.Multiply(o.Add(o.FromBytes(ref x, i, isSigned), zero), step), ref y, i);
            return i;
        }
    }

    [MethodImpl(Simd.Hot)]
    internal static int Snap<TLanes>(ref float x, ref float y, int first, int length, float scale, ByteRange range)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default, step = o.Fill(scale), low = o.Fill(range.Low), high = o.Fill(range.High);
            int i = first;
            for (; i <= length - o.Count; i += o.Count) o.ToFloats(o.Multiply(o.Round(o.Clamp(o.Divide(o.FromFloats(ref x, i), step), low, high)), step), ref y, i);
            return i;
        }
    }
}
