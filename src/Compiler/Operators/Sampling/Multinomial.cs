using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Sampling;

/// <summary>Multinomial: for each row of unnormalised logarithms of probabilities, classes drawn with those probabilities.</summary>
internal sealed class Multinomial : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Multinomial",
        Notes = "every call draws the same numbers; without a seed they follow from the name of the node",
        Versions = [7, 22],
        Inputs = [new("input", TypeSet.Float)],
        Outputs = [new("output", TypeSet.Index)],
        Attributes = [new("dtype", AttributeKind.Int), new("sample_size", AttributeKind.Int), new("seed", AttributeKind.Float)],
    };

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Lengths(0) is not [int batch, int classes]) throw context.Fail("the input must be a matrix: a row of classes for each of a batch");
        if (classes == 0) throw context.Fail("there is no class to draw");
        ElementType type = OutputTypes.Read(context, "dtype", ElementType.Int32, TypeSet.Index);
        context.SetComputedOutput(0, type, [batch, context.Attributes.Int("sample_size", 1)]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        SplitMix64 random = RandomSeed.Generator(context.Node);
        int classes = x.Lengths[1];
        int samples = y.Lengths[1];
        for (int row = 0; row < x.Lengths[0]; row++)
        {
            double max = double.NegativeInfinity;
            for (int k = 0; k < classes; k++) max = Math.Max(max, x.Reals![(row * classes) + k]);
            var sums = new double[classes];
            double sum = 0;
            for (int k = 0; k < classes; k++) sums[k] = sum += Math.Exp(x.Reals![(row * classes) + k] - max);
            for (int sample = 0; sample < samples; sample++)
            {
                double limit = random.NextUnit(53) * sum;
                int drawn = 0;
                while (drawn < classes - 1 && !(limit < sums[drawn])) drawn++;
                y.Integers![(row * samples) + sample] = drawn;
            }
        }

        context.SetOutput(0, y);
    }
}
