using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>
/// The geometry of a convolution or pooling, read from the attributes strides, dilations, pads, auto_pad and ceil_mode. Of the last
/// three spatial axes those that the tensor lacks have length 1.
/// </summary>
/// <param name="Rank">The number of spatial axes of the tensor.</param>
/// <param name="Depth">The outermost of three axes.</param>
/// <param name="Height">The last but one axis.</param>
/// <param name="Width">The last axis.</param>
internal sealed record WindowGeometry(int Rank, WindowAxis Depth, WindowAxis Height, WindowAxis Width)
{
    /// <summary>Attributes beyond this size fit no tensor, and sums of a few of them still fit an int.</summary>
    private const long SizeLimit = 1 << 28;

    /// <summary>Spatial axes beyond this are refused: a loop an axis would nest too deep.</summary>
    private const int MaxRank = 12;

    /// <summary>The axes outside depth; there where a tensor has more than three spatial ones.</summary>
    public ImmutableArray<WindowAxis> Outer { get; init; } = [];

    /// <summary>Whether depth, height and width are all axes: what RedGen.Runtime and the reduction compute with.</summary>
    public bool IsSpatial => Outer.IsEmpty;

    /// <summary>The outer axes, depth, height, width.</summary>
    public WindowAxis[] Axes => [.. Outer, Depth, Height, Width];

    /// <summary>The axes that the tensor has.</summary>
    public IEnumerable<WindowAxis> OwnAxes => Axes.Skip(Math.Max(0, 3 - Rank));

    /// <summary>The output's spatial lengths.</summary>
    public IEnumerable<int> OutputLengths => OwnAxes.Select(a => a.Out);

    /// <summary>Elements of one input channel.</summary>
    public int InLength => Product(a => a.In);

    /// <summary>Elements of one output channel.</summary>
    public int OutLength => Product(a => a.Out);

    /// <summary>Taps of one window.</summary>
    public int KernelLength => Product(a => a.Kernel);

    /// <summary>For one place along the outer axes: where its taps inside the input lie along them, as flat indices of input places and taps.</summary>
    public IEnumerable<(int Place, int Tap)> OuterTaps(int output)
    {
        var taps = new List<(int Place, int Tap)> { (0, 0) };
        int rest = output;
        var positions = new int[Outer.Length];
        for (int i = Outer.Length - 1; i >= 0; i--)
        {
            positions[i] = rest % Outer[i].Out;
            rest /= Outer[i].Out;
        }

        for (int i = 0; i < Outer.Length; i++)
        {
            WindowAxis axis = Outer[i];
            int window = positions[i];
            taps = [.. taps.SelectMany(t => Enumerable.Range(axis.FirstTap(window), Math.Max(0, axis.EndTap(window) - axis.FirstTap(window)))
                .Select(k => ((t.Place * axis.In) + axis.Position(window, k), (t.Tap * axis.Kernel) + k)))];
        }

        return taps;
    }

