#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>A quantised convolution under way: its operands and its workspace.</summary>
internal readonly ref struct QuantizedPass
{
    private readonly ConvShape _shape;
    private readonly QuantizedBand _band;
    private readonly QuantizedResult _result;
    private readonly ReadOnlySpan<sbyte> _weights;
    private readonly Span<byte> _output;
    private readonly Span<int> _sums;
    private readonly Span<int> _scales;
    private readonly Span<int> _runs;
    private readonly Span<int> _places;
    private readonly Span<short> _input;
    private readonly int _weightZero;
    private readonly QuantizedInput _kind;

    /// <summary>Divides the workspace.</summary>
    [MethodImpl(Simd.Hot)]
    internal QuantizedPass(in ConvShape shape, ReadOnlySpan<sbyte> weights, int weightZero, Span<byte> output, Span<int> workspace, in QuantizedResult result, bool isSigned, int inputZero)
    {
        _shape = shape;
        bool isBytes = TakesBytes(shape, weightZero, result);
        _band = new QuantizedBand(shape, 0, isBytes);
        _result = result;
        _weights = weights;
        _weightZero = weightZero;
        _output = output;
        int at = QuantizedConvolution.Strip * QuantizedTile.Block;
        _sums = workspace.Slice(0, at);
        _scales = workspace.Slice(at, QuantizedScales.Length);
        at += QuantizedScales.Length;
        _runs = workspace.Slice(at, _band.RunCount + 1);
        at += _runs.Length;
        _places = workspace.Slice(at, (_band.OutRows * shape.OutWidth) + QuantizedTile.Places);
        _input = MemoryMarshal.Cast<int, short>(workspace.Slice(at + _places.Length));
        _kind = new QuantizedInput(isSigned, inputZero, isBytes);
        _band.Runs(shape, _runs);
        // The taps of depthwise layers come in pairs; the weight of one too many is zero.
        _runs[_band.RunCount] = _runs[_band.RunCount - 1];
    }

    /// <summary>Whether sums are taken of bytes: with enough places that correcting them for the zero point of the input is nothing.</summary>
    private static bool TakesBytes(in ConvShape shape, int weightZero, in QuantizedResult result)
    {
#if NET8_0_OR_GREATER
        if (!ByteDotLanes.IsSupported || weightZero != 0) return false;
        var band = new QuantizedBand(shape);
        return band.IsDepthwise ? result.IsRounded && QuantizedColumns.Serves(shape) : band.OutRows * shape.OutWidth >= QuantizedTile.Block;
#else
        return false;
#endif
    }

    /// <summary>Computes a sample.</summary>
    /// <param name="sample">Its input.</param>
    /// <param name="to">The place of the sample's first output element.</param>
    [MethodImpl(Simd.Hot)]
    internal void Sample(ReadOnlySpan<byte> sample, int to)
    {
        unchecked
        {
            int placed = 0;
            for (int depth = 0; depth < _shape.OutDepth; depth++)
            {
                for (int row = 0; row < _shape.OutHeight; row += _band.OutRows)
                {
                    int rows = Math.Min(_band.OutRows, _shape.OutHeight - row);
                    _band.Prepare(sample, _kind, MemoryMarshal.AsBytes(_input), _shape, depth, row);
                    if (rows != placed) _band.Places(_shape, rows, _places);
                    placed = rows;
                    int first = to + (((depth * _shape.OutHeight) + row) * _shape.OutWidth * _shape.OutChannels);
                    if (_band.IsDepthwise) Depthwise(rows * _shape.OutWidth, first);
                    else Dense(rows * _shape.OutWidth, first);
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void Dense(int places, int to)
    {
        unchecked
        {
            int outputs = _shape.OutChannels / _shape.Groups;
            int inputs = _shape.InChannels / _shape.Groups;
            int length = 4 * QuantizedConvolution.Steps(_shape, _band);
            int size = _band.RunCount * length * QuantizedTile.Block;
            ReadOnlySpan<int> runs = _runs.Slice(0, _band.RunCount);
            int block = 0;
            for (int group = 0; group < _shape.Groups; group++)
            {
                for (int m = 0; m < outputs; m += QuantizedTile.Block, block++)
                {
                    int channel = (group * outputs) + m;
                    int channels = Math.Min(QuantizedTile.Block, outputs - m);
                    ReadOnlySpan<short> input = _kind.IsBytes ? MemoryMarshal.Cast<byte, short>(MemoryMarshal.AsBytes(_input).Slice(group * inputs)) : _input.Slice(group * inputs);
                    ReadOnlySpan<sbyte> weights = _weights.Slice(block * size, size);
                    var window = new QuantizedWindow(input, _places, runs, _band.RunTaps, inputs, length, weights, _weightZero, isDepthwise: false, _kind);
                    QuantizedScales scales = _result.Scales(_scales, channel, channels, _shape.Taps, window, out float tie);
#if NET8_0_OR_GREATER
                    if (QuantizedDot.IsSupported && _kind.IsBytes && _result.IsRounded && channels == QuantizedTile.Block && places >= QuantizedDot.Places)
                    {
                        Rounded(places, runs, length, weights, scales, tie, window, to + channel);
                        continue;
                    }
#endif
                    for (int first = 0; first < places; first += QuantizedConvolution.Strip)
                    {
                        int count = Math.Min(QuantizedConvolution.Strip, places - first);
                        QuantizedSums.Dense(input, _places.Slice(first), count, runs, length, weights, channels, _weightZero, _kind.IsBytes, _sums);
                        _result.Write(_sums, count, scales, tie, window.From(first), _output, to + (first * _shape.OutChannels) + channel, _shape.OutChannels);
                    }
                }
            }
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>A block of outputs whose sums stay in registers where floats decide them.</summary>
    [MethodImpl(Simd.Hot)]
    private void Rounded(
        int count, ReadOnlySpan<int> runs, int length, ReadOnlySpan<sbyte> weights, in QuantizedScales scales, float tie, in QuantizedWindow window, int to)
    {
        unchecked
        {
            QuantizedSteps512 steps = _result.Rounding(tie).Steps(scales);
            int place = 0;
            while (true)
            {
                place = QuantizedDot.Write(
                    ref window.Bytes, _places.Slice(0, count), place, runs, length, weights, steps, _output.Slice(to), _shape.OutChannels, _sums);
                if (place == count) return;
                _result.Decide(_sums, QuantizedDot.Places, steps, scales, window.From(place), _output, to + (place * _shape.OutChannels), _shape.OutChannels);
                place += QuantizedDot.Places;
                if (place == count) return;
            }
        }
    }
#endif

    [MethodImpl(Simd.Hot)]
    private void Depthwise(int places, int to)
    {
        unchecked
        {
            ReadOnlySpan<int> taps = _runs.Slice(0, (_band.RunCount + 1) / 2 * 2);
            int size = taps.Length / 2 * QuantizedTile.DepthwiseStep;
            int block = 0;
            for (int channel = 0; channel < _shape.OutChannels; channel += QuantizedTile.Block, block++)
            {
                int channels = Math.Min(QuantizedTile.Block, _shape.OutChannels - channel);
                ReadOnlySpan<short> input = _kind.IsBytes ? MemoryMarshal.Cast<byte, short>(MemoryMarshal.AsBytes(_input).Slice(channel)) : _input.Slice(channel);
                ReadOnlySpan<sbyte> weights = _weights.Slice(block * size, size);
                var window = new QuantizedWindow(input, _places, _runs.Slice(0, _band.RunCount), 1, 1, 1, weights, _weightZero, isDepthwise: true, _kind);
                QuantizedScales scales = _result.Scales(_scales, channel, channels, _shape.Taps, window, out float tie);
#if NET8_0_OR_GREATER
                if (_kind.IsBytes)
                {
                    RoundedColumns(places, weights, scales, tie, window, to + channel);
                    continue;
                }
#endif
                for (int first = 0; first < places; first += QuantizedConvolution.Strip)
                {
                    int count = Math.Min(QuantizedConvolution.Strip, places - first);
                    QuantizedSums.Depthwise(input, _places.Slice(first), count, taps, weights, channels, _weightZero, _sums);
                    _result.Write(_sums, count, scales, tie, window.From(first), _output, to + (first * _shape.OutChannels) + channel, _shape.OutChannels);
                }
            }
        }
    }

#if NET8_0_OR_GREATER
    /// <summary>A block of channels of a depthwise layer whose sums stay in registers where floats decide them.</summary>
    [MethodImpl(Simd.Hot)]
    private void RoundedColumns(int count, ReadOnlySpan<sbyte> weights, in QuantizedScales scales, float tie, in QuantizedWindow window, int to)
    {
        unchecked
        {
            QuantizedSteps512 steps = _result.Rounding(tie).Steps(scales);
            const int Open = QuantizedColumns.Places * QuantizedTile.Block;
            ReadOnlySpan<sbyte> columns = QuantizedColumns.Pack(weights, _sums.Slice(Open));
            int place = 0;
            while (true)
            {
                place = QuantizedColumns.Write(
                    ref window.Bytes, _band.Line, _shape.InChannels, _shape.StrideWidth, _places.Slice(0, count), _shape.OutWidth, place, columns, steps, _output.Slice(to), _sums);
                if (place == count) return;
                _result.Decide(_sums, QuantizedColumns.Places, steps, scales, window.From(place), _output, to + (place * _shape.OutChannels), _shape.OutChannels);
                place += QuantizedColumns.Places;
                if (place == count) return;
            }
        }
    }
#endif
}
