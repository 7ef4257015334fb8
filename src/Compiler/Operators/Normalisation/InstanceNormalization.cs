using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>InstanceNormalization: every channel of every sample is brought to mean 0 and variance 1, then scaled and shifted by channel.</summary>
internal sealed class InstanceNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "InstanceNormalization",
        Versions = [1, 6, 22],
        Inputs = [new("input", TypeSet.Float), new("scale", TypeSet.Float), new("B", TypeSet.Float)],
        Outputs = [new("output", TypeSet.Float)],
        Attributes = [new("epsilon", AttributeKind.Float), new("consumed_inputs", AttributeKind.Ints, Until: 5)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] x = context.Lengths(0);
        if (x.Length < 2) throw context.Fail("the input must have batch and channels");
        for (int i = 1; i < 3; i++)
            if (!context.Lengths(i).SequenceEqual([x[1]])) throw context.Fail("input '" + Schema.Inputs[i].Name + "' must have one element for each of the " + x[1] + " channels");
        context.SetOutput(0, context.Type(0), x);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = AxisView.Of(x.Lengths, 2, x.Rank);
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        for (int row = 0; row < view.Outer; row++)
        {
            int channel = row % x.Lengths[1];
            RowStatistics statistics = RowStatistics.Of(x, row * view.Length, view.Length, epsilon);
            for (int i = row * view.Length; i < (row + 1) * view.Length; i++)
                y.Reals![i] = (statistics.Apply(x.Reals![i]) * context.Input(1).Reals![channel]) + context.Input(2).Reals![channel];
        }

        context.SetOutput(0, y);
    }
}
