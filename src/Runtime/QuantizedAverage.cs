#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>
/// Averages of windows of dequantised 8-bit integers, quantised again; channels side by side. Elements are added as floats in the graph's
/// order: averages of integers are often ties, which the last bit decides.
/// </summary>
public readonly struct QuantizedAverage
{
    private readonly float _inputScale;
    private readonly int _inputZero;
    private readonly float _scale;
    private readonly int _zeroPoint;

    /// <summary>Sets the parameters.</summary>
    /// <param name="inputScale">The scale of the input.</param>
    /// <param name="inputZero">Its zero point.</param>
    /// <param name="scale">The scale of the result.</param>
    /// <param name="zeroPoint">Its zero point.</param>
    public QuantizedAverage(float inputScale, int inputZero, float scale, int zeroPoint)
    {
        _inputScale = inputScale;
        _inputZero = inputZero;
        _scale = scale;
        _zeroPoint = zeroPoint;
    }

    /// <summary>Computes a pooling.</summary>
    /// <param name="input">[batch, InDepth, InHeight, InWidth, channels], of <c>byte</c> or <c>sbyte</c>.</param>
    /// <param name="output">[batch, OutDepth, OutHeight, OutWidth, channels].</param>
    /// <param name="batch">Samples.</param>
    /// <param name="shape">All sizes; its Channels are those of one sample.</param>
    /// <param name="countIncludePad">True to divide by the number of padded places too.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs.</exception>
    public void Run<TInput, TOutput>(ReadOnlySpan<TInput> input, Span<TOutput> output, int batch, in PoolShape shape, bool countIncludePad)
        where TInput : struct
        where TOutput : struct
    {
        RunBytes(MemoryMarshal.AsBytes(input), typeof(TInput) == typeof(sbyte), MemoryMarshal.AsBytes(output), typeof(TOutput) == typeof(sbyte), batch, shape, countIncludePad);
    }

    /// <summary>Of bytes, whatever they stand for: images hold no code for the framework's types.</summary>
    [MethodImpl(Simd.Hot)]
    internal void RunBytes(ReadOnlySpan<byte> bytes, bool isSigned, Span<byte> target, bool givesSigned, int batch, in PoolShape shape, bool countIncludePad)
    {
        int inSample = shape.Channels * shape.InLength;
        if (bytes.Length < batch * inSample || target.Length < batch * shape.Channels * shape.OutLength) throw new ArgumentException("A span is shorter than the pooling's shape needs.");
        var range = new ByteRange(givesSigned, _zeroPoint);
        int at = 0;
        for (int n = 0; n < batch; n++)
        {
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    for (int w = 0; w < shape.Width.Out; w++)
                    {
                        PoolWindow window = new(shape, d, h, w);
                        int divisor = countIncludePad ? PoolWindow.Padded(shape, d, h, w) : window.Elements;
                        Window(bytes.Slice(n * inSample, inSample), isSigned, window, divisor, target.Slice(at, shape.Channels), range);
                        at += shape.Channels;
                    }
                }
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private void Window(ReadOnlySpan<byte> sample, bool isSigned, in PoolWindow window, int divisor, Span<byte> output, ByteRange range)
    {
        int channel = 0;
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) channel = Channels<ByteLanes512>(sample, isSigned, window, divisor, output, range, channel);
        else if (Avx2.IsSupported) channel = Channels<ByteLanes256>(sample, isSigned, window, divisor, output, range, channel);
        if (Vector128.IsHardwareAccelerated) channel = Channels<ByteLanes128>(sample, isSigned, window, divisor, output, range, channel);
#endif
        Channels<ScalarByteLanes>(sample, isSigned, window, divisor, output, range, channel);
    }

    [MethodImpl(Simd.Hot)]
    private int Channels<TLanes>(ReadOnlySpan<byte> sample, bool isSigned, in PoolWindow window, int divisor, Span<byte> output, ByteRange range, int first)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            int channel = first;
            for (; channel <= output.Length - o.Count; channel += o.Count)
            {
                window.Sum(ref Unsafe.Add(ref MemoryMarshal.GetReference(sample), channel), isSigned, _inputScale, _inputZero, out TLanes sum);
                TLanes steps = o.Divide(o.Divide(sum, o.Fill(divisor)), o.Fill(_scale));
                o.ToBytes(o.Clamp(steps, o.Fill(range.Low), o.Fill(range.High)), range.ZeroPoint, ref MemoryMarshal.GetReference(output), channel);
            }

            return channel;
        }
    }
}
