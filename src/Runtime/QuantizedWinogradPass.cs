#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>A quantised Winograd convolution under way: its operands and its workspace.</summary>
internal readonly ref struct QuantizedWinogradPass
{
    private readonly ConvShape _shape;
    private readonly QuantizedWinogradPlan _plan;
    private readonly QuantizedResult _result;
    private readonly ReadOnlySpan<sbyte> _weights;
    private readonly ReadOnlySpan<short> _transformed;
    private readonly Span<byte> _output;
    private readonly Span<int> _products;
    private readonly Span<int> _sums;
    private readonly Span<short> _inputs;
    private readonly Span<int> _between;
    private readonly Span<int> _scales;
    private readonly Span<short> _band;
    private readonly Span<int> _places;
    private readonly Span<int> _runs;
    private readonly int _weightZero;
    private readonly QuantizedInput _kind;

    /// <summary>Divides the workspace.</summary>
    internal QuantizedWinogradPass(
        in ConvShape shape, ReadOnlySpan<sbyte> weights, int weightZero, ReadOnlySpan<short> transformed, Span<byte> output, Span<int> workspace,
        in QuantizedResult result, bool isSigned, int inputZero)
    {
        _shape = shape;
        _plan = new QuantizedWinogradPlan(shape);
        _result = result;
        _weights = weights;
        _weightZero = weightZero;
        _transformed = transformed;
        _output = output;
        int at = 0;
        _products = workspace.Slice(at, _plan.Products);
        at += _products.Length;
        _sums = workspace.Slice(at, _plan.Sums);
        at += _sums.Length;
        _inputs = MemoryMarshal.Cast<int, short>(workspace.Slice(at, _plan.Inputs));
        at += _plan.Inputs;
        _between = workspace.Slice(at, QuantizedWinogradPlan.Between);
        at += _between.Length;
        _scales = workspace.Slice(at, QuantizedScales.Length);
        at += _scales.Length;
        _runs = workspace.Slice(at, _plan.Band.RunCount);
        at += _runs.Length;
        _places = workspace.Slice(at, _plan.Places);
        at += _places.Length;
        _band = MemoryMarshal.Cast<int, short>(workspace.Slice(at, (_plan.Band.Length(_plan.Padded) + 1) / 2));
        _kind = new QuantizedInput(isSigned, inputZero, isBytes: false);
        _plan.Band.Runs(_plan.Padded, _runs);
    }

    /// <summary>Computes a sample.</summary>
    /// <param name="sample">Its input.</param>
    /// <param name="to">The place of the sample's first output element.</param>
    internal void Sample(ReadOnlySpan<byte> sample, int to)
    {
        unchecked
        {
            for (int row = 0; row < _shape.OutHeight; row += _plan.Band.OutRows)
            {
                int rows = Math.Min(_plan.Band.OutRows, _shape.OutHeight - row);
                _plan.Band.Prepare(sample, _kind, MemoryMarshal.AsBytes(_band), _plan.Padded, 0, row);
                _plan.Band.Places(_shape, rows, _places);
                Transform((rows + QuantizedWinograd.Tile - 1) / QuantizedWinograd.Tile);
                Blocks(rows, to + (row * _shape.OutWidth * _shape.OutChannels));
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void Transform(int tileRows)
    {
        unchecked
        {
            ref short from = ref MemoryMarshal.GetReference(_band);
            ref short to = ref MemoryMarshal.GetReference(_inputs);
            ref short between = ref Unsafe.As<int, short>(ref MemoryMarshal.GetReference(_between));
            nint line = _plan.Band.Line, channels = _shape.InChannels, pitch = _plan.Pitch;
            for (int row = 0; row < tileRows; row++)
            {
                for (int column = 0; column < _plan.Columns; column++)
                {
                    ref short tile = ref Unsafe.Add(ref from, (row * QuantizedWinograd.Tile * line) + (column * QuantizedWinograd.Tile * channels));
                    QuantizedWinogradTransforms.Input(ref tile, line, channels, ref to, pitch, ref between);
                    to = ref Unsafe.Add(ref to, QuantizedWinograd.Points * pitch);
                }
            }
        }
    }

    /// <summary>Each block of outputs of a band in turn.</summary>
    [MethodImpl(Simd.Hot)]
    private void Blocks(int rows, int to)
    {
        unchecked
        {
            int length = 3 * _shape.InChannels;
            int size = 3 * length * QuantizedTile.Block;
            int transformed = QuantizedWinograd.Points * _shape.InChannels * QuantizedTile.Block;
            int tileRows = (rows + QuantizedWinograd.Tile - 1) / QuantizedWinograd.Tile;
            int tiles = ((tileRows * _plan.Columns) + QuantizedWinogradPlan.TileStep - 1) / QuantizedWinogradPlan.TileStep * QuantizedWinogradPlan.TileStep;
            for (int channel = 0, block = 0; channel < _shape.OutChannels; channel += QuantizedTile.Block, block++)
            {
                int channels = Math.Min(QuantizedTile.Block, _shape.OutChannels - channel);
                var window = new QuantizedWindow(_band, _places, _runs, 3, _shape.InChannels, length, _weights.Slice(block * size, size), _weightZero, isDepthwise: false, _kind);
                QuantizedScales scales = _result.Scales(_scales, channel, channels, _shape.Taps, window, out float tie);
                QuantizedWinogradTile.Multiply(
                    ref MemoryMarshal.GetReference(_inputs), _plan.Pitch, tiles, ref MemoryMarshal.GetReference(_transformed.Slice(block * transformed, transformed)),
                    _shape.InChannels / 4, ref MemoryMarshal.GetReference(_products));
                for (int row = 0; row < tileRows; row++)
                {
                    int first = row * QuantizedWinograd.Tile;
                    Sums(row);
                    for (int line = first; line < Math.Min(rows, first + QuantizedWinograd.Tile); line++)
                    {
                        int place = line * _shape.OutWidth;
                        _result.Write(
                            _sums.Slice((line - first) * QuantizedWinograd.Tile * _plan.Columns * QuantizedTile.Block), _shape.OutWidth, scales, tie, window.From(place),
                            _output, to + (place * _shape.OutChannels) + channel, _shape.OutChannels);
                    }
                }
            }
        }
    }

    /// <summary>The sums of a row of tiles.</summary>
    [MethodImpl(Simd.Hot)]
    private void Sums(int tileRow)
    {
        unchecked
        {
            const int Length = QuantizedWinograd.Points * QuantizedTile.Block;
            ref int from = ref Unsafe.Add(ref MemoryMarshal.GetReference(_products), tileRow * _plan.Columns * Length);
            ref int to = ref MemoryMarshal.GetReference(_sums);
            nint row = (nint)QuantizedWinograd.Tile * _plan.Columns * QuantizedTile.Block;
            for (int column = 0; column < _plan.Columns; column++)
            {
                QuantizedWinogradTransforms.Output(ref from, ref to, row, ref MemoryMarshal.GetReference(_between));
                from = ref Unsafe.Add(ref from, Length);
                to = ref Unsafe.Add(ref to, QuantizedWinograd.Tile * QuantizedTile.Block);
            }
        }
    }
}
#endif
