using System;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>Which inputs and attributes of Resize and Upsample say what: it differs from opset to opset.</summary>
internal static class ResizeParameters
{
    /// <summary>Where an input stands; −1 where the operator of that opset lacks it, or it is not given.</summary>
    public static (int Roi, int Scales, int Sizes) Places(InferenceContext context)
    {
        if (context.Node.Operator.Name == "Upsample") return (-1, context.Version >= 9 ? 1 : -1, -1);
        if (context.Version < 11) return (-1, Given(context, 1), -1);
        return (Given(context, 1), Given(context, 2), Given(context, 3));
    }

    /// <summary>The axes that are resized, in the order of scales, sizes and roi.</summary>
    public static int[] Axes(InferenceContext context)
    {
        int rank = context.Rank(0);
        return context.Attributes.Ints("axes") is { } axes ? context.Axes(axes, rank) : [.. Enumerable.Range(0, rank)];
    }

    /// <summary>All axes of the input; those that are not resized have scale 1.</summary>
    /// <param name="context">The node.</param>
    /// <param name="withRoi">Whether the region of interest is needed: shapes do not depend on it.</param>
    public static ResizeAxis[] Read(InferenceContext context, bool withRoi)
    {
        var mode = ResizeMode.Read(context);
        int[] x = context.Lengths(0);
        int[] axes = Axes(context);
        (int roiPlace, int scalesPlace, int sizesPlace) = Places(context);
        if (sizesPlace >= 0 && scalesPlace >= 0) throw context.Invalid("it has both scales and sizes");
        double[]? roi = mode.IsCrop ? Roi(context, roiPlace, axes.Length, withRoi) : null;
        ResizeAxis[] result = [.. x.Select(d => new ResizeAxis(d, d, 1, 0, 1))];
        (double Scale, long Length)[] wanted = sizesPlace >= 0 ? FromSizes(context, mode, sizesPlace, axes, x) : FromScales(context, scalesPlace, axes, x);
        for (int i = 0; i < axes.Length; i++)
        {
            if (wanted[i].Length > int.MaxValue) throw context.TooLarge("axis " + Text(axes[i]) + " would have length " + Text(wanted[i].Length));
            if (wanted[i].Length > 0 && x[axes[i]] == 0) throw context.Fail("there is nothing to interpolate along axis " + Text(axes[i]));
            result[axes[i]] = new ResizeAxis(x[axes[i]], (int)wanted[i].Length, wanted[i].Scale, roi?[i] ?? 0, roi?[axes.Length + i] ?? 1);
        }

        return result;
    }

    private static int Given(InferenceContext context, int index)
        => context.HasInput(index) && context.Shape(index) is not { IsStatic: true, ElementCount: 0 } ? index : -1;

    private static double[]? Roi(InferenceContext context, int place, int axes, bool needed)
    {
        if (place < 0) throw context.Invalid("tf_crop_and_resize needs the input 'roi'");
        if (context.Shape(place) is { IsStatic: true } shape && shape.ElementCount != 2 * axes) throw context.Fail("roi must have a start and an end for each of " + Text(axes) + " axes");
        if (context.Constant(place) is { } constant) return Reals(constant);
        return needed ? throw context.Dynamic("input 'roi' is computed at run time") : null;
    }

    private static (double Scale, long Length)[] FromSizes(InferenceContext context, ResizeMode mode, int place, int[] axes, int[] x)
    {
        long[] sizes = context.RequireIntegers(place, "sizes");
        if (sizes.Length != axes.Length) throw context.Fail("sizes has " + Text(sizes.Length) + " values for " + Text(axes.Length) + " axes");
        if (sizes.Any(s => s < 0)) throw context.Fail("a size is negative");
        double[] scales = [.. sizes.Select((s, i) => x[axes[i]] == 0 ? 1 : s / (double)x[axes[i]])];
        if (mode.Policy == "stretch" || sizes.Length == 0) return [.. sizes.Select((s, i) => (scales[i], s))];
        double scale = mode.Policy == "not_larger" ? scales.Min() : scales.Max();
        return [.. axes.Select(a => (scale, (long)Math.Floor((scale * x[a]) + 0.5)))];
    }

    private static (double Scale, long Length)[] FromScales(InferenceContext context, int place, int[] axes, int[] x)
    {
        double[] scales = Scales(context, place);
        if (scales.Length != axes.Length) throw context.Fail("scales has " + Text(scales.Length) + " values for " + Text(axes.Length) + " axes");
        if (scales.Any(s => !(s > 0) || double.IsInfinity(s))) throw context.Fail("a scale is not positive");
        // In float, as shape inference of ONNX does it: 0.7 · 10 is 7.
        return [.. axes.Select((a, i) => (scales[i], (long)Math.Min(long.MaxValue / 2, Math.Floor((double)(float)((float)x[a] * (float)scales[i])))))];
    }

    private static double[] Scales(InferenceContext context, int place)
    {
        if (place >= 0) return context.Constant(place) is { } constant ? Reals(constant) : throw context.Dynamic("input 'scales' is computed at run time, so the output's shape is not known at build time");
        if (context.Attributes.Floats("scales") is { } scales) return [.. scales.Select(s => (double)s)];
        if (context.Attributes.Has("height_scale") && context.Rank(0) == 4) return [1, 1, context.Attributes.Float("height_scale", 1), context.Attributes.Float("width_scale", 1)];
        throw context.Invalid("it has neither scales nor sizes");
    }

    private static double[] Reals(Tensor tensor)
    {
        var values = ReferenceTensor.FromTensor(tensor);
        return [.. Enumerable.Range(0, values.Count).Select(values.Real)];
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
