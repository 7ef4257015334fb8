using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>
/// BatchNormalization with the statistics of training: y = scale · (x − mean) / √(var + epsilon) + B, by channel. The outputs
/// that older opsets add for training are the statistics themselves.
/// </summary>
internal sealed class BatchNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "BatchNormalization",
        Versions = [1, 6, 7, 9, 14, 15],
        Inputs =
        [
            new("X", TypeSet.Float), new("scale", TypeSet.Float), new("B", TypeSet.Float), new("input_mean", TypeSet.Float), new("input_var", TypeSet.Float),
        ],
        Outputs =
        [
            new("Y", TypeSet.Float), new("running_mean", TypeSet.Float, Arity.Optional), new("running_var", TypeSet.Float, Arity.Optional),
            new("saved_mean", TypeSet.Float, Arity.Optional), new("saved_var", TypeSet.Float, Arity.Optional),
        ],
        Attributes =
        [
            new("epsilon", AttributeKind.Float), new("momentum", AttributeKind.Float), new("training_mode", AttributeKind.Int, Since: 14),
            new("spatial", AttributeKind.Int, Until: 8), new("is_test", AttributeKind.Int, Until: 6), new("consumed_inputs", AttributeKind.Ints, Until: 5),
        ],
    };

    /// <summary>The tensor as [batch, channels, elements of a channel]; without <c>spatial</c> every element is a channel of its own.</summary>
    public static Reduction.AxisView View(Graphs.Node node, int[] lengths)
        => Reduction.AxisView.Of(lengths, 1, node.Attributes.Int("spatial", 1) != 0 ? 2 : lengths.Length);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length < 2) throw context.Fail("X must have batch and channels");
        if (context.Attributes.Int("training_mode", 0) != 0) throw context.Unsupported("training_mode", "only inference is supported; export the model in evaluation mode");
        if (context.Version < 7 && context.Attributes.Int("is_test", 0) == 0) throw context.Unsupported("is_test", "only inference (is_test = 1) is supported; export the model in evaluation mode");
        int channels = View(context.Node, x).Length;
        for (int i = 1; i < 5; i++)
            if (context.Lengths(i).Aggregate(1L, (a, b) => a * b) != channels) throw context.Fail("input '" + Schema.Inputs[i].Name + "' must have one element a channel");
        context.SetOutput(0, context.Type(0), x);
        for (int i = 1; i < 5; i++) context.SetOutput(i, context.Type(i % 2 == 1 ? 3 : 4), context.Lengths(i % 2 == 1 ? 3 : 4));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        Reduction.AxisView view = View(context.Node, x.Lengths);
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        for (int i = 0; i < y.Count; i++)
        {
            int channel = i / view.Inner % view.Length;
            double scale = context.Input(1).Reals![channel] / Math.Sqrt(context.Input(4).Reals![channel] + epsilon);
            y.Reals![i] = (scale * (x.Reals![i] - context.Input(3).Reals![channel])) + context.Input(2).Reals![channel];
        }

        context.SetOutput(0, y);
        for (int i = 1; i < 5; i++)
            if (context.HasOutput(i)) context.SetOutput(i, context.Input(i % 2 == 1 ? 3 : 4));
    }
}
