#nullable enable
using System;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>
/// Softmax and LogSoftmax along one axis of a tensor seen as [outer, axis, inner]. The largest element is subtracted first,
/// so that nothing overflows. A NaN makes its whole line NaN, as does +∞ (∞ − ∞).
/// </summary>
public static class Softmax
{
    /// <summary>y = e^(x − max) / Σ e^(x − max), lines along the axis.</summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: the same shape; may be the input itself.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void Run(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner) =>
        Run(input, output, outer, axis, inner, logarithm: false);

    /// <summary>
    /// y = x − max − ln Σ e^(x − max), lines along the axis. The largest element's own 1 is left out of the sum and comes back
    /// in ln(1 + sum), so that a line with one dominant element keeps its digits.
    /// </summary>
    /// <param name="input">x: [outer, axis, inner].</param>
    /// <param name="output">y: the same shape; may be the input itself.</param>
    /// <param name="outer">Product of the sizes before the axis.</param>
    /// <param name="axis">Size of the axis.</param>
    /// <param name="inner">Product of the sizes after the axis.</param>
    /// <exception cref="ArgumentException">A span is shorter than the sizes need.</exception>
    public static void RunLog(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner) =>
        Run(input, output, outer, axis, inner, logarithm: true);

    private static void Run(ReadOnlySpan<float> input, Span<float> output, int outer, int axis, int inner, bool logarithm)
    {
        int block = axis * inner;
        if (input.Length < outer * block || output.Length < outer * block)
        {
            throw new ArgumentException("A span is shorter than the tensor's sizes need.");
        }

        if (block == 0)
        {
            return;
        }

        ref float x = ref MemoryMarshal.GetReference(input);
        ref float y = ref MemoryMarshal.GetReference(output);
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && (inner == 1 ? axis : inner) > Lanes512.Half)
        {
            SoftmaxLines.Run<Lanes512>(ref x, ref y, outer, axis, inner, logarithm);
            return;
        }
#endif
        SoftmaxLines.Run<VectorLanes>(ref x, ref y, outer, axis, inner, logarithm);
    }
}
