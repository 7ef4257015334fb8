using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Training;

/// <summary>Adagrad: the step of each element shrinks with the sum of its squared gradients.</summary>
internal sealed class Adagrad() : Optimizer(
    "Adagrad",
    kept: 1,
    [new("decay_factor", AttributeKind.Float), new("epsilon", AttributeKind.Float), new("norm_coefficient", AttributeKind.Float)])
{
    /// <summary>What keeps the divisor from 0.</summary>
    public static float Epsilon(Node node) => node.Attributes.Float("epsilon", 1e-6f);

    /// <inheritdoc/>
    public override double Factor(Node node, double rate, long step) => rate / (1 + (step * (double)node.Attributes.Float("decay_factor", 0)));

    /// <inheritdoc/>
    public override (double Element, double[] Kept) Next(Node node, double factor, long step, double element, double gradient, double[] kept)
    {
        double regular = (node.Attributes.Float("norm_coefficient", 0) * element) + gradient;
        double squares = kept[0] + (regular * regular);
        return (element - (factor * regular / (Math.Sqrt(squares) + Epsilon(node))), [squares]);
    }
}
