using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>LpNormalization: the lines along an axis are divided by their norm. A line of zeros stays one.</summary>
internal sealed class LpNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LpNormalization",
        Versions = [1, 22],
        Inputs = [new("input", TypeSet.Float)],
        Outputs = [new("output", TypeSet.Float)],
        Attributes = [new("axis", AttributeKind.Int), new("p", AttributeKind.Int)],
    };

    /// <summary>The tensor along the axis.</summary>
    public static AxisView View(Node node, int[] lengths)
    {
        int axis = (int)node.Attributes.Int("axis", -1);
        return AxisView.Of(lengths, axis < 0 ? axis + lengths.Length : axis);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        _ = context.Axis(context.Attributes.Int("axis", -1), context.Rank(0));
        if (context.Attributes.Int("p", 2) is not (1 or 2)) throw context.Unsupported("p", "it must be 1 or 2");
        context.SetOutput(0, context.Type(0), context.Lengths(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = View(context.Node, x.Lengths);
        bool isManhattan = context.Attributes.Int("p", 2) == 1;
        for (int outer = 0; outer < view.Outer; outer++)
        {
            for (int inner = 0; inner < view.Inner; inner++)
            {
                int[] line = [.. Enumerable.Range(0, view.Length).Select(i => view.Start(outer, inner) + (i * view.Inner))];
                double norm = isManhattan ? line.Sum(i => Math.Abs(x.Reals![i])) : Math.Sqrt(line.Sum(i => x.Reals![i] * x.Reals![i]));
                foreach (int i in line) y.Reals![i] = norm == 0 ? 0 : x.Reals![i] / norm;
            }
        }

        context.SetOutput(0, y);
    }
}
