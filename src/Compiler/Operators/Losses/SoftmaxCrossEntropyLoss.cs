using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Losses;

/// <summary>SoftmaxCrossEntropyLoss: the negative log-likelihood of the target class under the softmax of the scores along axis 1.</summary>
internal sealed class SoftmaxCrossEntropyLoss : FunctionOperator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "SoftmaxCrossEntropyLoss",
        Versions = [12, 13],
        Inputs = [new("scores", TypeSet.Float), new("labels", TypeSet.Index), new("weights", TypeSet.Float, Arity.Optional)],
        Outputs = [new("output", TypeSet.Float), new("log_prob", TypeSet.Float, Arity.Optional)],
        Attributes = [new("reduction", AttributeKind.String), new("ignore_index", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        LossReduction.Infer(context);
        context.SetOutput(1, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        AxisView view = AxisView.Of(x.Lengths, 1);
        var logarithms = new double[x.Count];
        for (int line = 0; line < view.Outer * view.Inner; line++)
        {
            int[] places = [.. Enumerable.Range(0, view.Length).Select(c => view.Start(line / view.Inner, line % view.Inner) + (c * view.Inner))];
            double max = places.Length == 0 ? 0 : places.Max(i => x.Reals![i]);
            double log = max + Math.Log(places.Sum(i => Math.Exp(x.Reals![i] - max)));
            foreach (int i in places) logarithms[i] = x.Reals![i] - log;
        }

        var probabilities = new ReferenceTensor(x.ElementType, x.Lengths, logarithms);
        if (context.HasOutput(1)) context.SetOutput(1, probabilities);
        if (!context.HasOutput(0)) return;
        var loss = new EvaluationContext(
            context.Node, [probabilities, context.Input(1), context.OptionalInput(2)], [context.OutputType(0), null]);
        new NegativeLogLikelihoodLoss().Evaluate(loss);
        context.SetOutput(0, loss.Outputs[0]!);
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        string logarithms = context.HasOutput(1) ? context.Output(1) : context.Fresh("log_prob");
        yield return context.Node("LogSoftmax", [context.Input(0)], [logarithms], NodeAttributes.Empty.With("axis", 1));
        if (context.HasOutput(0))
            yield return context.Node("NegativeLogLikelihoodLoss", [logarithms, context.Input(1), context.Input(2)], [context.Output(0)], context.Attributes);
    }
}
