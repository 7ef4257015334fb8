using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>OneHot: a new axis of length <c>depth</c> with the on-value where an index points and the off-value elsewhere.</summary>
internal sealed class OneHot : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "OneHot",
        Versions = [9, 11],
        Inputs = [new("indices", TypeSet.Numeric), new("depth", TypeSet.Numeric), new("values", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int)],
    };

    /// <summary>Where the new axis stands.</summary>
    public static int Axis(InferenceContext context) => context.Axis(context.Attributes.Int("axis", -1), context.Rank(0) + 1);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Tensor depth = context.Constant(1) ?? throw context.Dynamic("input 'depth' is computed at run time, so the output's shape is not known at build time");
        if (depth.Length != 1) throw context.Fail("depth must be one number");
        if (context.Lengths(2) is not [2]) throw context.Fail("values must be the off-value and the on-value");
        double length = ReferenceTensor.FromTensor(depth).Real(0);
        if (double.IsNaN(length) || length < 0 || length > int.MaxValue) throw context.Fail("depth is no length");
        List<int> y = [.. context.Lengths(0)];
        y.Insert(Axis(context), (int)length);
        context.SetOutput(0, context.Type(2), y);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int axis = Axis(context);
        bool fits = context.Shape(1).ElementCount == 1 && context.Lengths(2) is [2] && context.Lengths(0).SequenceEqual(shapes[0].Where((_, a) => a != axis));
        if (fits) context.SetOutput(0, context.Type(2), shapes[0]);
        return fits;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        if (context.Constant(1) is not null || context.Shape(1) is not { IsStatic: true, ElementCount: 1 }) return false;
        List<Dimension> y = [.. context.Shape(0).Dimensions];
        int axis = Axis(context);
        y.Insert(axis, context.Open(0, axis, null));
        context.SetOutput(0, context.Type(2), new Shape([.. y]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor indices = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int axis = Axis(context.Parameters);
        int depth = y.Lengths[axis];
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int at = Positions.Index([.. position.Take(axis), .. position.Skip(axis + 1)], indices.Lengths);
            // An index outside the axis points nowhere.
            long index = indices.IsReal ? (long)indices.Reals![at] : indices.Integers![at];
            bool isOn = position[axis] == (index < 0 ? index + depth : index);
            y.CopyElement(next++, context.Input(2), isOn ? 1 : 0);
        }

        context.SetOutput(0, y);
    }
}
