#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX DFT and STFT whose axis, length or step is known at run time only: they must give the shape that the model's file declares.</summary>
public static class SpectrumCheck
{
    /// <summary>A signal seen as outer × count × inner along an axis, and its transform as outer × kept × inner.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="axis">The axis.</param>
    /// <param name="length">The length of the transform; −1 where the signal gives it.</param>
    /// <param name="isInverse">Whether the transform is the inverse one.</param>
    /// <param name="isOneSided">Whether half of the spectrum stands for all of it.</param>
    /// <param name="input">The input's shape, without the axis of real and imaginary parts.</param>
    /// <param name="output">The output's shape, without that axis.</param>
    public static (int Outer, int Count, int Inner, int Length, int Kept) Axis(
        string node, long axis, long length, bool isInverse, bool isOneSided, ReadOnlySpan<int> input, ReadOnlySpan<int> output)
    {
        // Negative axes count the axis of real and imaginary parts too.
        long position = axis < 0L ? axis + input.Length + 1L : axis;
        if (position < 0L) throw new ArgumentException(node + ": axis " + axis + " is outside the tensor.");
        (int outer, int count, int inner) = ShapeCheck.AlongAxis(node, position, input);
        if (length < 0L) length = isInverse && isOneSided ? 2L * (count - 1L) : count;
        long kept = isOneSided && !isInverse ? (length / 2L) + 1L : length;
        if (length < 1L) throw new ArgumentException(node + ": a transform of length " + length + " is not possible.");
        Span<long> given = input.Length <= 32 ? stackalloc long[32] : new long[input.Length];
        for (int i = 0; i < input.Length; i++) given[i] = i == position ? kept : input[i];
        ShapeCheck.Expect(node, given.Slice(0, input.Length), output);
        return (outer, count, inner, (int)length, (int)kept);
    }

    /// <summary>Checks the step between frames of a signal and their length, and gives both.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="step">The step.</param>
    /// <param name="length">The length of a frame.</param>
    /// <param name="signal">The length of the signal.</param>
    /// <param name="isOneSided">Whether half of the spectrum stands for all of it.</param>
    /// <param name="frames">The number of frames that there must be.</param>
    /// <param name="bins">The length of the spectrum that there must be.</param>
    public static (int Step, int Length) Frames(string node, long step, long length, int signal, bool isOneSided, int frames, int bins)
    {
        if (step < 1L || length < 1L || length > signal) throw new ArgumentException(node + ": frames of length " + length + " in steps of " + step + " do not fit into a signal of length " + signal + ".");
        ShapeCheck.Expect(node, stackalloc long[] { ((signal - length) / step) + 1L, isOneSided ? (length / 2L) + 1L : length }, stackalloc int[] { frames, bins });
        // A step beyond the signal leaves one frame.
        return ((int)Math.Min(step, signal), (int)length);
    }
}
