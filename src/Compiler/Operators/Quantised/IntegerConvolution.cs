using System;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>What ConvInteger and QLinearConv share: shapes, and the sums of products of integers less their zero points. Padding stands for the zero point.</summary>
internal static class IntegerConvolution
{
    /// <summary>The attributes of a convolution.</summary>
    public static ImmutableArray<AttributeSpec> Attributes { get; } =
    [
        new("auto_pad", AttributeKind.String), new("dilations", AttributeKind.Ints), new("group", AttributeKind.Int),
        new("kernel_shape", AttributeKind.Ints), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
    ];

    /// <summary>The lengths of the output; throws where the inputs do not fit.</summary>
    /// <param name="context">The node.</param>
    /// <param name="weights">The index of the input of weights.</param>
    public static int[] Output(InferenceContext context, int weights)
    {
        int[] x = context.Lengths(0);
        int[] w = context.Lengths(weights);
        if (x.Length < 3 || w.Length != x.Length) throw context.Fail("the input and the weights must have one rank, at least 3");
        long groups = context.Attributes.Int("group", 1);
        if (groups < 1 || groups > int.MaxValue) throw context.Unsupported("group", "it must be positive");
        if (x[1] != w[1] * groups) throw context.Fail("the input has " + Text(x[1]) + " channels, the weights want " + Text(w[1] * groups));
        if (w[0] % groups != 0) throw context.Fail(Text(groups) + " groups do not divide " + Text(w[0]) + " output channels");
        if (context.Attributes.Ints("kernel_shape") is { } kernel && !kernel.SequenceEqual(w.Skip(2).Select(d => (long)d))) throw context.Fail("kernel_shape is not that of the weights");
        WindowGeometry window = WindowGeometry.Read(context.Attributes, x, [.. w.Skip(2).Select(d => (long)d)], context);
        return [x[0], w[0], .. window.OutputLengths];
    }

    /// <summary>Throws where a parameter has neither one element nor one an output channel.</summary>
    public static void CheckChannels(InferenceContext context, int input, int channels, bool mayVary)
    {
        int[] lengths = context.Lengths(input);
        if (lengths.All(d => d == 1) || (mayVary && lengths.SequenceEqual([channels]))) return;
        throw context.Fail("input " + Text(input) + " must have one element" + (mayVary ? ", or one an output channel" : ""));
    }

    /// <summary>The sums, for every element of the output.</summary>
    public static long[] Sums(Node node, ReferenceTensor x, long xZero, ReferenceTensor w, Func<int, long> wZero)
    {
        WindowGeometry window = WindowGeometry.Read(node.Attributes, x.Lengths, [.. w.Lengths.Skip(2).Select(d => (long)d)]);
        int groupInputs = w.Lengths[1];
        int groupOutputs = w.Lengths[0] / (int)node.Attributes.Int("group", 1);
        var sums = new long[checked(x.Lengths[0] * w.Lengths[0] * window.OutLength)];
        for (int at = 0; at < sums.Length; at++)
        {
            int place = at % window.OutLength;
            int m = at / window.OutLength % w.Lengths[0];
            int firstChannel = (at / window.OutLength / w.Lengths[0] * x.Lengths[1]) + (m / groupOutputs * groupInputs);
            int inner = window.Depth.Out * window.Height.Out * window.Width.Out;
            foreach ((int outer, int tap) in window.OuterTaps(place / inner))
            {
                for (int c = 0; c < groupInputs; c++)
                {
                    int plane = ((firstChannel + c) * window.InLength) + (outer * window.Depth.In * window.Height.In * window.Width.In);
                    int filter = (((m * groupInputs) + c) * window.KernelLength) + (tap * window.Depth.Kernel * window.Height.Kernel * window.Width.Kernel);
                    sums[at] += Plane(x.Integers!, plane, xZero, w.Integers!, filter, wZero(m), window, place % inner);
                }
            }
        }

        return sums;
    }

    private static long Plane(long[] x, int plane, long xZero, long[] w, int filter, long wZero, WindowGeometry window, int place)
    {
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (window.Depth, window.Height, window.Width);
        int v = place % width.Out;
        int h = place / width.Out % height.Out;
        int d = place / width.Out / height.Out;
        long sum = 0;
        for (int kd = depth.FirstTap(d); kd < depth.EndTap(d); kd++)
        {
            for (int kh = height.FirstTap(h); kh < height.EndTap(h); kh++)
            {
                int row = plane + (((depth.Position(d, kd) * height.In) + height.Position(h, kh)) * width.In);
                int taps = filter + (((kd * height.Kernel) + kh) * width.Kernel);
                for (int kw = width.FirstTap(v); kw < width.EndTap(v); kw++) sum += (x[row + width.Position(v, kw)] - xZero) * (w[taps + kw] - wZero);
            }
        }

        return sum;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
