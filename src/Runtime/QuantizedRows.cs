#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>The operands of the sums of one channel: rows of the input less its zero point, and the channel's weights.</summary>
internal readonly ref struct QuantizedRows
{
    private readonly ReadOnlySpan<short> _rows;
    private readonly ReadOnlySpan<sbyte> _weights;
    private readonly int _rowLength;
    private readonly int _zeroPoint;
    private readonly int _channels;
    private readonly ReadOnlySpan<int> _offsets;

    /// <summary>Names the operands.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="rowLength">Elements from row to row.</param>
    /// <param name="weights">The weights of the channel.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="channels">Input channels, which lie innermost here but outermost in the order of summation.</param>
    internal QuantizedRows(ReadOnlySpan<short> rows, int rowLength, ReadOnlySpan<sbyte> weights, int zeroPoint, int channels)
    {
        _rows = rows;
        _rowLength = rowLength;
        _weights = weights;
        _zeroPoint = zeroPoint;
        _channels = channels;
        _offsets = default;
    }

    /// <summary>Names the operands of one channel whose taps lie apart.</summary>
    /// <param name="places">The first place.</param>
    /// <param name="step">Elements from place to place.</param>
    /// <param name="weights">The weights of the channel.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="offsets">Where the taps of a place lie.</param>
    internal QuantizedRows(ReadOnlySpan<short> places, int step, ReadOnlySpan<sbyte> weights, int zeroPoint, ReadOnlySpan<int> offsets)
    {
        _rows = places;
        _rowLength = step;
        _weights = weights;
        _zeroPoint = zeroPoint;
        _channels = 1;
        _offsets = offsets;
    }

    /// <summary>The sum of the products of the dequantised operands, each rounded to float as DequantizeLinear gives it, in ONNX's order.</summary>
    internal double Exact(int row, float inputScale, float weightScale)
    {
        ReadOnlySpan<short> x = _rows.Slice(unchecked(row * _rowLength));
        double sum = 0;
        for (int channel = 0; channel < _channels; channel++)
        {
            for (int k = channel; k < _weights.Length; k += _channels)
            {
                float a = x[_offsets.IsEmpty ? k : _offsets[k]] * inputScale;
                float b = unchecked(_weights[k] - _zeroPoint) * weightScale;
                sum += (double)a * b;
            }
        }

        return sum;
    }
}
