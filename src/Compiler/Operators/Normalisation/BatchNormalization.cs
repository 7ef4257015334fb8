using System;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>
/// BatchNormalization: y = scale · (x − mean) / √(var + epsilon) + B, by channel. In inference mean and variance are inputs; in
/// training they are those of the batch, and the inputs move towards them.
/// </summary>
internal sealed class BatchNormalization : Operator
{
    /// <summary>How much of the statistics before stays in each step of training.</summary>
    public const float DefaultMomentum = 0.9f;

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

    /// <summary>
    /// Whether the statistics are those of the batch. An attribute says so up to opset 6 and from 14 on; between, the outputs that only
    /// training has.
    /// </summary>
    public static bool IsTraining(Graphs.Node node) => node.Operator.Version switch
    {
        < 7 => node.Attributes.Int("is_test", 0) == 0,
        < 14 => node.Outputs.Skip(1).Any(o => o.Length > 0),
        _ => node.Attributes.Int("training_mode", 0) != 0,
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length < 2) throw context.Fail("X must have batch and channels");
        int channels = View(context.Node, x).Length;
        for (int i = 1; i < 5; i++)
            if (context.Lengths(i).Aggregate(1L, (a, b) => a * b) != channels) throw context.Fail("input '" + Schema.Inputs[i].Name + "' must have one element a channel");
        if (!IsTraining(context.Node) && context.Node.Outputs.Skip(1).Any(o => o.Length > 0)) throw context.Invalid("only training has more than one output");
        context.SetOutput(0, context.Type(0), x);
        for (int i = 1; i < 5; i++) context.SetOutput(i, context.Type(i % 2 == 1 ? 3 : 4), context.Lengths(i % 2 == 1 ? 3 : 4));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        Reduction.AxisView view = View(context.Node, x.Lengths);
        bool isTraining = IsTraining(context.Node);
        double[] mean = isTraining ? Means(x.Reals!, view) : context.Input(3).Reals!;
        double[] variance = isTraining ? Means([.. x.Reals!.Select((v, i) => Square(v - mean[Channel(i, view)]))], view) : context.Input(4).Reals!;
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        for (int i = 0; i < y.Count; i++)
        {
            int channel = Channel(i, view);
            double scale = context.Input(1).Reals![channel] / Math.Sqrt(variance[channel] + epsilon);
            y.Reals![i] = (scale * (x.Reals![i] - mean[channel])) + context.Input(2).Reals![channel];
        }

        context.SetOutput(0, y);
        if (isTraining) SetStatistics(context, mean, variance);
    }

    /// <summary>The inputs moved towards the batch's statistics, and these.</summary>
    private static void SetStatistics(EvaluationContext context, double[] mean, double[] variance)
    {
        double momentum = context.Attributes.Float("momentum", DefaultMomentum);
        for (int output = 1; output < 5; output++)
        {
            if (!context.HasOutput(output)) continue;
            double[] batch = output % 2 == 1 ? mean : variance;
            double[] before = context.Input(output % 2 == 1 ? 3 : 4).Reals!;
            ReferenceTensor statistics = context.NewOutput(output);
            for (int c = 0; c < statistics.Count; c++) statistics.Reals![c] = output < 3 ? (before[c] * momentum) + (batch[c] * (1 - momentum)) : batch[c];
            context.SetOutput(output, statistics);
        }
    }

    private static double[] Means(double[] x, Reduction.AxisView view)
    {
        var sums = new double[view.Length];
        for (int i = 0; i < x.Length; i++) sums[Channel(i, view)] += x[i];
        return [.. sums.Select(s => s / (view.Outer * view.Inner))];
    }

    private static int Channel(int index, Reduction.AxisView view) => index / view.Inner % view.Length;

    private static double Square(double x) => x * x;
}
