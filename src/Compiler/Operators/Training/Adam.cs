using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Training;

/// <summary>Adam: running means of the gradients and of their squares, the first steps corrected for having begun at 0.</summary>
internal sealed class Adam() : Optimizer(
    "Adam",
    kept: 2,
    [
        new("alpha", AttributeKind.Float), new("beta", AttributeKind.Float), new("epsilon", AttributeKind.Float), new("norm_coefficient", AttributeKind.Float),
        new("norm_coefficient_post", AttributeKind.Float),
    ])
{
    /// <summary>The shares of the old means that stay.</summary>
    public static (float Alpha, float Beta) Shares(Node node) => (node.Attributes.Float("alpha", 0.9f), node.Attributes.Float("beta", 0.999f));

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        // The specification says 1e-6, ONNX's own case test_adam_multiple means 1e-2.
        if (!context.Attributes.Has("epsilon")) throw context.Unsupported("epsilon", "the specification and its test cases disagree about the default; state it in the model");
        base.Infer(context);
    }

    /// <inheritdoc/>
    public override double Factor(Node node, double rate, long step)
    {
        (double alpha, double beta) = Shares(node);
        return step > 0 ? rate * Math.Sqrt(1 - Math.Pow(beta, step)) / (1 - Math.Pow(alpha, step)) : rate;
    }

    /// <inheritdoc/>
    public override (double Element, double[] Kept) Next(Node node, double factor, long step, double element, double gradient, double[] kept)
    {
        (double alpha, double beta) = Shares(node);
        double regular = (node.Attributes.Float("norm_coefficient", 0) * element) + gradient;
        double mean = (alpha * kept[0]) + ((1 - alpha) * regular);
        double square = (beta * kept[1]) + ((1 - beta) * regular * regular);
        double next = element - (factor * mean / (Math.Sqrt(square) + Adagrad.Epsilon(node)));
        return ((1 - node.Attributes.Float("norm_coefficient_post", 0)) * next, [mean, square]);
    }
}
