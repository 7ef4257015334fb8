#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>ONNX Resize where scales or sizes of run time decide the output's shape, one axis after the other. Regions are not served.</summary>
public static class OpenResize
{
    /// <summary>Takes the nearest element, of whatever type.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The input.</param>
    /// <param name="options">The attributes.</param>
    /// <param name="scales">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="sizes">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="axes">The axes that are resized.</param>
    /// <param name="policy">ONNX keep_aspect_ratio_policy.</param>
    /// <exception cref="ArgumentException">The values give no shape, or one that the input cannot fill.</exception>
    public static DynamicTensor<T> Nearest<T>(
        string node, TensorView<T> x, ResizeOptions options, ReadOnlySpan<double> scales, ReadOnlySpan<long> sizes, ReadOnlySpan<int> axes, string policy)
    {
        var geometry = new double[3 * x.Rank];
        int[] lengths = Measure(node, scales, sizes, axes, policy, x.Lengths, geometry);
        DynamicTensor<T> y = Tensors.Create<T>(node, lengths);
        if (y.Length == 0) return y;
        ReadOnlySpan<T> from = x.Span;
        int outer = 1;
        int inner = x.Span.Length;
        for (int a = 0; a < lengths.Length; a++)
        {
            inner /= x.Lengths[a];
            if (Changes(options, geometry, a))
            {
                var positions = new int[lengths[a]];
                ResizeTable.Fill(options, x.Lengths[a], lengths[a], geometry[3 * a], 0d, 1d, 1, positions, default);
                var next = new T[Count(node, outer, lengths[a], inner)];
                for (int i = 0; i < outer * lengths[a]; i++)
                    from.Slice(((i / lengths[a] * x.Lengths[a]) + positions[i % lengths[a]]) * inner, inner).CopyTo(next.AsSpan(i * inner));
                from = next;
            }

            outer *= lengths[a];
        }

        from.CopyTo(y.Span);
        return y;
    }

    /// <summary>Interpolates floats, linearly or along cubic curves.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="x">The input.</param>
    /// <param name="options">The attributes.</param>
    /// <param name="scales">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="sizes">One an axis of <paramref name="axes"/>, or empty.</param>
    /// <param name="axes">The axes that are resized.</param>
    /// <param name="policy">ONNX keep_aspect_ratio_policy.</param>
    /// <exception cref="ArgumentException">The values give no shape, or one that the input cannot fill.</exception>
    public static DynamicTensor<float> Interpolate(
        string node, TensorView<float> x, ResizeOptions options, ReadOnlySpan<double> scales, ReadOnlySpan<long> sizes, ReadOnlySpan<int> axes, string policy)
    {
        var geometry = new double[3 * x.Rank];
        int[] lengths = Measure(node, scales, sizes, axes, policy, x.Lengths, geometry);
        DynamicTensor<float> y = Tensors.Create<float>(node, lengths);
        if (y.Length == 0) return y;
        ReadOnlySpan<float> from = x.Span;
        int outer = 1;
        int inner = x.Span.Length;
        for (int a = 0; a < lengths.Length; a++)
        {
            inner /= x.Lengths[a];
            if (Changes(options, geometry, a))
            {
                int taps = Taps(options, geometry[3 * a]);
                int entries = Count(node, lengths[a], taps, 1);
                var positions = new int[entries];
                var weights = new double[entries];
                ResizeTable.Fill(options, x.Lengths[a], lengths[a], geometry[3 * a], 0d, 1d, taps, positions, weights);
                var next = new float[Count(node, outer, lengths[a], inner)];
                Resampling.Run(from, next, positions, Array.ConvertAll(weights, w => (float)w), outer, x.Lengths[a], lengths[a], inner);
                from = next;
            }

            outer *= lengths[a];
        }

        from.CopyTo(y.Span);
        return y;
    }

    /// <summary>Under scale 1 an axis stays as it is, unless places are counted from elsewhere than its elements.</summary>
    private static bool Changes(ResizeOptions options, double[] geometry, int axis)
        => geometry[3 * axis] != 1d || options.Coordinates is ResizeCoordinates.TfHalfPixelForNn or ResizeCoordinates.TfCropAndResize;

    private static int[] Measure(
        string node, ReadOnlySpan<double> scales, ReadOnlySpan<long> sizes, ReadOnlySpan<int> axes, string policy, ReadOnlySpan<int> input, double[] geometry)
    {
        var wanted = new long[input.Length];
        ResizeGeometry.Measure(node, scales, sizes, default, axes, policy, input, wanted, geometry);
        foreach (double scale in scales)
            if (!(scale > 0d) || double.IsInfinity(scale)) throw new ArgumentException(node + ": the scale " + scale + " is not positive.");
        foreach (long size in sizes)
            if (size < 0) throw new ArgumentException(node + ": the size " + size + " is negative.");
        var lengths = new int[input.Length];
        for (int a = 0; a < lengths.Length; a++)
        {
            if (wanted[a] < 0 || (wanted[a] > 0 && input[a] == 0))
                throw new ArgumentException(node + ": axis " + a + " of length " + input[a] + " cannot be resized by these values.");
            lengths[a] = (int)wanted[a];
        }

        return lengths;
    }

    private static int Taps(ResizeOptions options, double scale)
    {
        int reach = options.Mode == ResizeMode.Linear ? 1 : 2;
        return options.Antialias && scale < 1d ? (int)Math.Min(1 << 24, -2d * Math.Floor(-reach / scale)) : 2 * reach;
    }

    /// <summary>Elements between two axes may be more than those of the input or the output.</summary>
    private static int Count(string node, int outer, int length, int inner)
    {
        long rows = (long)outer * length;
        if (inner > 0 && rows > int.MaxValue / inner) throw new ArgumentException(node + ": an array cannot hold so many elements.");
        return (int)(rows * inner);
    }
}
