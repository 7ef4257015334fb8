using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Selection;

/// <summary>Compress: the slices of an axis, or without one the elements, for which a condition is true. A short condition leaves the rest out.</summary>
internal sealed class Compress : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Compress",
        Versions = [9, 11],
        Inputs = [new("input", TypeSet.Any), new("condition", TypeSet.Bool)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Check(context);
        if (context.Constant(1) is not { } constant) throw context.Dynamic("input 'condition' is computed at run time, so the output's shape is not known at build time");
        long[] condition = ReferenceTensor.FromTensor(constant).Integers!;
        int[] x = context.Lengths(0);
        long length = Axis(context) is { } axis ? x[axis] : Positions.Product(x);
        if (condition.Skip((int)System.Math.Min(int.MaxValue, length)).Any(c => c != 0)) throw context.Fail("the condition is true beyond the end of the axis");
        int count = condition.Count(c => c != 0);
        context.SetOutput(0, context.Type(0), Axis(context) is { } along ? x.Select((d, a) => a == along ? count : d) : [count]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        Check(context);
        int[] x = context.Lengths(0);
        int? axis = Axis(context);
        bool fits = axis is null ? shapes[0] is [var count] && count <= Positions.Product(x)
            : shapes[0].Length == x.Length && !x.Where((d, a) => a == axis ? shapes[0][a] > d : shapes[0][a] != d).Any();
        if (fits) context.SetOutput(0, context.Type(0), shapes[0]);
        return fits;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Check(context);
        Shape x = context.Shape(0);
        long? most = context.Shape(1)[0].Limit;
        int? axis = Axis(context);
        long? limit = Least(axis is { } along ? x[along].Limit : x.ElementLimit, most);
        Dimension count = context.Open(0, axis ?? 0, limit);
        context.SetOutput(0, context.Type(0), axis is null ? new Shape([count]) : new Shape([.. x.Dimensions.Select((d, a) => a == axis ? count : d)]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        long[] condition = context.Input(1).Integers!;
        int? axis = Axis(context.Parameters);
        int length = axis is { } along ? x.Lengths[along] : x.Count;
        if (condition.Skip(length).Any(c => c != 0)) throw context.Parameters.Fail("the condition is true beyond the end of the axis");
        int[] kept = [.. Enumerable.Range(0, System.Math.Min(length, condition.Length)).Where(i => condition[i] != 0)];
        if (axis is null) x = x.Reshape([x.Count]);
        int at = axis ?? 0;
        int[] lengths = [.. x.Lengths.Select((d, a) => a == at ? kept.Length : d)];
        var y = new ReferenceTensor(x.ElementType, lengths);
        int next = 0;
        foreach (int[] position in Positions.All(lengths))
            y.CopyElement(next++, x, Positions.Index([.. position.Select((p, a) => a == at ? kept[p] : p)], x.Lengths));
        context.SetOutput(0, y);
    }

    private static int? Axis(InferenceContext context)
        => context.Attributes.Has("axis") ? context.Axis(context.Attributes.Int("axis", 0), context.Rank(0)) : null;

    private static void Check(InferenceContext context)
    {
        if (context.Rank(1) != 1) throw context.Fail("the condition must be a list");
        _ = Axis(context);
    }

    private static long? Least(long? a, long? b) => a is null ? b : b is null ? a : System.Math.Min(a.Value, b.Value);
}
