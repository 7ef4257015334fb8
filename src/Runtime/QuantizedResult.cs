#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif

namespace RedGen.Runtime;

/// <summary>What becomes of the sums of a quantised product before they are written.</summary>
public readonly ref struct QuantizedResult
{
    /// <summary>Steps of a bias beyond which floats decide nothing.</summary>
    private const float LargestBias = 65536f;

    /// <summary>What floats err by on the way to steps, as a share of the result and the bias: five roundings.</summary>
    private const float FloatError = 5f / (1 << 24);

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

    /// <summary>Whether results are integers of 8 bits.</summary>
    internal bool IsRounded => _form is Form.Scaled or Form.Dequantized;

    /// <summary>What rounds sums whose distance from a tie is known.</summary>
    internal QuantizedRounding Rounding(float tie) => new(_zeroPoint, _lowest, _highest, tie);

    /// <summary>The constants of a block of channels, for sums of so many products.</summary>
    [MethodImpl(Simd.Hot)]
    internal QuantizedScales Scales(Span<int> workspace, int channel, int count, int taps, in QuantizedWindow window, out float tie)
    {
        var scales = new QuantizedScales(workspace, channel, count);
        window.Correct(scales.Corrections);
        scales.Corrections.CopyTo(scales.Addends);
        tie = float.MaxValue;
        switch (_form)
        {
            case Form.Scaled:
                long largest = 0;
                for (int i = 0; i < count; i++)
                {
                    long addend = (long)scales.Corrections[i] + IntegerBias(channel + i);
                    largest = Math.Max(largest, Math.Abs(addend));
                    scales.Addends[i] = unchecked((int)addend);
                    scales.Factors[i] = _scales[_scales.Length == 1 ? 0 : channel + i];
                }

                // Where a sum may not fit, every element takes the long way.
                if ((taps * 65025L) + largest > int.MaxValue) tie = -1f;
                break;
            case Form.Dequantized:
                float bias = scales.Set((double)_inputScale / _scale, _scales.Length == 1 ? _scales : _scales.Slice(channel), 1d / _scale, _bias.IsEmpty ? _bias : _bias.Slice(channel));

                // Floats are off by some 2^-24 of what they are: the product, which is no larger than the result and the bias, its factors, the bias and the sum.
                tie = bias < LargestBias ? 0.5f - _margin - ((256f + bias) * FloatError) : -1f;
                break;
            default: break;
        }

        return scales;
    }

    /// <summary>Writes the results of a block of channels of some places.</summary>
    /// <param name="sums">The sums, a block for each place.</param>
    /// <param name="places">The places.</param>
    /// <param name="scales">The constants of the block.</param>
    /// <param name="tie">The distance from an integer above which floats do not decide.</param>
    /// <param name="window">What the sums were made of.</param>
    /// <param name="output">Where they go, as bytes.</param>
    /// <param name="start">The element of the first place and channel.</param>
    /// <param name="stride">Elements from place to place.</param>
    [MethodImpl(Simd.Hot)]
    internal void Write(ReadOnlySpan<int> sums, int places, in QuantizedScales scales, float tie, in QuantizedWindow window, Span<byte> output, int start, int stride)
    {
        switch (_form)
        {
            case Form.Sums: WriteSums(sums, places, scales, MemoryMarshal.Cast<byte, int>(output), start, stride); break;
            case Form.Real: WriteReals(sums, places, scales, MemoryMarshal.Cast<byte, float>(output), start, stride); break;
            default:
                QuantizedRounding rounding = Rounding(tie);
                for (int place = 0; place < places;)
                {
                    place = rounding.Write(sums, place, places, scales, output.Slice(start), stride, out uint open);
                    if (open != 0) Decide(sums, unchecked(place - 1), open, scales, window, output, unchecked(start + ((place - 1) * stride)));
                }

                break;
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>Computes what floats do not decide of places that are written already.</summary>
    [MethodImpl(Simd.Hot)]
    internal void Decide(
        ReadOnlySpan<int> sums, int places, in QuantizedSteps512 steps, in QuantizedScales scales, in QuantizedWindow window, Span<byte> output, int start, int stride)
    {
        unchecked
        {
            for (int place = 0; place < places; place++)
            {
                steps.Of(ref MemoryMarshal.GetReference(sums.Slice(place * QuantizedTile.Block, QuantizedTile.Block)), out Vector512<float> distance);
                uint open = (uint)Vector512.GreaterThan(distance, steps.Tie).ExtractMostSignificantBits();
                if (open != 0) Decide(sums, place, open, scales, window, output, start + (place * stride));
            }
        }
    }
#endif

    [MethodImpl(Simd.Hot)]
    private static void WriteSums(ReadOnlySpan<int> sums, int places, in QuantizedScales scales, Span<int> output, int start, int stride)
    {
        unchecked
        {
            for (int i = 0; i < places; i++)
            {
                ReadOnlySpan<int> from = sums.Slice(i * QuantizedTile.Block, scales.Count);
                Span<int> to = output.Slice(start + (i * stride), from.Length);
                for (int c = 0; c < from.Length; c++) to[c] = from[c] + scales.Corrections[c];
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void WriteReals(ReadOnlySpan<int> sums, int places, in QuantizedScales scales, Span<float> output, int start, int stride)
    {
        unchecked
        {
            for (int c = 0; c < scales.Count; c++)
            {
                // The product of two floats is exact in a double.
                double factor = (double)_inputScale * _scales[_scales.Length == 1 ? 0 : scales.Channel + c];
                double bias = _bias.IsEmpty ? 0d : _bias[scales.Channel + c];
                for (int i = 0; i < places; i++) output[start + (i * stride) + c] = (float)(((sums[(i * QuantizedTile.Block) + c] + scales.Corrections[c]) * factor) + bias);
            }
        }
    }

    /// <summary>Computes the elements of a place in doubles that floats do not decide, and from the dequantised operands what doubles do not.</summary>
    [MethodImpl(Simd.Hot)]
    private void Decide(ReadOnlySpan<int> sums, int place, uint open, in QuantizedScales scales, in QuantizedWindow window, Span<byte> output, int start)
    {
        for (int lane = 0; open != 0; lane++, open >>= 1)
        {
            if ((open & 1) == 0) continue;
            int sum = unchecked(sums[(place * QuantizedTile.Block) + lane] + scales.Corrections[lane]);
            output[start + lane] = unchecked((byte)(_form == Form.Scaled ? Scaled(sum, scales, lane) : Dequantized(sum, place, lane, scales.Channel + lane, window)));
        }
    }

    private int Scaled(int sum, in QuantizedScales scales, int lane)
        => Saturate.Round(((long)sum + IntegerBias(scales.Channel + lane)) * scales.Factors[lane], _zeroPoint, _lowest, _highest);

    private int IntegerBias(int channel) => _integerBias.IsEmpty ? 0 : _integerBias[channel];

    private int Dequantized(int sum, int place, int lane, int channel, in QuantizedWindow window)
    {
        float scale = _scales[_scales.Length == 1 ? 0 : channel];
        double bias = _bias.IsEmpty ? 0d : _bias[channel];
        float steps = (float)(((sum * ((double)_inputScale * scale)) + bias) / _scale);
        int value = Saturate.Round(steps, _zeroPoint, _lowest, _highest);
        float low = _lowest - _zeroPoint, high = _highest - _zeroPoint;
        steps = steps > low ? steps < high ? steps : high : low;
        if (Math.Abs(steps - (value - _zeroPoint)) <= 0.5f - _margin) return value;
        double real = window.Sum(place, lane, _inputScale, scale, out double error);
        value = Quantized(real - error, channel);
        if (error > 0 && value != Quantized(real + error, channel)) value = Quantized(window.Sum(place, lane, _inputScale, scale), channel);
        return value;
    }

    /// <summary>What the graph makes of a sum.</summary>
    private int Quantized(double sum, int channel)
    {
        float bias = _bias.IsEmpty ? 0f : _bias[channel];
        float real = _addsBehind ? (float)sum + bias : (float)(sum + bias);
        return Saturate.Round(real / _scale, _zeroPoint, _lowest, _highest);
    }
}
