using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>LRN: every element is divided by (bias + alpha / size · Σ x²)^beta, the sum over a window of channels around its own.</summary>
internal sealed class LRN : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LRN",
        Versions = [1, 13],
        Inputs = [new("X", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("alpha", AttributeKind.Float), new("beta", AttributeKind.Float), new("bias", AttributeKind.Float), new("size", AttributeKind.Int, Required: true),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>How many channels before an element's own the window reaches; the same number behind, and one more where the size is even.</summary>
    public static (int Before, int Behind) Window(Graphs.Node node, int channels)
    {
        long size = node.Attributes.Int("size", 1);
        return ((int)Math.Min((size - 1) / 2, channels), (int)Math.Min(size / 2, channels));
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Rank(0) < 2) throw context.Fail("X must have batch and channels");
        if (context.Attributes.Int("size", 1) < 1) throw context.Unsupported("size", "it must be at least 1");
        context.SetOutput(0, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = AxisView.Of(x.Lengths, 1);
        (int before, int behind) = Window(context.Node, view.Length);
        double factor = context.Attributes.Float("alpha", 1e-4f) / (double)context.Attributes.Int("size", 1);
        double beta = context.Attributes.Float("beta", 0.75f);
        double bias = context.Attributes.Float("bias", 1);
        for (int i = 0; i < y.Count; i++)
        {
            int channel = i / view.Inner % view.Length;
            double squares = 0;
            for (int c = Math.Max(0, channel - before); c <= Math.Min(view.Length - 1, channel + behind); c++)
            {
                double value = x.Reals![i + ((c - channel) * view.Inner)];
                squares += value * value;
            }

            y.Reals![i] = x.Reals![i] / Math.Pow(bias + (factor * squares), beta);
        }

        context.SetOutput(0, y);
    }
}
