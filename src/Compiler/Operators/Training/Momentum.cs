using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Training;

/// <summary>Momentum: the gradients of past steps fade away; with Nesterov's form the gradient counts once more.</summary>
internal sealed class Momentum() : Optimizer(
    "Momentum",
    kept: 1,
    [
        new("alpha", AttributeKind.Float, Required: true), new("beta", AttributeKind.Float, Required: true), new("mode", AttributeKind.String, Required: true),
        new("norm_coefficient", AttributeKind.Float, Required: true),
    ])
{
    /// <summary>Whether a node has Nesterov's form.</summary>
    public static bool IsNesterov(Node node) => node.Attributes.String("mode", "standard") == "nesterov";

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Attributes.String("mode", "") is not ("standard" or "nesterov")) throw context.Unsupported("mode", "it should be standard or nesterov");
        base.Infer(context);
    }

    /// <inheritdoc/>
    public override double Factor(Node node, double rate, long step) => rate;

    /// <inheritdoc/>
    public override (double Element, double[] Kept) Next(Node node, double factor, long step, double element, double gradient, double[] kept)
    {
        double alpha = node.Attributes.Float("alpha", 0);
        double regular = (node.Attributes.Float("norm_coefficient", 0) * element) + gradient;
        double velocity = (alpha * kept[0]) + ((step > 0 ? node.Attributes.Float("beta", 0) : 1) * regular);
        return (element - (factor * (IsNesterov(node) ? regular + (alpha * velocity) : velocity)), [velocity]);
    }
}
