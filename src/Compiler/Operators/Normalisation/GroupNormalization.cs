using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Operators.Normalisation;

/// <summary>
/// GroupNormalization: groups of neighbouring channels are brought to mean 0 and variance 1 together. Opset 18 scales and shifts by
/// group, later ones by channel.
/// </summary>
internal sealed class GroupNormalization : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "GroupNormalization",
        Versions = [18, 21],
        Inputs = [new("X", TypeSet.Float), new("scale", TypeSet.Float), new("bias", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("epsilon", AttributeKind.Float), new("num_groups", AttributeKind.Int, Required: true), new("stash_type", AttributeKind.Int, Since: 21),
        ],
    };

    /// <summary>The tensor as [samples, groups, elements of a group]. Inference has checked that channels divide.</summary>
    public static AxisView View(Node node, int[] lengths)
    {
        int groups = (int)node.Attributes.Int("num_groups", 1);
        int perSample = AxisView.Of(lengths, 1, lengths.Length).Length;
        return new AxisView(lengths[0], groups, perSample / groups);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] x = context.Lengths(0);
        if (x.Length < 2) throw context.Fail("X must have batch and channels");
        long groups = context.Attributes.Int("num_groups", 1);
        if (groups < 1 || x[1] % groups != 0) throw context.Unsupported("num_groups", groups.ToString(System.Globalization.CultureInfo.InvariantCulture) + " does not divide the " + x[1] + " channels");
        StashType.Check(context);
        bool byGroup = context.Version < 21;
        for (int i = 1; i < 3; i++)
        {
            if (!context.Lengths(i).SequenceEqual([byGroup ? (int)groups : x[1]]))
                throw context.Fail("input '" + Schema.Inputs[i].Name + "' must have one element a " + (byGroup ? "group" : "channel") + " in opset " + context.Version);
        }

        context.SetOutput(0, context.Type(0), x);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        AxisView view = View(context.Node, x.Lengths);
        int perScale = AxisView.Of(x.Lengths, 1, x.Rank).Length / (context.Input(1).Count == 0 ? 1 : context.Input(1).Count);
        double epsilon = context.Attributes.Float("epsilon", 1e-5f);
        for (int row = 0; row < view.Outer * view.Length && view.Inner > 0; row++)
        {
            RowStatistics statistics = RowStatistics.Of(x, row * view.Inner, view.Inner, epsilon);
            for (int i = row * view.Inner; i < (row + 1) * view.Inner; i++)
            {
                int k = i / perScale % context.Input(1).Count;
                y.Reals![i] = (statistics.Apply(x.Reals![i]) * context.Input(1).Reals![k]) + context.Input(2).Reals![k];
            }
        }

        context.SetOutput(0, y);
    }
}
