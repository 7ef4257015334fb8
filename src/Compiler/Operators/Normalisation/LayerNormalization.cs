using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>
/// LayerNormalization: the elements from an axis on are brought to mean 0 and variance 1, then scaled and shifted. The optional
/// outputs are the mean and the reciprocal of the standard deviation, in the type that <c>stash_type</c> names.
/// </summary>
internal sealed class LayerNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LayerNormalization",
        Versions = [17],
        Inputs = [new("X", TypeSet.Float), new("Scale", TypeSet.Float), new("B", TypeSet.Float, Arity.Optional)],
        Outputs = [new("Y", TypeSet.Float), new("Mean", TypeSet.Float, Arity.Optional), new("InvStdDev", TypeSet.Float, Arity.Optional)],
        Attributes = [new("axis", AttributeKind.Int), new("epsilon", AttributeKind.Float), new("stash_type", AttributeKind.Int)],
    };

    /// <summary>The tensor as rows that are normalised one by one.</summary>
    public static AxisView View(Node node, int[] lengths)
    {
        int axis = (int)node.Attributes.Int("axis", -1);
        return AxisView.Of(lengths, axis < 0 ? axis + lengths.Length : axis, lengths.Length);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] x = context.Lengths(0);
        int axis = context.Axis(context.Attributes.Int("axis", -1), x.Length);
        int[] row = [.. x.Skip(axis)];
        for (int i = 1; i < 3; i++)
        {
            if (!context.HasInput(i)) continue;
            if (!context.Broadcast(context.Lengths(i), row).SequenceEqual(row)) throw context.Fail("input '" + Schema.Inputs[i].Name + "' does not broadcast to the normalised shape " + Shape.Of(row));
        }

        var stash = (ElementType)context.Attributes.Int("stash_type", 1);
        if (stash is not (ElementType.Float32 or ElementType.BFloat16)) throw context.Unsupported("stash_type", "it must be 1 (float) or 16 (bfloat16)");
        context.SetOutput(0, context.Type(0), x);
        for (int i = 1; i < 3; i++) context.SetOutput(i, stash, x.Select((d, a) => a < axis ? d : 1));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = View(context.Node, x.Lengths);
        int[] row = [.. x.Lengths.Skip(Axis(context, x.Rank))];
        double[] scale = Spread(context.Input(1), row);
        double[] shift = context.HasInput(2) ? Spread(context.Input(2), row) : new double[view.Length];
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        var means = new double[view.Outer];
        var inverses = new double[view.Outer];
        for (int outer = 0; outer < view.Outer; outer++)
        {
            var elements = new ArraySegment<double>(x.Reals!, outer * view.Length, view.Length);
            double mean = elements.Sum() / view.Length;
            double inverse = 1 / Math.Sqrt((elements.Sum(v => (v - mean) * (v - mean)) / view.Length) + epsilon);
            for (int i = 0; i < view.Length; i++) y.Reals![(outer * view.Length) + i] = ((x.Reals![(outer * view.Length) + i] - mean) * inverse * scale[i]) + shift[i];
            means[outer] = mean;
            inverses[outer] = inverse;
        }

        context.SetOutput(0, y);
        if (context.HasOutput(1)) context.SetOutput(1, new ReferenceTensor(context.OutputType(1).ElementType, context.OutputType(1).Shape!.ToArray(), means));
        if (context.HasOutput(2)) context.SetOutput(2, new ReferenceTensor(context.OutputType(2).ElementType, context.OutputType(2).Shape!.ToArray(), inverses));
    }

    private static int Axis(EvaluationContext context, int rank)
    {
        int axis = (int)context.Attributes.Int("axis", -1);
        return axis < 0 ? axis + rank : axis;
    }

    private static double[] Spread(ReferenceTensor operand, int[] row)
    {
        var reader = new BroadcastReader(operand, row);
        return [.. Enumerable.Range(0, row.Aggregate(1, (a, b) => a * b)).Select(i => operand.Reals![reader.IndexOf(i)])];
    }
}
