#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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

    /// <summary>The constants of a block of channels.</summary>
    internal QuantizedScales Scales(Span<int> workspace, int channel, int count)
    {
        var scales = new QuantizedScales(workspace, channel, count);
        for (int i = 0; i < count; i++)
        {
            float scale = _scales.IsEmpty ? 1f : _scales[_scales.Length == 1 ? 0 : channel + i];
            double bias = _bias.IsEmpty ? 0d : _bias[channel + i];
            // The product of two floats is exact in a double.
            scales.Factors[i] = _form == Form.Scaled ? 1d : (double)_inputScale * scale / _scale;
            scales.Biases[i] = _form == Form.Scaled ? (_integerBias.IsEmpty ? 0 : _integerBias[channel + i]) : bias / _scale;
            scales.Gains[i] = _form == Form.Scaled ? scale : 1f;
        }

        return scales;
    }

    /// <summary>Writes the results of a block of channels of some places.</summary>
    /// <param name="sums">The sums, a block for each place.</param>
    /// <param name="places">The places.</param>
    /// <param name="scales">The constants of the block.</param>
    /// <param name="window">What the sums were made of.</param>
    /// <param name="output">Where they go, as bytes.</param>
    /// <param name="start">The element of the first place and channel.</param>
    /// <param name="stride">Elements from place to place.</param>
    [MethodImpl(Simd.Hot)]
    internal void Write(ReadOnlySpan<int> sums, int places, in QuantizedScales scales, in QuantizedWindow window, Span<byte> output, int start, int stride)
    {
        switch (_form)
        {
            case Form.Sums: WriteSums(sums, places, scales.Count, MemoryMarshal.Cast<byte, int>(output), start, stride); break;
            case Form.Real: WriteReals(sums, places, scales, MemoryMarshal.Cast<byte, float>(output), start, stride); break;
            default:
                var rounding = new QuantizedRounding(_zeroPoint, _lowest, _highest, _form == Form.Scaled ? float.MaxValue : 0.5f - _margin);
                for (int place = 0; place < places;)
                {
                    place = rounding.Write(sums, place, places, scales, output.Slice(start), stride, out uint ties);
                    if (ties != 0) Break(unchecked(place - 1), ties, scales, window, output, unchecked(start + ((place - 1) * stride)));
                }

                break;
        }
    }

    private static void WriteSums(ReadOnlySpan<int> sums, int places, int count, Span<int> output, int start, int stride)
    {
        unchecked
        {
            for (int i = 0; i < places; i++) sums.Slice(i * QuantizedTile.Block, count).CopyTo(output.Slice(start + (i * stride)));
        }
    }

    private static void WriteReals(ReadOnlySpan<int> sums, int places, in QuantizedScales scales, Span<float> output, int start, int stride)
    {
        unchecked
        {
            for (int i = 0; i < places; i++)
            {
                ReadOnlySpan<int> from = sums.Slice(i * QuantizedTile.Block, scales.Count);
                Span<float> to = output.Slice(start + (i * stride), from.Length);
                for (int c = 0; c < from.Length; c++) to[c] = (float)((from[c] * scales.Factors[c]) + scales.Biases[c]);
            }
        }
    }

    /// <summary>Computes the elements of a place again that lie near a tie.</summary>
    private void Break(int place, uint ties, in QuantizedScales scales, in QuantizedWindow window, Span<byte> output, int start)
    {
        for (int lane = 0; lane < scales.Count; lane++)
        {
            if ((ties & (1u << lane)) == 0) continue;
            int channel = scales.Channel + lane;
            float scale = _scales[_scales.Length == 1 ? 0 : channel];
            double sum = window.Sum(place, lane, _inputScale, scale, out double error);
            int value = Quantized(sum - error, channel);
            if (error > 0 && value != Quantized(sum + error, channel)) value = Quantized(window.Sum(place, lane, _inputScale, scale), channel);
            output[start + lane] = unchecked((byte)value);
        }
    }

    /// <summary>What the graph makes of a sum.</summary>
    private int Quantized(double sum, int channel)
    {
        float bias = _bias.IsEmpty ? 0f : _bias[channel];
        float real = _addsBehind ? (float)sum + bias : (float)(sum + bias);
        return Saturate.Round(real / _scale, _zeroPoint, _lowest, _highest);
    }
}
