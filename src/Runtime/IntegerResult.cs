#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// What a microcontroller makes of the sums of a quantised layer (RedGenProfile=Micro). Inputs are signed, their zero point is part of one addend a channel. Scaled sums are rounded
/// in float32; where one lies so near to a tie that the roundings of the graph's own floats could decide it, it is added up again as the graph does.
/// </summary>
public readonly ref struct IntegerResult
{
    /// <summary>Channels whose sums are there at once.</summary>
    private const int Block = 16;

    private readonly Form _form;
    private readonly ReadOnlySpan<int> _addends;
    private readonly ReadOnlySpan<float> _scales;
    private readonly ReadOnlySpan<float> _bias;
    private readonly float _inputScale;
    private readonly int _inputZero;
    private readonly int _weightZero;
    private readonly float _scale;
    private readonly float _factor;
    private readonly float _share;
    private readonly int _zeroPoint;
    private readonly int _lowest;
    private readonly int _highest;
    private readonly float _tie;
    private readonly bool _addsBehind;

    private IntegerResult(
        Form form, ReadOnlySpan<int> addends, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float inputScale, int inputZero, int weightZero, float scale, int zeroPoint,
        int lowest, int highest, float tie, bool addsBehind)
    {
        _form = form;
        _addends = addends;
        _scales = scales;
        _bias = bias;
        _inputScale = inputScale;
        _inputZero = inputZero;
        _weightZero = weightZero;
        _scale = scale;
        _factor = inputScale / scale;
        _share = 1f / scale;
        _zeroPoint = zeroPoint;
        _lowest = lowest;
        _highest = highest;
        _tie = tie;
        _addsBehind = addsBehind;
    }

    private enum Form
    {
        Sums,
        Real,
        Scaled,
        Dequantized,
    }

    /// <summary>The sums as <c>int</c>, less an input's zero point that is known at run time only.</summary>
    /// <param name="weightSums">The sum of each channel's weights less their zero point.</param>
    /// <param name="inputZero">The zero point of the input as a signed integer.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    public static IntegerResult Sums(ReadOnlySpan<int> weightSums, int inputZero, int weightZero)
        => new IntegerResult(Form.Sums, weightSums, default, default, 1f, inputZero, weightZero, 1f, 0, 0, 0, 0f, false);

    /// <summary>The sums as real numbers: <c>float</c>.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="scales">The scales of the weights: one, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    public static IntegerResult Real(ReadOnlySpan<int> addends, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float inputScale, int weightZero)
        => new IntegerResult(Form.Real, addends, scales, bias, inputScale, 0, weightZero, 1f, 0, 0, 0, 0f, false);

    /// <summary>Sums times a factor, rounded: as ONNX's QLinearConv and QLinearMatMul compute.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="factors">One, or one a channel.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result.</param>
    /// <param name="highest">The high end of the result.</param>
    public static IntegerResult Scaled(ReadOnlySpan<int> addends, ReadOnlySpan<float> factors, int weightZero, int zeroPoint, int lowest, int highest)
        => new IntegerResult(Form.Scaled, addends, factors, default, 1f, 0, weightZero, 1f, zeroPoint, lowest, highest, 0f, false);

    /// <summary>What dequantising both operands, adding up and quantising the result gives.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="scales">The scales of the weights: one, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="inputZero">The zero point of the input.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    /// <param name="scale">The scale of the result.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result, an activation included.</param>
    /// <param name="highest">The high end of the result, an activation included.</param>
    /// <param name="tie">The distance from an integer above which the graph's own floats decide.</param>
    /// <param name="addsBehind">Whether the bias is added to the sum when that is rounded to float.</param>
    public static IntegerResult Dequantized(
        ReadOnlySpan<int> addends, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float inputScale, int inputZero, int weightZero, float scale, int zeroPoint, int lowest, int highest,
        float tie, bool addsBehind = false)
        => new IntegerResult(Form.Dequantized, addends, scales, bias, inputScale, inputZero, weightZero, scale, zeroPoint, lowest, highest, tie, addsBehind);

    /// <summary>Two places of a convolution, all outputs of a group.</summary>
    /// <param name="pairs">What the windows of both places cover, a pair for each tap.</param>
    /// <param name="weights">The weights of the group, two outputs side by side for each tap; with an odd number of outputs the last has zeros at its side.</param>
    /// <param name="sums">Memory for 34 sums.</param>
    /// <param name="channel">The group's first channel.</param>
    /// <param name="channels">Channels of the group.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first place and channel.</param>
    /// <param name="stride">Elements from channel to channel.</param>
    /// <param name="places">Places that are written, 1 or 2.</param>
    public void WritePlaces(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums, int channel, int channels, Span<byte> y, int at, int stride, int places)
    {
        unchecked
        {
            Span<int> inputs = sums.Slice(2 * Block, 2);
            if (_weightZero != 0) IntegerPairs.SumInputs(pairs, inputs);
            for (int c = 0; c < channels; c += Block)
            {
                int outputs = channels - c < Block ? channels - c : Block;
                ReadOnlySpan<sbyte> block = weights.Slice(c * pairs.Length, ((outputs + 1) & ~1) * pairs.Length);
                IntegerPairs.Sum(pairs, block, outputs, sums);
                if (_weightZero != 0)
                    for (int i = 0; i < 2 * outputs; i++) sums[i] -= _weightZero * inputs[i & 1];
                int r = 0, p = 0;
                while (!TryWrite(sums, 2, channel + c, outputs, places, y, at, stride, ref r, ref p))
                {
                    DecidePlace(pairs, p != 0, block.Slice(((r & ~1) * pairs.Length) + (r & 1)), channel + c + r, y, at + (r * stride) + p);
                    p++;
                }

                at += Block * stride;
            }
        }
    }

    /// <summary>A row of a depthwise convolution.</summary>
    /// <param name="sums">The sum of each place, zero points of the weights taken.</param>
    /// <param name="windows">What the first window covers; the others follow.</param>
    /// <param name="step">From one window to the next.</param>
    /// <param name="stride">From one element of a window to the next.</param>
    /// <param name="rowStride">From one row of a window to the next.</param>
    /// <param name="rows">Rows of a window.</param>
    /// <param name="weights">The weights of the channel.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first place.</param>
    public void WriteWindows(
        ReadOnlySpan<int> sums, ReadOnlySpan<sbyte> windows, int step, int stride, int rowStride, int rows, ReadOnlySpan<sbyte> weights, int channel, Span<byte> y, int at)
    {
        int r = 0, p = 0;
        while (!TryWrite(sums, sums.Length, channel, 1, sums.Length, y, at, 0, ref r, ref p))
        {
            DecideWindow(windows.Slice(p * step), stride, rowStride, rows, weights, channel, y, at + p);
            p++;
        }
    }

    /// <summary>A row of a product.</summary>
    /// <param name="x">The row of the left matrix.</param>
    /// <param name="weights">The weights, four outputs side by side for each input; at the end those that are left, with zeros at their side.</param>
    /// <param name="channels">The outputs.</param>
    /// <param name="sums">Memory for four sums.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first output.</param>
    public void WriteRow(ReadOnlySpan<sbyte> x, ReadOnlySpan<sbyte> weights, int channels, Span<int> sums, Span<byte> y, int at)
    {
        unchecked
        {
            int inputs = 0;
            if (_weightZero != 0)
                for (int k = 0; k < x.Length; k++) inputs += _weightZero * x[k];
            for (int c = 0; c < channels; c += 4)
            {
                ReadOnlySpan<sbyte> block = weights.Slice(c * x.Length, 4 * x.Length);
                IntegerRow.Sum(x, block, sums);
                for (int i = 0; i < 4; i++) sums[i] -= inputs;
                int r = 0, p = 0;
                while (!TryWrite(sums, 1, c, channels - c < 4 ? channels - c : 4, 1, y, at + c, 1, ref r, ref p))
                {
                    DecideRow(x, block.Slice(r), c + r, y, at + c + r);
                    p++;
                }
            }
        }
    }

    private float ScaleOf(int channel) => _scales[_scales.Length == 1 ? 0 : channel];

    /// <summary>What turns the sums of a channel into steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Constants(int channel, out int addend, out float factor, out float shift)
    {
        unchecked
        {
            addend = _form == Form.Sums ? -_inputZero * _addends[channel] : _addends[channel];
            factor = _scales.Length == 0 ? 1f : _factor * ScaleOf(channel);
            shift = _bias.Length == 0 ? 0f : _share * _bias[channel];
        }
    }

    /// <summary>Writes elements up to the first that the graph's own floats must decide; false where there is one.</summary>
    /// <param name="sums">The sums, a row a channel.</param>
    /// <param name="width">Sums of a row.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="places">Places of a channel.</param>
    /// <param name="y">The result.</param>
    /// <param name="at">The element of the first channel and place.</param>
    /// <param name="stride">Elements from channel to channel.</param>
    /// <param name="row">The row to begin with; that of the open element.</param>
    /// <param name="place">The place to begin with; that of the open element.</param>
    private bool TryWrite(ReadOnlySpan<int> sums, int width, int channel, int channels, int places, Span<byte> y, int at, int stride, ref int row, ref int place)
    {
        unchecked
        {
            int zero = _zeroPoint, lowest = _lowest, highest = _highest, p = place;
            float tie = _tie;
            for (int r = row; r < channels; r++, p = 0)
            {
                Constants(channel + r, out int addend, out float factor, out float shift);
                ReadOnlySpan<int> from = sums.Slice(r * width, places);
                if (_form != Form.Dequantized)
                {
                    WriteOther(from, addend, factor, shift, y, at + (r * stride));
                    continue;
                }

                Span<byte> to = y.Slice(at + (r * stride), places);
                for (; p < places; p++)
                {
                    float steps = ((from[p] + addend) * factor) + shift;
                    float near = MicroMath.Nearest(steps);
                    int value = (int)near + zero;
                    if (value < lowest) value = lowest;
                    else if (value > highest) value = highest;
                    else if (steps - near > tie || near - steps > tie)
                    {
                        // What is out of the range would be cut on either side of the tie.
                        row = r;
                        place = p;
                        return false;
                    }

                    to[p] = (byte)value;
                }
            }

            return true;
        }
    }

    private void WriteOther(ReadOnlySpan<int> sums, int addend, float factor, float shift, Span<byte> y, int at)
    {
        unchecked
        {
            for (int p = 0; p < sums.Length; p++)
            {
                int sum = sums[p] + addend;
                if (_form == Form.Sums) MemoryMarshal.Cast<byte, int>(y)[at + p] = sum;
                else if (_form == Form.Real) MemoryMarshal.Cast<byte, float>(y)[at + p] = (sum * factor) + shift;
                else y[at + p] = (byte)Saturate.Round(sum * factor, _zeroPoint, _lowest, _highest);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecidePlace(ReadOnlySpan<int> pairs, bool isSecond, ReadOnlySpan<sbyte> weights, int channel, Span<byte> y, int at)
    {
        DequantizedBytes w = DequantizedBytes.Of(weights, 2, 0, _weightZero, ScaleOf(channel));
        Decide(DequantizedBytes.OfPairs(pairs, isSecond, _inputZero, _inputScale), w, 1, pairs.Length, channel, y, at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecideWindow(ReadOnlySpan<sbyte> window, int stride, int rowStride, int rows, ReadOnlySpan<sbyte> weights, int channel, Span<byte> y, int at)
    {
        int columns = 0;
        for (int taps = weights.Length; taps > 0; taps -= rows) columns++;
        DequantizedBytes x = DequantizedBytes.Of(window, stride, rowStride, _inputZero, _inputScale);
        Decide(x, DequantizedBytes.Of(weights, 1, columns, _weightZero, ScaleOf(channel)), rows, columns, channel, y, at);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecideRow(ReadOnlySpan<sbyte> x, ReadOnlySpan<sbyte> weights, int channel, Span<byte> y, int at)
    {
        DequantizedBytes w = DequantizedBytes.Of(weights, 4, 0, _weightZero, ScaleOf(channel));
        Decide(DequantizedBytes.Of(x, 1, 0, _inputZero, _inputScale), w, 1, x.Length, channel, y, at);
    }

    /// <summary>Adds an element up as the graph does, and quantises it.</summary>
    private void Decide(in DequantizedBytes x, in DequantizedBytes weights, int rows, int columns, int channel, Span<byte> y, int at)
    {
        float bias = _bias.Length == 0 ? 0f : _bias[channel];
        float real = _addsBehind ? DequantizedSum.Of(x, weights, rows, columns, 0f) + bias : DequantizedSum.Of(x, weights, rows, columns, bias);
        y[at] = unchecked((byte)Saturate.Round(real / _scale, _zeroPoint, _lowest, _highest));
    }
}
