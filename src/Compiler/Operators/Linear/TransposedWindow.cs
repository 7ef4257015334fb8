using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>
/// The geometry of a ConvTranspose: that of the convolution whose gradient it is. In each <see cref="WindowAxis"/> of it In is the
/// length of ConvTranspose's output and Out that of its input: element i reaches, by tap k, output i · Stride − Before + k · Dilation.
/// </summary>
internal static class TransposedWindow
{
    /// <summary>The output's spatial lengths, whatever they come to, and the padding before each axis.</summary>
    public static (long Length, long Before)[] Outputs(NodeAttributes attributes, int[] input, int[] weights, InferenceContext? context)
    {
        int rank = input.Length - 2;
        long[] strides = WindowGeometry.Numbers(attributes, "strides", rank, 1, 1, context);
        long[] dilations = WindowGeometry.Numbers(attributes, "dilations", rank, 1, 1, context);
        long[] pads = WindowGeometry.Numbers(attributes, "pads", 2 * rank, 0, 0, context);
        long[] added = WindowGeometry.Numbers(attributes, "output_padding", rank, 0, 0, context);
        string autoPad = attributes.String("auto_pad", "NOTSET");
        if (autoPad is not ("NOTSET" or "" or "VALID" or "SAME_UPPER" or "SAME_LOWER")) throw WindowGeometry.Problem(context, "auto_pad", "'" + autoPad + "' is not one of NOTSET, VALID, SAME_UPPER, SAME_LOWER");
        bool isSame = autoPad is "SAME_UPPER" or "SAME_LOWER";
        long[]? asked = Asked(attributes, rank, context);
        var outputs = new (long, long)[rank];
        for (int i = 0; i < rank; i++)
        {
            long whole = (strides[i] * (input[i + 2] - 1L)) + added[i] + ((weights[i + 2] - 1L) * dilations[i]) + 1;
            // Places are counted in ints, those that are cut off too.
            if (whole > int.MaxValue / 2) throw context?.TooLarge("spatial axis " + i.ToString(CultureInfo.InvariantCulture) + " would have length " + whole.ToString(CultureInfo.InvariantCulture)) ?? new InvalidOperationException("The output is too long.") as Exception;
            if (asked is null && !isSame)
            {
                outputs[i] = autoPad == "VALID" ? (whole, 0) : (whole - pads[i] - pads[rank + i], pads[i]);
                continue;
            }

            // Where less is computed than asked for, the rest lies behind the last element.
            long length = asked?[i] ?? (strides[i] * input[i + 2]);
            long cut = Math.Max(0, whole - length);
            outputs[i] = (length, autoPad == "SAME_UPPER" ? cut / 2 : cut - (cut / 2));
        }

        return outputs;
    }

    /// <summary>The geometry of a ConvTranspose that inference has accepted.</summary>
    public static WindowGeometry Read(Node node, int[] input, int[] weights)
    {
        int rank = input.Length - 2;
        (long Length, long Before)[] outputs = Outputs(node.Attributes, input, weights, null);
        long[] strides = WindowGeometry.Numbers(node.Attributes, "strides", rank, 1, 1, null);
        long[] dilations = WindowGeometry.Numbers(node.Attributes, "dilations", rank, 1, 1, null);
        var axes = new List<WindowAxis>();
        for (int i = rank; i < 3; i++) axes.Add(WindowAxis.Missing);
        for (int i = 0; i < rank; i++)
            axes.Add(new WindowAxis((int)outputs[i].Length, input[i + 2], weights[i + 2], (int)strides[i], (int)dilations[i], (int)outputs[i].Before, 0));
        return WindowGeometry.Of(rank, axes);
    }

    /// <summary>The lengths of output_shape, which some files write with batch and channels.</summary>
    private static long[]? Asked(NodeAttributes attributes, int rank, InferenceContext? context)
    {
        if (attributes.Ints("output_shape") is not { IsEmpty: false } shape) return null;
        if (shape.Length != rank && shape.Length != rank + 2)
            throw WindowGeometry.Problem(context, "output_shape", "it has " + shape.Length.ToString(CultureInfo.InvariantCulture) + " values, not " + rank.ToString(CultureInfo.InvariantCulture));
        long[] lengths = [.. shape.Skip(shape.Length - rank)];
        return lengths.All(d => d is >= 0 and <= int.MaxValue) ? lengths : throw WindowGeometry.Problem(context, "output_shape", "a length is not possible");
    }
}
