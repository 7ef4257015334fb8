using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Selection;

/// <summary>NonZero: the positions of the elements that are not zero, a row an axis, in the order of the elements.</summary>
internal sealed class NonZero : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "NonZero",
        Versions = [9, 13],
        Inputs = [new("X", TypeSet.Any)],
        Outputs = [new("Y", TypeSet.Int64)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Constant(0) is not { } constant || context.Type(0) == ElementType.String) throw context.Dynamic("how many elements are not zero is known at run time only");
        int[] x = [.. constant.Dimensions];
        context.SetOutput(0, ElementType.Int64, [x.Length, Found(ReferenceTensor.FromTensor(constant)).Count()]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        if (shapes[0] is not [var rows, var count] || rows != context.Rank(0) || count > context.Shape(0).ElementCount) return false;
        context.SetOutput(0, ElementType.Int64, shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        context.SetOutput(0, ElementType.Int64, new Shape([context.Rank(0), context.Open(0, 1, context.Shape(0).ElementLimit)]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        int[] found = [.. Found(x)];
        var y = new ReferenceTensor(ElementType.Int64, [x.Rank, found.Length]);
        int[][] positions = [.. Positions.All(x.Lengths).Select(p => (int[])p.Clone())];
        for (int axis = 0; axis < x.Rank; axis++)
            for (int i = 0; i < found.Length; i++) y.Integers![(axis * found.Length) + i] = positions[found[i]][axis];
        context.SetOutput(0, y);
    }

    private static IEnumerable<int> Found(ReferenceTensor x)
        => Enumerable.Range(0, x.Count).Where(i => x.IsReal ? x.Reals![i] != 0 : x.Integers![i] != 0);
}
