using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Losses;

/// <summary>NegativeLogLikelihoodLoss: minus the score of the target class, times the class's weight; a mean is over the weights.</summary>
internal sealed class NegativeLogLikelihoodLoss : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "NegativeLogLikelihoodLoss",
        Versions = [12, 13, 22],
        Inputs = [new("input", TypeSet.Float), new("target", TypeSet.Index), new("weight", TypeSet.Float, Arity.Optional)],
        Outputs = [new("loss", TypeSet.Float)],
        Attributes = [new("reduction", AttributeKind.String), new("ignore_index", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => LossReduction.Infer(context);

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        LossReduction reduction = LossReduction.Of(context.Node);
        ReferenceTensor target = context.Input(1);
        var losses = new double[target.Count];
        double total = 0;
        double weights = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            long label = target.Integers![i];
            if (label == reduction.IgnoreIndex) continue;
            double weight = context.HasInput(2) ? context.Input(2).Reals![Label(context, label)] : 1;
            losses[i] = -weight * Score(context, i, label);
            total += losses[i];
            weights += weight;
        }

        context.SetOutput(0, reduction.IsNone
            ? new ReferenceTensor(context.Input(0).ElementType, target.Lengths, losses)
            : new ReferenceTensor(context.Input(0).ElementType, [], [reduction.Kind == "mean" ? total / weights : total]));
    }

    private static double Score(EvaluationContext context, int position, long label)
    {
        ReferenceTensor x = context.Input(0);
        AxisView view = AxisView.Of(x.Lengths, 1);
        return x.Reals![view.Start(position / view.Inner, position % view.Inner) + (Label(context, label) * view.Inner)];
    }

    private static int Label(EvaluationContext context, long label)
    {
        int classes = context.Input(0).Lengths[1];
        return label >= 0 && label < classes ? (int)label
            : throw context.Parameters.Invalid("a target is " + label.ToString(System.Globalization.CultureInfo.InvariantCulture) + ", outside the " + classes.ToString(System.Globalization.CultureInfo.InvariantCulture) + " classes");
    }
}
