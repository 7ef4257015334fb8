using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>RoiAlign: regions of the input pooled to one size, each bin from samples that are interpolated bilinearly.</summary>
internal sealed class RoiAlign : Operator
{
    /// <summary>Samples along a side of a bin; a region of which bins would take more is refused.</summary>
    public const int MaxSamples = 32768;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "RoiAlign",
        Versions = [10, 16, 22],
        Inputs = [new("X", TypeSet.Float), new("rois", TypeSet.Float), new("batch_indices", TypeSet.Int64)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("coordinate_transformation_mode", AttributeKind.String, Since: 16), new("mode", AttributeKind.String), new("output_height", AttributeKind.Int),
            new("output_width", AttributeKind.Int), new("sampling_ratio", AttributeKind.Int), new("spatial_scale", AttributeKind.Float),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>Whether regions are given in pixels whose centres are at one half.</summary>
    public static bool IsHalfPixel(InferenceContext context) => context.Version >= 16 && context.Attributes.String("coordinate_transformation_mode", "half_pixel") == "half_pixel";

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 1);
        int[] x = context.Lengths(0);
        int[] rois = context.Lengths(1);
        int[] batches = context.Lengths(2);
        if (x.Length != 4) throw context.Fail("X must have the axes batch, channel, row and column");
        if (rois.Length != 2 || rois[1] != 4) throw context.Fail("rois must be a list of four numbers each");
        if (batches.Length != 1 || batches[0] != rois[0]) throw context.Fail("batch_indices must have one number a region");
        if (context.Attributes.String("mode", "avg") is not ("avg" or "max")) throw context.Unsupported("mode", "it must be avg or max");
        if (context.Attributes.String("coordinate_transformation_mode", "half_pixel") is not ("half_pixel" or "output_half_pixel")) throw context.Unsupported("coordinate_transformation_mode", "it must be half_pixel or output_half_pixel");
        long height = context.Attributes.Int("output_height", 1);
        long width = context.Attributes.Int("output_width", 1);
        if (height < 1 || height > int.MaxValue || width < 1 || width > int.MaxValue) throw context.Unsupported("output_height", "height and width must be positive");
        if (context.Attributes.Int("sampling_ratio", 0) is < 0 or > MaxSamples) throw context.Unsupported("sampling_ratio", "it must be 0 or a small number");
        if (rois[0] > 0 && (x[0] == 0 || x[2] == 0 || x[3] == 0)) throw context.Fail("X has no element to sample");
        context.SetComputedOutput(0, context.Type(0), [rois[0], x[1], height, width]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        bool isMax = context.Attributes.String("mode", "avg") == "max";
        (int height, int width) = (y.Lengths[2], y.Lengths[3]);
        for (int r = 0; r < y.Lengths[0]; r++)
        {
            long batch = context.Input(2).Integers![r];
            if (batch < 0 || batch >= x.Lengths[0]) throw new ArgumentOutOfRangeException(nameof(context), "RoiAlign: a batch index is outside the batch.");
            (double top, double binHeight, int rows) = Side(context, r, 1, height);
            (double left, double binWidth, int columns) = Side(context, r, 0, width);
            for (int c = 0; c < x.Lengths[1]; c++)
            {
                int plane = (((int)batch * x.Lengths[1]) + c) * x.Lengths[2] * x.Lengths[3];
                for (int bin = 0; bin < height * width; bin++)
                {
                    double sum = 0;
                    double largest = double.NegativeInfinity;
                    for (int sample = 0; sample < Math.Max(0, rows) * Math.Max(0, columns); sample++)
                    {
                        double row = top + (bin / width * binHeight) + (((sample / columns) + 0.5) * binHeight / rows);
                        double column = left + (bin % width * binWidth) + (((sample % columns) + 0.5) * binWidth / columns);
                        double[] terms = Terms(x, plane, row, column);
                        sum += terms.Sum();
                        largest = Math.Max(largest, terms.Max());
                    }

                    y.Reals![(((r * x.Lengths[1]) + c) * height * width) + bin] = !isMax ? sum / Math.Max(1, rows * columns) : rows > 0 && columns > 0 ? largest : 0;
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>One side of a region: where it begins, the length of a bin, the samples along it.</summary>
    private static (double Start, double Bin, int Samples) Side(EvaluationContext context, int region, int first, int bins)
    {
        double scale = context.Attributes.Float("spatial_scale", 1);
        bool halfPixel = IsHalfPixel(context.Parameters);
        double start = (context.Input(1).Reals![(region * 4) + first] * scale) - (halfPixel ? 0.5 : 0);
        double length = (context.Input(1).Reals![(region * 4) + first + 2] * scale) - (halfPixel ? 0.5 : 0) - start;
        if (!halfPixel) length = Math.Max(length, 1);
        double bin = length / bins;
        int ratio = (int)context.Attributes.Int("sampling_ratio", 0);
        if (!(Math.Abs(bin) <= MaxSamples)) throw new ArgumentOutOfRangeException(nameof(context), "RoiAlign: a region is too large.");
        return (start, bin, ratio > 0 ? ratio : (int)Math.Ceiling(bin));
    }

    /// <summary>The four neighbours of a place, weighted; zeros far outside.</summary>
    private static double[] Terms(ReferenceTensor x, int plane, double row, double column)
    {
        (int height, int width) = (x.Lengths[2], x.Lengths[3]);
        if (row < -1 || row > height || column < -1 || column > width) return [0, 0, 0, 0];
        double r = Math.Max(0, Math.Min(height - 1, row));
        double c = Math.Max(0, Math.Min(width - 1, column));
        (int r0, int c0) = ((int)r, (int)c);
        (int r1, int c1) = (Math.Min(height - 1, r0 + 1), Math.Min(width - 1, c0 + 1));
        double At(int i, int k) => x.Reals![plane + (i * width) + k];
        return [(1 - (r - r0)) * (1 - (c - c0)) * At(r0, c0), (1 - (r - r0)) * (c - c0) * At(r0, c1), (r - r0) * (1 - (c - c0)) * At(r1, c0), (r - r0) * (c - c0) * At(r1, c1)];
    }
}