    /// <summary>Reads the geometry.</summary>
    /// <param name="attributes">The node's attributes.</param>
    /// <param name="lengths">The input's lengths; the spatial ones follow batch and channels.</param>
    /// <param name="kernel">The kernel's spatial lengths.</param>
    /// <param name="context">Where problems go; null where inference has accepted the node before.</param>
    public static WindowGeometry Read(NodeAttributes attributes, int[] lengths, IReadOnlyList<long> kernel, InferenceContext? context = null)
    {
        int rank = lengths.Length - 2;
        if (rank is < 1 or > MaxRank) throw Problem(context, "kernel_shape", "windows over " + Text(rank) + " spatial dimensions are not supported, only over 1 to " + Text(MaxRank));
        if (kernel.Count != rank) throw Problem(context, "kernel_shape", "it has " + Text(kernel.Count) + " lengths, the input has " + Text(rank) + " spatial dimensions");
        long[] strides = Numbers(attributes, "strides", rank, 1, 1, context);
        long[] dilations = Numbers(attributes, "dilations", rank, 1, 1, context);
        long[] pads = Numbers(attributes, "pads", 2 * rank, 0, 0, context);
        string autoPad = attributes.String("auto_pad", "NOTSET");
        if (autoPad is not ("NOTSET" or "" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw Problem(context, "auto_pad", "'" + autoPad + "' is not one of NOTSET, VALID, SAME_UPPER, SAME_LOWER");
        if (autoPad is not ("NOTSET" or "")) Array.Clear(pads, 0, pads.Length);
        bool ceil = attributes.Int("ceil_mode", 0) != 0;
        var axes = new List<WindowAxis>();
        for (int i = rank; i < 3; i++) axes.Add(WindowAxis.Missing);
        for (int i = 0; i < rank; i++)
        {
            if (kernel[i] < 1 || ((kernel[i] - 1) * (double)dilations[i]) + 1 > SizeLimit) throw Problem(context, "kernel_shape", "length " + kernel[i].ToString(CultureInfo.InvariantCulture) + " with dilation " + dilations[i].ToString(CultureInfo.InvariantCulture) + " is not possible");
            axes.Add(Axis(autoPad, ceil, lengths[i + 2], (int)kernel[i], (int)strides[i], (int)dilations[i], (int)pads[i], (int)pads[rank + i])
                ?? throw (context is null ? new InvalidOperationException("The window does not fit.") : context.Fail("the kernel is larger than the padded input along spatial axis " + Text(i))));
        }

        return Of(rank, axes);
    }

    /// <summary>The geometry of at least three axes.</summary>
    public static WindowGeometry Of(int rank, List<WindowAxis> axes)
        => new(rank, axes[axes.Count - 3], axes[axes.Count - 2], axes[axes.Count - 1]) { Outer = [.. axes.Take(axes.Count - 3)] };

    private int Product(Func<WindowAxis, int> length)
    {
        // Not from Axes: the oracle asks for each output.
        int product = length(Depth) * length(Height) * length(Width);
        foreach (WindowAxis axis in Outer) product *= length(axis);
        return product;
    }

    private static WindowAxis? Axis(string autoPad, bool ceil, int input, int kernel, int stride, int dilation, int before, int after)
    {
        long reach = ((kernel - 1L) * dilation) + 1;
        if (autoPad is "SAME_UPPER" or "SAME_LOWER")
        {
            long same = ((long)input + stride - 1) / stride;
            long pad = Math.Max(0, ((same - 1) * stride) + reach - input);
            long less = pad / 2;
            long first = autoPad == "SAME_UPPER" ? less : pad - less;
            return same < 1 ? null : new WindowAxis(input, (int)same, kernel, stride, dilation, (int)first, (int)(pad - first));
        }

        long room = (long)input + before + after - reach;
        if (room < 0) return null;
        long output = (room / stride) + 1;
        // The last window of ceil_mode must begin inside the input or the padding before it.
        if (ceil && room % stride != 0 && output * stride < (long)input + before) output++;
        return new WindowAxis(input, (int)output, kernel, stride, dilation, before, after);
    }

    internal static long[] Numbers(NodeAttributes attributes, string name, int count, long defaultValue, long least, InferenceContext? context)
    {
        long[] values = attributes.Ints(name) is { } given ? [.. given] : [.. Enumerable.Repeat(defaultValue, count)];
        if (values.Length != count) throw Problem(context, name, "it has " + Text(values.Length) + " values, not " + Text(count));
        foreach (long value in values)
            if (value < least || value > SizeLimit) throw Problem(context, name, "the value " + value.ToString(CultureInfo.InvariantCulture) + " is not possible");
        return values;
    }

    internal static Exception Problem(InferenceContext? context, string attribute, string message)
        => context is null ? new InvalidOperationException(attribute + ": " + message) : context.Unsupported(attribute, message);

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
