#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>What the sums of a block of output channels are made of, so that single ones can be computed again from dequantised operands.</summary>
internal readonly ref struct QuantizedWindow
{
    private readonly ReadOnlySpan<short> _input;
    private readonly ReadOnlySpan<int> _places;
    private readonly ReadOnlySpan<int> _runs;
    private readonly ReadOnlySpan<sbyte> _weights;
    private readonly int _zeroPoint;
    private readonly int _runTaps;
    private readonly int _channels;
    private readonly int _length;
    private readonly bool _isDepthwise;
    private readonly QuantizedInput _kind;

    /// <summary>Names the operands.</summary>
    /// <param name="input">The input from the first channel of the group on; the block's first channel where the layer is depthwise.</param>
    /// <param name="places">Where the places' windows start.</param>
    /// <param name="runs">Where the runs start in a window.</param>
    /// <param name="runTaps">Places of a run.</param>
    /// <param name="channels">Channels of a place, which lie innermost here but outermost in the order of summation.</param>
    /// <param name="length">Taps of a run and those that fill it up.</param>
    /// <param name="weights">The block's weights.</param>
    /// <param name="zeroPoint">What is taken from every weight.</param>
    /// <param name="isDepthwise">Whether the layer is depthwise.</param>
    /// <param name="kind">What the input's elements are.</param>
    internal QuantizedWindow(
        ReadOnlySpan<short> input, ReadOnlySpan<int> places, ReadOnlySpan<int> runs, int runTaps, int channels, int length,
        ReadOnlySpan<sbyte> weights, int zeroPoint, bool isDepthwise, QuantizedInput kind)
    {
        _input = input;
        _places = places;
        _runs = runs;
        _runTaps = runTaps;
        _channels = channels;
        _length = length;
        _weights = weights;
        _zeroPoint = zeroPoint;
        _isDepthwise = isDepthwise;
        _kind = kind;
    }

    /// <summary>The input where its elements are bytes.</summary>
    internal ref byte Bytes => ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(_input));

    /// <summary>The same operands from a later place on.</summary>
    internal QuantizedWindow From(int place)
        => new(_input, _places.Slice(place), _runs, _runTaps, _channels, _length, _weights, _zeroPoint, _isDepthwise, _kind);

    /// <summary>What makes sums those of inputs less their zero point; left as it is where they are.</summary>
    internal void Correct(Span<int> corrections)
    {
#if NET8_0_OR_GREATER
        if (!_kind.IsBytes) return;
        if (_isDepthwise) QuantizedColumns.Corrections(_weights, _kind.ZeroPoint, corrections);
        else ByteDotLanes.Corrections(_weights, _kind.ZeroPoint, corrections);
#endif
    }

    /// <summary>The sum of the products of the dequantised operands, each rounded to float as DequantizeLinear gives it, in ONNX's order.</summary>
    [MethodImpl(Simd.Hot)]
    internal double Sum(int place, int lane, float inputScale, float weightScale)
    {
        int at = unchecked(_places[place] + (_isDepthwise ? lane : 0));
        double sum = 0;
        for (int channel = 0; channel < _channels; channel++)
        {
            for (int run = 0; run < _runs.Length; run++)
            {
                for (int tap = 0; tap < _runTaps; tap++)
                {
                    int k = unchecked((tap * _channels) + channel);
                    float a = Input(unchecked(at + _runs[run] + k)) * inputScale;
                    float b = unchecked(_weights[Place(unchecked((run * _length) + k), lane)] - _zeroPoint) * weightScale;
                    sum += (double)a * b;
                }
            }
        }

        return sum;
    }

    /// <summary>That sum in any order, and how far it can be from the one in order.</summary>
    internal double Sum(int place, int lane, float inputScale, float weightScale, out double error)
    {
#if NET8_0_OR_GREATER
        if (Avx2.IsSupported && !_isDepthwise)
        {
            // Both ways round once a tap, by 2^-53 of no more than the sum of all products' magnitudes.
            double taps = (double)_runs.Length * _length;
            error = taps * taps * 65100 * inputScale * weightScale * (1.0 / (1L << 51));
            return VectorSum(place, lane, inputScale, weightScale);
        }
#endif
        error = 0;
        return Sum(place, lane, inputScale, weightScale);
    }

#if NET8_0_OR_GREATER
    [MethodImpl(Simd.Hot)]
    private double VectorSum(int place, int lane, float inputScale, float weightScale)
    {
        unchecked
        {
            Vector128<float> scaleA = Vector128.Create(inputScale), scaleB = Vector128.Create(weightScale);
            Vector128<int> zero = Vector128.Create(_zeroPoint);
            ref sbyte w = ref Unsafe.Add(ref MemoryMarshal.GetReference(_weights), 4 * lane);
            ref byte x = ref Unsafe.Add(ref Unsafe.As<short, byte>(ref MemoryMarshal.GetReference(_input)), _places[place] * _kind.Size);
            Vector128<int> inputZero = Vector128.Create(_kind.ZeroPoint);
            bool isBytes = _kind.IsBytes;
            Vector256<double> sum = default;
            foreach (int run in _runs)
            {
                for (int k = 0; k < _length; k += 4)
                {
                    Vector128<int> input = isBytes
                        ? Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref x, run + k))).AsByte()) - inputZero
                        : Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.Add(ref x, 2 * (run + k)))).AsInt16());
                    Vector128<sbyte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<int>(ref Unsafe.As<sbyte, byte>(ref w))).AsSByte();
                    Vector128<float> a = Sse2.ConvertToVector128Single(input) * scaleA;
                    Vector128<float> b = Sse2.ConvertToVector128Single(Sse41.ConvertToVector128Int32(bytes) - zero) * scaleB;
                    sum += Avx.ConvertToVector256Double(a) * Avx.ConvertToVector256Double(b);
                    w = ref Unsafe.Add(ref w, QuantizedTile.Step);
                }
            }

            return Vector256.Sum(sum);
        }
    }
#endif

    private int Input(int at) => unchecked(_kind.IsBytes ? MemoryMarshal.AsBytes(_input)[at] - _kind.ZeroPoint : _input[at]);

    /// <summary>Where the weight of a tap lies in a block.</summary>
    private int Place(int tap, int lane) => unchecked(_isDepthwise
        ? ((tap >> 1) * QuantizedTile.DepthwiseStep) + (2 * lane) + (tap & 1)
        : ((tap >> 2) * QuantizedTile.Step) + (4 * lane) + (tap & 3));
}
