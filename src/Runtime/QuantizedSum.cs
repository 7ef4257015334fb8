#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>The sum of two dequantised tensors of 8-bit integers, quantised again: the addition of a residual network, in float32 as the graph has it.</summary>
public readonly struct QuantizedSum
{
    private readonly float _leftScale;
    private readonly int _leftZero;
    private readonly float _rightScale;
    private readonly int _rightZero;
    private readonly float _scale;
    private readonly ByteRange _range;

    /// <summary>Sets the parameters.</summary>
    /// <param name="leftScale">The scale of the left operand.</param>
    /// <param name="leftZero">Its zero point.</param>
    /// <param name="rightScale">The scale of the right operand.</param>
    /// <param name="rightZero">Its zero point.</param>
    /// <param name="scale">The scale of the result.</param>
    /// <param name="zeroPoint">Its zero point.</param>
    /// <param name="lowest">The low end of the result, an activation included.</param>
    /// <param name="highest">The high end of the result, an activation included.</param>
    public QuantizedSum(float leftScale, int leftZero, float rightScale, int rightZero, float scale, int zeroPoint, int lowest, int highest)
    {
        _leftScale = leftScale;
        _leftZero = leftZero;
        _rightScale = rightScale;
        _rightZero = rightZero;
        _scale = scale;
        _range = new ByteRange(zeroPoint, lowest, highest);
    }

    /// <summary>Computes the sums.</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand, as long.</param>
    /// <param name="output">The result, as long; may be the memory of an operand.</param>
    public void Run<TLeft, TRight, TOutput>(ReadOnlySpan<TLeft> left, ReadOnlySpan<TRight> right, Span<TOutput> output)
        where TLeft : struct
        where TRight : struct
        where TOutput : struct
    {
        int length = left.Length;
        bool leftSigned = typeof(TLeft) == typeof(sbyte), rightSigned = typeof(TRight) == typeof(sbyte);
        ref byte a = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(left));
        ref byte b = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(right.Slice(0, length)));
        ref byte y = ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(output.Slice(0, length)));
        int i = 0;
#if NET8_0_OR_GREATER
        if (IntegerLanes512.IsSupported) i = Run<ByteLanes512>(ref a, leftSigned, ref b, rightSigned, ref y, i, length);
        if (Avx2.IsSupported) i = Run<ByteLanes256>(ref a, leftSigned, ref b, rightSigned, ref y, i, length);
        else if (Vector128.IsHardwareAccelerated) i = Run<ByteLanes128>(ref a, leftSigned, ref b, rightSigned, ref y, i, length);
#endif
        Run<ScalarByteLanes>(ref a, leftSigned, ref b, rightSigned, ref y, i, length);
    }

    [MethodImpl(Simd.Hot)]
    internal int Run<TLanes>(ref byte a, bool leftSigned, ref byte b, bool rightSigned, ref byte y, int first, int length)
        where TLanes : struct, IByteLanes<TLanes>
    {
        unchecked
        {
            TLanes o = default, leftScale = o.Fill(_leftScale), leftZero = o.Fill(-_leftZero), rightScale = o.Fill(_rightScale), rightZero = o.Fill(-_rightZero);
            TLanes scale = o.Fill(_scale), low = o.Fill(_range.Low), high = o.Fill(_range.High);
            int i = first;
            for (; i <= length - o.Count; i += o.Count)
            {
                TLanes left = o.Multiply(o.Add(o.FromBytes(ref a, i, leftSigned), leftZero), leftScale);
                TLanes right = o.Multiply(o.Add(o.FromBytes(ref b, i, rightSigned), rightZero), rightScale);
                o.ToBytes(o.Clamp(o.Divide(o.Add(left, right), scale), low, high), _range.ZeroPoint, ref y, i);
            }

            return i;
        }
    }
}
