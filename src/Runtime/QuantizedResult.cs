#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>What becomes of the sums of a quantised product before they are written.</summary>
public readonly ref struct QuantizedResult
{
    private readonly Form _form;
    private readonly ReadOnlySpan<float> _scales;
    private readonly ReadOnlySpan<float> _bias;
    private readonly ReadOnlySpan<int> _integerBias;
    private readonly float _inputScale;
    private readonly float _scale;
    private readonly float _margin;
    private readonly int _zeroPoint;
    private readonly int _lowest;
    private readonly int _highest;
    private readonly bool _addsBehind;

    private QuantizedResult(
        Form form, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, ReadOnlySpan<int> integerBias,
        float inputScale, float scale, int zeroPoint, int lowest, int highest, float margin, bool addsBehind = false)
    {
        _form = form;
        _scales = scales;
        _bias = bias;
        _integerBias = integerBias;
        _inputScale = inputScale;
        _scale = scale;
        _zeroPoint = zeroPoint;
        _lowest = lowest;
        _highest = highest;
        _margin = margin;
        _addsBehind = addsBehind;
    }

    private enum Form
    {
        Sums,
        Scaled,
        Dequantized,
        Real,
    }

    /// <summary>The sums themselves, as <c>int</c>.</summary>
    public static QuantizedResult Sums => default;

    /// <summary>Sums plus a bias, times a factor, rounded: as ONNX's QLinearConv and QLinearMatMul compute.</summary>
    /// <param name="factors">One, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result.</param>
    /// <param name="highest">The high end of the result.</param>
    public static QuantizedResult Scaled(ReadOnlySpan<float> factors, ReadOnlySpan<int> bias, int zeroPoint, int lowest, int highest)
        => new(Form.Scaled, factors, default, bias, 1f, 1f, zeroPoint, lowest, highest, 0f);

    /// <summary>
    /// What dequantising both operands, adding up in real numbers and quantising the result gives: sums within <paramref name="margin"/> steps
    /// of a tie are added up again from the dequantised operands, so that a result does not depend on how the roundings of these fall.
    /// </summary>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="weightScales">The scales of the weights: one, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    /// <param name="scale">The scale of the result.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result, an activation included.</param>
    /// <param name="highest">The high end of the result, an activation included.</param>
    /// <param name="margin">A bound of what roundings of the dequantised operands can change, in steps of the result.</param>
    /// <param name="addsBehind">Whether the bias is added to the sum when that is rounded to float.</param>
    public static QuantizedResult Dequantized(
        float inputScale, ReadOnlySpan<float> weightScales, ReadOnlySpan<float> bias, float scale, int zeroPoint, int lowest, int highest, float margin,
        bool addsBehind = false)
        => new(Form.Dequantized, weightScales, bias, default, inputScale, scale, zeroPoint, lowest, highest, margin, addsBehind);

    /// <summary>The sums as real numbers: <c>float</c>.</summary>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="weightScales">The scales of the weights: one, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    public static QuantizedResult Real(float inputScale, ReadOnlySpan<float> weightScales, ReadOnlySpan<float> bias)
        => new(Form.Real, weightScales, bias, default, inputScale, 1f, 0, 0, 0, 0f);

    /// <summary>Writes the results of one channel.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="product">What the sums were made of.</param>
    /// <param name="output">Where they go.</param>
    /// <param name="start">The place of the first.</param>
    /// <param name="stride">From one to the next.</param>
    internal void Write<T>(ReadOnlySpan<int> sums, int channel, in QuantizedRows product, Span<T> output, int start, int stride)
        where T : struct
    {
        switch (_form)
        {
            case Form.Sums: WriteSums(sums, MemoryMarshal.Cast<T, int>(output), start, stride); break;
            case Form.Scaled: WriteScaled(sums, channel, MemoryMarshal.AsBytes(output), start, stride); break;
            case Form.Dequantized: WriteDequantized(sums, channel, product, MemoryMarshal.AsBytes(output), start, stride); break;
            default: WriteReals(sums, channel, MemoryMarshal.Cast<T, float>(output), start, stride); break;
        }
    }

    private static void WriteSums(ReadOnlySpan<int> sums, Span<int> output, int start, int stride)
    {
        for (int i = 0; i < sums.Length; i++) output[unchecked(start + (i * stride))] = sums[i];
    }

    private void WriteScaled(ReadOnlySpan<int> sums, int channel, Span<byte> output, int start, int stride)
    {
        float factor = _scales[_scales.Length == 1 ? 0 : channel];
        int bias = _integerBias.IsEmpty ? 0 : _integerBias[channel];
        for (int i = 0; i < sums.Length; i++)
        {
            float steps = ((long)sums[i] + bias) * factor;
            output[unchecked(start + (i * stride))] = unchecked((byte)Saturate.Round(steps, _zeroPoint, _lowest, _highest));
        }
    }

    private void WriteReals(ReadOnlySpan<int> sums, int channel, Span<float> output, int start, int stride)
    {
        double factor = Factor(channel);
        double bias = _bias.IsEmpty ? 0d : _bias[channel];
        for (int i = 0; i < sums.Length; i++) output[unchecked(start + (i * stride))] = (float)((sums[i] * factor) + bias);
    }

    [MethodImpl(Simd.Hot)]
    private void WriteDequantized(ReadOnlySpan<int> sums, int channel, in QuantizedRows product, Span<byte> output, int start, int stride)
    {
        double factor = Factor(channel);
        float behind = _addsBehind ? _bias[channel] : 0f;
        double bias = _bias.IsEmpty || _addsBehind ? 0d : _bias[channel];
        double tie = 0.5 - _margin;
#if NET8_0_OR_GREATER
        int done = 0;
#endif
        for (int i = 0; i < sums.Length; i++)
        {
#if NET8_0_OR_GREATER
            // Vectors until one of them holds what is near a tie; that one element by element.
            if (i == done && stride == 1 && Avx.IsSupported)
            {
                i = WriteVectors(sums, i, factor, bias, behind, output.Slice(start));
                done = i + 4;
                if (i == sums.Length) return;
            }
#endif
            float steps = ((float)((sums[i] * factor) + bias) + behind) / _scale;
            double rounded = Math.Round((double)steps);
            if (Math.Abs(steps - rounded) > tie)
            {
                steps = ((float)(product.Exact(i, _inputScale, _scales[_scales.Length == 1 ? 0 : channel]) + bias) + behind) / _scale;
                rounded = Math.Round((double)steps);
            }

            rounded += _zeroPoint;
            int value = rounded >= _highest ? _highest : rounded > _lowest ? unchecked((int)rounded) : _lowest;
            output[unchecked(start + (i * stride))] = unchecked((byte)value);
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>Writes vectors of results, up to one with an element near a tie; the elements done.</summary>
    [MethodImpl(Simd.Hot)]
    private int WriteVectors(ReadOnlySpan<int> sums, int first, double factor, double bias, float behind, Span<byte> output)
    {
        unchecked
        {
            Vector256<double> factors = Vector256.Create(factor), biases = Vector256.Create(bias);
            Vector128<float> scale = Vector128.Create(_scale), tie = Vector128.Create(0.5f - _margin), zero = Vector128.Create((float)_zeroPoint);
            Vector128<float> added = Vector128.Create(behind), lowest = Vector128.Create((float)_lowest), highest = Vector128.Create((float)_highest);
            ref int from = ref MemoryMarshal.GetReference(sums);
            ref byte to = ref MemoryMarshal.GetReference(output);
            int i = first;
            for (; i <= sums.Length - 4; i += 4)
            {
                Vector256<double> real = (Avx.ConvertToVector256Double(Vector128.LoadUnsafe(ref from, (nuint)i)) * factors) + biases;
                Vector128<float> steps = (Avx.ConvertToVector128Single(real) + added) / scale;
                Vector128<float> rounded = Sse41.RoundToNearestInteger(steps);
                if (Vector128.GreaterThanAny(Vector128.Abs(steps - rounded), tie)) return i;
                Vector128<int> value = Sse2.ConvertToVector128Int32(Sse.Min(Sse.Max(rounded + zero, lowest), highest));
                Vector128<short> narrow = Sse2.PackSignedSaturate(value, value);
                Vector128<byte> bytes = _highest > sbyte.MaxValue ? Sse2.PackUnsignedSaturate(narrow, narrow) : Sse2.PackSignedSaturate(narrow, narrow).AsByte();
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref to, i), bytes.AsInt32().ToScalar());
            }

            return i;
        }
    }
#endif

    /// <summary>The product of two floats is exact in a double.</summary>
    private double Factor(int channel) => (double)_inputScale * _scales[_scales.Length == 1 ? 0 : channel];
}
