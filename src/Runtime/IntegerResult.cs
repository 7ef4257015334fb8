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
    /// <summary>Where in the memory for sums those of the inputs lie.</summary>
    private const int Inputs = 8;

    /// <summary>A distance from an integer that no number has.</summary>
    private const float Never = 1f;

    private readonly Form _form;
    private readonly ReadOnlySpan<int> _addends;
    private readonly ReadOnlySpan<float> _scales;
    private readonly int _scaleStep;
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
        _scaleStep = scales.Length == 1 ? 0 : 1;
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
        // Squares are compared; less by more than they are rounded.
        _tie = tie * tie * 0.999999f;
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
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IntegerResult Sums(ReadOnlySpan<int> weightSums, int inputZero, int weightZero)
        => new IntegerResult(Form.Sums, weightSums, default, default, 1f, inputZero, weightZero, 1f, 0, 0, 0, 0f, false);

    /// <summary>The sums as real numbers: <c>float</c>.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="scales">The scales of the weights: one, or one a channel.</param>
    /// <param name="bias">One a channel, or empty.</param>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IntegerResult Real(ReadOnlySpan<int> addends, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float inputScale, int weightZero)
        => new IntegerResult(Form.Real, addends, scales, bias, inputScale, 0, weightZero, 1f, 0, 0, 0, 0f, false);

    /// <summary>Sums times a factor, rounded: as ONNX's QLinearConv and QLinearMatMul compute.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="factors">One, or one a channel.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result.</param>
    /// <param name="highest">The high end of the result.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IntegerResult Scaled(ReadOnlySpan<int> addends, ReadOnlySpan<float> factors, int weightZero, int zeroPoint, int lowest, int highest)
        => new IntegerResult(Form.Scaled, addends, factors, default, 1f, 0, weightZero, 1f, zeroPoint, lowest, highest, 0f, false);

    /// <summary>Sums times a factor, rounded, where no product is 2^22 or more.</summary>
    /// <param name="addends">Added to the sums, one a channel.</param>
    /// <param name="factors">One, or one a channel.</param>
    /// <param name="weightZero">What is taken from every weight.</param>
    /// <param name="zeroPoint">The zero point of the result.</param>
    /// <param name="lowest">The low end of the result.</param>
    /// <param name="highest">The high end of the result.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IntegerResult Rounded(ReadOnlySpan<int> addends, ReadOnlySpan<float> factors, int weightZero, int zeroPoint, int lowest, int highest)
        => new IntegerResult(Form.Dequantized, addends, factors, default, 1f, 0, weightZero, 1f, zeroPoint, lowest, highest, Never, false);

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
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IntegerResult Dequantized(
        ReadOnlySpan<int> addends, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float inputScale, int inputZero, int weightZero, float scale, int zeroPoint, int lowest, int highest,
        float tie, bool addsBehind = false)
        => new IntegerResult(Form.Dequantized, addends, scales, bias, inputScale, inputZero, weightZero, scale, zeroPoint, lowest, highest, tie, addsBehind);

    /// <summary>Two places of a convolution, all outputs of a group.</summary>
    /// <param name="pairs">What the windows of both places cover, a pair for each tap.</param>
    /// <param name="weights">The weights of the group, four outputs side by side for each tap; at the end those that are left, with zeros at their side.</param>
    /// <param name="sums">Memory for ten sums.</param>
    /// <param name="channel">The group's first channel.</param>
    /// <param name="channels">Channels of the group.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first place and channel.</param>
    /// <param name="stride">Elements from channel to channel.</param>
    /// <param name="places">Places that are written, 1 or 2.</param>
    public void WritePlaces(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums, int channel, int channels, Span<byte> y, int at, int stride, int places)
    {
        if (_weightZero != 0) IntegerPairs.SumInputs(pairs, sums.Slice(Inputs, 2));
        for (; channels > 0; channels -= 4)
        {
            if (places == 2) IntegerPairs.SumFour(pairs, weights, sums);
            else IntegerPairs.SumFirst(pairs, weights, sums);
            if (_weightZero != 0) TakeInputs(sums, 4);
            int outputs = channels < 4 ? channels : 4;
            int open = places == 2 && _form == Form.Dequantized ? WriteTwo(sums, channel, outputs, y, at, stride) : WriteSums(sums, 2, channel, outputs, places, y, at, stride, 0);
            if (open >= 0) DecidePlaces(open, pairs, weights, 4, sums, channel, outputs, y, at, stride, places);
            weights = weights.Slice(4 * pairs.Length);
            channel += 4;
            at += 4 * stride;
        }
    }

    /// <summary>Two places of a convolution, all outputs of a group, where blocks of four would have many zeros.</summary>
    /// <param name="pairs">What the windows of both places cover, a pair for each tap.</param>
    /// <param name="weights">The weights of the group, two outputs side by side for each tap; with an odd number of outputs the last has zeros at its side.</param>
    /// <param name="sums">Memory for ten sums.</param>
    /// <param name="channel">The group's first channel.</param>
    /// <param name="channels">Channels of the group.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first place and channel.</param>
    /// <param name="stride">Elements from channel to channel.</param>
    /// <param name="places">Places that are written, 1 or 2.</param>
    public void WriteFewPlaces(ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, Span<int> sums, int channel, int channels, Span<byte> y, int at, int stride, int places)
    {
        if (_weightZero != 0) IntegerPairs.SumInputs(pairs, sums.Slice(Inputs, 2));
        for (; channels > 0; channels -= 2)
        {
            IntegerPairs.SumTwo(pairs, weights, sums);
            if (_weightZero != 0) TakeInputs(sums, 2);
            int outputs = channels < 2 ? channels : 2;
            int open = places == 2 && _form == Form.Dequantized ? WriteTwo(sums, channel, outputs, y, at, stride) : WriteSums(sums, 2, channel, outputs, places, y, at, stride, 0);
            if (open >= 0) DecidePlaces(open, pairs, weights, 2, sums, channel, outputs, y, at, stride, places);
            weights = weights.Slice(2 * pairs.Length);
            channel += 2;
            at += 2 * stride;
        }
    }

    /// <summary>Writes an element of a depthwise convolution as the graph's own floats decide it, from rows that lie in a ring.</summary>
    /// <param name="x">The rows, integers as bytes.</param>
    /// <param name="isSigned">Whether they are signed.</param>
    /// <param name="from">The element of the window's first column in the first row of the ring.</param>
    /// <param name="row">The window's first row.</param>
    /// <param name="rows">Rows that the input has; others are the zero point.</param>
    /// <param name="ring">Rows that there is room for.</param>
    /// <param name="line">From one row to the next.</param>
    /// <param name="rowStep">Rows from one tap to the next.</param>
    /// <param name="columns">Columns of the window.</param>
    /// <param name="columnStep">From one tap to the next.</param>
    /// <param name="window">Memory for what the window covers.</param>
    /// <param name="weights">The weights of the channel.</param>
    /// <param name="channel">The channel.</param>
    /// <param name="y">The result as bytes.</param>
    /// <param name="at">The element.</param>
    public void WriteWindow(
        ReadOnlySpan<byte> x, bool isSigned, int from, int row, int rows, int ring, int line, int rowStep, int columns, int columnStep, Span<int> window,
        ReadOnlySpan<sbyte> weights, int channel, Span<byte> y, int at)
    {
        Span<sbyte> covered = MemoryMarshal.Cast<int, sbyte>(window).Slice(0, weights.Length);
        IntegerRow.Gather(x, isSigned, from, row, rows, ring, line, rowStep, columns, columnStep, _inputZero, covered);
        DecideWindow(covered, 1, 0, 1, weights, channel, y, at);
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
        for (int p = WriteSums(sums, sums.Length, channel, 1, sums.Length, y, at, 0, 0); p >= 0; p = WriteSums(sums, sums.Length, channel, 1, sums.Length, y, at, 0, p + 1))
            DecideWindow(windows.Slice(p * step), stride, rowStride, rows, weights, channel, y, at + p);
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
                int outputs = channels - c < 4 ? channels - c : 4;
                for (int r = WriteSums(sums, 1, c, outputs, 1, y, at + c, 1, 0); r >= 0; r = WriteSums(sums, 1, c, outputs, 1, y, at + c, 1, r + 1))
                    DecideRow(x, block.Slice(r), c + r, y, at + c + r);
            }
        }
    }

    private float ScaleOf(int channel) => _scales[channel * _scaleStep];

    /// <summary>Takes what the zero point of the weights adds to the sums of some outputs.</summary>
    private void TakeInputs(Span<int> sums, int outputs)
    {
        for (int i = 0; i < 2 * outputs; i++) sums[i] = unchecked(sums[i] - (_weightZero * sums[Inputs + (i & 1)]));
    }

    /// <summary>Has the graph's own floats decide an element of two places, and writes those behind it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecidePlaces(
        int open, ReadOnlySpan<int> pairs, ReadOnlySpan<sbyte> weights, int width, Span<int> sums, int channel, int channels, Span<byte> y, int at, int stride, int places)
    {
        for (int i = open; i >= 0; i = WriteSums(sums, 2, channel, channels, places, y, at, stride, i + 1))
            DecidePlace(pairs, (i & 1) != 0, weights.Slice(i >> 1), width, channel + (i >> 1), y, at + ((i >> 1) * stride) + (i & 1));
    }

    /// <summary>Writes sums, the zero points of the weights taken, up to the first that the graph's own floats must decide.</summary>
    /// <param name="sums">The sums, a row a channel.</param>
    /// <param name="width">Sums of a row.</param>
    /// <param name="channel">The first channel.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="places">Places of a channel.</param>
    /// <param name="y">The result, of any type, as bytes.</param>
    /// <param name="at">The element of the first channel and place.</param>
    /// <param name="stride">Elements from channel to channel.</param>
    /// <param name="from">The sum to begin with.</param>
    /// <returns>The sum to be decided, by <see cref="WriteWindow"/> for one; −1 where all are written.</returns>
    public int WriteSums(ReadOnlySpan<int> sums, int width, int channel, int channels, int places, Span<byte> y, int at, int stride, int from)
    {
        if (_form != Form.Dequantized)
        {
            WriteOthers(sums, width, channel, channels, places, y, at, stride);
            return -1;
        }

        unchecked
        {
            int zero = _zeroPoint, lowest = _lowest, highest = _highest, row = 0;
            float tie = _tie;
            for (; from >= width; from -= width, row += width, at += stride) channel++;
            for (int end = channels * width; row < end; row += width, at += stride, channel++)
            {
                int addend = _addends[channel];
                float factor = _factor * ScaleOf(channel), shift = _bias.Length == 0 ? 0f : _share * _bias[channel];
                ReadOnlySpan<int> own = sums.Slice(row, places);
                Span<byte> to = y.Slice(at, places);
                for (int p = from; p < places; p++)
                {
                    float steps = ((own[p] + addend) * factor) + shift;
                    float near = MicroMath.Nearest(steps), away = steps - near;
                    int value = (int)near + zero;
                    // What is out of the range would be cut on either side of the tie.
                    if (value < lowest) value = lowest;
                    else if (value > highest) value = highest;
                    else if (away * away > tie) return row + p;
                    to[p] = (byte)value;
                }

                from = 0;
            }

            return -1;
        }
    }

    /// <summary>The same for two places a channel.</summary>
    private int WriteTwo(ReadOnlySpan<int> sums, int channel, int channels, Span<byte> y, int at, int stride)
    {
        unchecked
        {
            int lowest = _lowest, highest = _highest;
            float tie = _tie;
            for (int row = 0; row < 2 * channels; row += 2, at += stride)
            {
                int addend = _addends[channel];
                float factor = _factor * _scales[channel * _scaleStep], shift = _bias.Length == 0 ? 0f : _share * _bias[channel];
                channel++;
                float steps = ((sums[row] + addend) * factor) + shift;
                float near = MicroMath.Nearest(steps), away = steps - near;
                int value = (int)near + _zeroPoint;
                if (value < lowest) value = lowest;
                else if (value > highest) value = highest;
                else if (away * away > tie) return row;
                y[at] = (byte)value;
                steps = ((sums[row + 1] + addend) * factor) + shift;
                near = MicroMath.Nearest(steps);
                away = steps - near;
                value = (int)near + _zeroPoint;
                if (value < lowest) value = lowest;
                else if (value > highest) value = highest;
                else if (away * away > tie) return row + 1;
                y[at + 1] = (byte)value;
            }

            return -1;
        }
    }

    private void WriteOthers(ReadOnlySpan<int> sums, int width, int channel, int channels, int places, Span<byte> y, int at, int stride)
    {
        unchecked
        {
            for (int row = 0; channels > 0; channels--, channel++, at += stride, row += width)
            {
                int addend = _form == Form.Sums ? -_inputZero * _addends[channel] : _addends[channel];
                float factor = _scales.Length == 0 ? 1f : _factor * ScaleOf(channel), shift = _bias.Length == 0 ? 0f : _share * _bias[channel];
                for (int p = 0; p < places; p++)
                {
                    int sum = sums[row + p] + addend;
                    if (_form == Form.Sums) MemoryMarshal.Cast<byte, int>(y)[at + p] = sum;
                    else if (_form == Form.Real) MemoryMarshal.Cast<byte, float>(y)[at + p] = (sum * factor) + shift;
                    else y[at + p] = (byte)Saturate.Round(sum * factor, _zeroPoint, _lowest, _highest);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void DecidePlace(ReadOnlySpan<int> pairs, bool isSecond, ReadOnlySpan<sbyte> weights, int width, int channel, Span<byte> y, int at)
    {
        DequantizedBytes w = DequantizedBytes.Of(weights, width, 0, _weightZero, ScaleOf(channel));
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
