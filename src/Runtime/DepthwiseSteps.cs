#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>From tap to tap of a line of <see cref="DepthwiseStrip"/>'s ring, whose columns lie by their remainders by the stride.</summary>
internal readonly struct DepthwiseSteps
{
    /// <summary>Taps of a line.</summary>
    internal readonly int Taps;

    /// <summary>Floats from the columns of one remainder to those of the next.</summary>
    internal readonly nint ToRemainder;

    private readonly int _stride;
    private readonly int _remainder;
    private readonly nint _step;
    private readonly nint _wrap;

    private DepthwiseSteps(int taps, int stride, int remainder, nint toRemainder, nint step, nint wrap)
    {
        Taps = taps;
        _stride = stride;
        _remainder = remainder;
        ToRemainder = toRemainder;
        _step = step;
        _wrap = wrap;
    }

    /// <summary>The steps of a convolution.</summary>
    /// <param name="shape">All sizes.</param>
    /// <param name="columns">Columns of each remainder.</param>
    /// <param name="lanes">Floats of a column.</param>
    internal static DepthwiseSteps Of(in ConvShape shape, int columns, int lanes)
    {
        unchecked
        {
            int stride = shape.StrideWidth;
            int remainder = shape.DilationWidth % stride;
            return new(shape.KernelWidth, stride, remainder, columns * lanes, (shape.DilationWidth / stride * lanes) + (remainder * columns * lanes), (1 - (stride * columns)) * lanes);
        }
    }

    /// <summary>Floats to the next tap.</summary>
    /// <param name="remainder">That of the tap's column; then that of the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal nint Advance(ref int remainder)
    {
        remainder = unchecked(remainder + _remainder);
        if (remainder < _stride) return _step;
        remainder = unchecked(remainder - _stride);
        return unchecked(_step + _wrap);
    }
}
