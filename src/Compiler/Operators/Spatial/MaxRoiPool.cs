using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>MaxRoiPool: regions of the input, rounded to whole elements, pooled to one size.</summary>
internal sealed class MaxRoiPool : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MaxRoiPool",
        Versions = [1, 22],
        Inputs = [new("X", TypeSet.Float), new("rois", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes = [new("pooled_shape", AttributeKind.Ints, Required: true), new("spatial_scale", AttributeKind.Float)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 1);
        int[] x = context.Lengths(0);
        int[] rois = context.Lengths(1);
        long[] pooled = [.. context.Attributes.Ints("pooled_shape")!.Value];
        if (x.Length != 4) throw context.Fail("X must have the axes batch, channel, row and column");
        if (rois.Length != 2 || rois[1] != 5) throw context.Fail("rois must be a list of five numbers each");
        if (pooled.Length != 2 || pooled.Any(p => p < 1 || p > int.MaxValue)) throw context.Unsupported("pooled_shape", "it must be a height and a width");
        if (rois[0] > 0 && x[0] == 0) throw context.Fail("X has no sample");
        context.SetComputedOutput(0, context.Type(0), [rois[0], x[1], pooled[0], pooled[1]]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        for (int r = 0; r < y.Lengths[0]; r++)
        {
            double batch = context.Input(1).Reals![r * 5];
            if (!(batch >= 0 && batch < x.Lengths[0])) throw new ArgumentOutOfRangeException(nameof(context), "MaxRoiPool: a batch index is outside the batch.");
            (int Start, int End)[] rows = Bins(context, r, 2, x.Lengths[2], y.Lengths[2]);
            (int Start, int End)[] columns = Bins(context, r, 1, x.Lengths[3], y.Lengths[3]);
            for (int c = 0; c < x.Lengths[1]; c++)
            {
                int plane = (((int)batch * x.Lengths[1]) + c) * x.Lengths[2] * x.Lengths[3];
                int target = ((r * x.Lengths[1]) + c) * rows.Length * columns.Length;
                foreach ((int top, int bottom) in rows)
                {
                    foreach ((int left, int right) in columns)
                    {
                        double largest = double.NegativeInfinity;
                        for (int i = top; i < bottom; i++)
                            for (int k = left; k < right; k++) largest = Math.Max(largest, x.Reals![plane + (i * x.Lengths[3]) + k]);
                        y.Reals![target++] = top < bottom && left < right ? largest : 0;
                    }
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>The elements of each bin along one side of a region. In float, as everybody computes them.</summary>
    private static (int Start, int End)[] Bins(EvaluationContext context, int region, int first, int length, int count)
    {
        float scale = context.Attributes.Float("spatial_scale", 1);
        float Edge(int place) => (float)Math.Round((double)((float)context.Input(1).Reals![(region * 5) + place] * scale), MidpointRounding.AwayFromZero);
        float start = Edge(first);
        float bin = (float)Math.Max((double)(float)(Edge(first + 2) - start + 1), 1d) / count;
        int Inside(double place) => place > 0 ? (int)Math.Min(length, place) : 0;
        return [.. Enumerable.Range(0, count).Select(i => (Inside(Math.Floor((double)(float)(i * bin)) + start), Inside(Math.Ceiling((double)(float)((i + 1) * bin)) + start)))];
    }
}
