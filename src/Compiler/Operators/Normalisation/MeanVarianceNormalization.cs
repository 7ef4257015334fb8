using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>MeanVarianceNormalization: (x − mean) / (standard deviation + 1e-9) over some axes; batch, height and width unless told.</summary>
internal sealed class MeanVarianceNormalization : Operator
{
    /// <summary>What is added to the deviation.</summary>
    public const double Epsilon = 1e-9;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MeanVarianceNormalization",
        Versions = [9, 13],
        Inputs = [new("X", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes = [new("axes", AttributeKind.Ints)],
    };

    /// <summary>The axes over which statistics are taken, ascending.</summary>
    public static int[] Axes(InferenceContext context)
        => [.. context.Axes(context.Attributes.Ints("axes") ?? [0, 2, 3], context.Rank(0)).OrderBy(a => a)];

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        _ = Axes(context);
        context.SetOutput(0, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int[] axes = Axes(context.Parameters);
        int[] strides = Positions.Strides(x.Lengths);
        int Group(int i) => Enumerable.Range(0, x.Rank).Where(a => !axes.Contains(a)).Aggregate(0, (key, a) => (key * x.Lengths[a]) + (i / strides[a] % x.Lengths[a]));
        foreach (IGrouping<int, int> group in Enumerable.Range(0, x.Count).GroupBy(Group))
        {
            double mean = group.Average(i => x.Reals![i]);
            double deviation = Math.Sqrt(group.Average(i => (x.Reals![i] - mean) * (x.Reals![i] - mean)));
            foreach (int i in group) y.Reals![i] = (x.Reals![i] - mean) / (deviation + Epsilon);
        }

        context.SetOutput(0, y);
    }
}
