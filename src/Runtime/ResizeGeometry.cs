#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Scales, sizes and regions of ONNX Resize that are known at run time only.</summary>
public static class ResizeGeometry
{
    /// <summary>Computes the scale and the region of each axis, and throws where they give another shape than expected.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="scales">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="sizes">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="roi">The starts, then the ends, or empty.</param>
    /// <param name="axes">The axes that are resized.</param>
    /// <param name="policy">ONNX keep_aspect_ratio_policy.</param>
    /// <param name="input">The input's shape.</param>
    /// <param name="output">The output's shape.</param>
    /// <param name="geometry">[rank, 3]: scale, start, end.</param>
    /// <exception cref="ArgumentException">The values give another shape, or none.</exception>
    public static void Prepare(
        string node, ReadOnlySpan<double> scales, ReadOnlySpan<long> sizes, ReadOnlySpan<double> roi, ReadOnlySpan<int> axes, string policy,
        ReadOnlySpan<int> input, ReadOnlySpan<int> output, Span<double> geometry)
    {
        Span<long> lengths = input.Length <= 32 ? stackalloc long[input.Length] : new long[input.Length];
        Measure(node, scales, sizes, roi, axes, policy, input, lengths, geometry);
        ShapeCheck.Expect(node, lengths, output);
    }

    /// <summary>The lengths of the output, -1 where a value gives none, and the scale and the region of each axis.</summary>
    internal static void Measure(
        string node, ReadOnlySpan<double> scales, ReadOnlySpan<long> sizes, ReadOnlySpan<double> roi, ReadOnlySpan<int> axes, string policy,
        ReadOnlySpan<int> input, Span<long> lengths, Span<double> geometry)
    {
        bool bySize = scales.IsEmpty;
        if ((bySize ? sizes.Length : scales.Length) != axes.Length || (roi.Length != 0 && roi.Length != 2 * axes.Length))
        {
            throw new ArgumentException(node + ": scales, sizes or roi do not have one value an axis.");
        }

        for (int a = 0; a < input.Length; a++)
        {
            lengths[a] = input[a];
            geometry[3 * a] = 1d;
            geometry[(3 * a) + 1] = 0d;
            geometry[(3 * a) + 2] = 1d;
        }

        double common = bySize && policy != "stretch" ? CommonScale(sizes, axes, policy, input) : 0d;
        for (int i = 0; i < axes.Length; i++)
        {
            int a = axes[i];
            double scale = !bySize ? scales[i] : common > 0d ? common : input[a] == 0 ? 1d : sizes[i] / (double)input[a];
            double length = !bySize ? Math.Floor((double)(float)((float)input[a] * (float)scale)) : common > 0d ? Math.Floor((common * input[a]) + 0.5d) : sizes[i];
            lengths[a] = length >= 0d && length <= int.MaxValue ? (long)length : -1L;
            geometry[3 * a] = scale;
            if (roi.IsEmpty) continue;
            geometry[(3 * a) + 1] = roi[i];
            geometry[(3 * a) + 2] = roi[axes.Length + i];
        }
    }

    private static double CommonScale(ReadOnlySpan<long> sizes, ReadOnlySpan<int> axes, string policy, ReadOnlySpan<int> input)
    {
        double common = policy == "not_larger" ? double.PositiveInfinity : 0d;
        for (int i = 0; i < axes.Length; i++)
        {
            double scale = input[axes[i]] == 0 ? 1d : sizes[i] / (double)input[axes[i]];
            common = policy == "not_larger" ? Math.Min(common, scale) : Math.Max(common, scale);
        }

        return common;
    }
}
