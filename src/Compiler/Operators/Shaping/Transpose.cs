using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Transpose: axis i of the output is axis <c>perm[i]</c> of the input; reversed where <c>perm</c> is not given.</summary>
internal sealed class Transpose : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Transpose",
        Versions = [1, 13, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any)],
        Outputs = [new("transposed", TypeSet.Any)],
        Attributes = [new("perm", AttributeKind.Ints)],
    };

    /// <summary>The input's axis for each axis of the output.</summary>
    public static int[] Permutation(InferenceContext context)
    {
        int rank = context.Rank(0);
        if (context.Attributes.Ints("perm") is not { } perm) return [.. Enumerable.Range(0, rank).Reverse()];
        if (perm.Length != rank) throw context.Fail("perm [" + string.Join(", ", perm) + "] does not name each axis once");
        return context.Axes(perm, rank);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        context.SetOutput(0, context.Type(0), Permutation(context).Select(a => x[a]));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int[] perm = Permutation(context.Parameters);
        var from = new int[x.Rank];
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            for (int axis = 0; axis < perm.Length; axis++) from[perm[axis]] = position[axis];
            y.CopyElement(next++, x, Positions.Index(from, x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
