using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>Range: <c>start, start + delta, …</c> before <c>limit</c>. Its length must be known at build time, or declared.</summary>
internal sealed class Range : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Range",
        Versions = [11, 27],
        Inputs = [new("start", TypeSet.Numeric), new("limit", TypeSet.Numeric), new("delta", TypeSet.Numeric)],
        Outputs = [new("output", TypeSet.Numeric)],
        Attributes = [new("stash_type", AttributeKind.Int, Since: 27)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        CheckStash(context);
        ReferenceTensor start = Scalar(context, 0, "start");
        ReferenceTensor limit = Scalar(context, 1, "limit");
        ReferenceTensor delta = Scalar(context, 2, "delta");
        if (delta.Real(0) == 0) throw context.Fail("delta is 0");
        double count = start.IsReal ? Math.Ceiling((limit.Real(0) - start.Real(0)) / delta.Real(0)) : Count(start, limit, delta);
        if (double.IsNaN(count) || count > int.MaxValue) throw context.TooLarge("the range has more elements than an array can hold");
        context.SetOutput(0, context.Type(0), [(int)Math.Max(0, count)]);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        context.RequireSameType(0, 2);
        CheckStash(context);
        bool fits = shapes[0].Length == 1 && Enumerable.Range(0, 3).All(i => context.Shape(i).ElementCount == 1);
        if (fits) context.SetOutput(0, context.Type(0), shapes[0]);
        return fits;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        if (Enumerable.Range(0, 3).Any(i => context.Shape(i) is not { IsStatic: true, ElementCount: 1 })) throw context.Fail("start, limit and delta must be one number each");
        // A range from 0 in steps of 1 up to a length is as long as that.
        OpenLength? length = context.Elements(1)?.Items[0].Length;
        bool isCount = length is not null && context.Elements(0)?.Items[0].Value == 0 && context.Elements(2)?.Items[0].Value == 1;
        context.SetOutput(0, context.Type(0), new Shape([isCount ? Dimension.OfRunTime(length!) : context.Open(0, 0, null)]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        for (int i = 0; i < y.Count; i++)
        {
            if (y.IsReal) y.Reals![i] = context.Input(0).Reals![0] + (i * context.Input(2).Reals![0]);
            else y.Integers![i] = unchecked(context.Input(0).Integers![0] + (i * context.Input(2).Integers![0]));
        }

        context.SetOutput(0, y);
    }

    /// <summary>The number of elements of an integer range; decimal holds every difference of two 64-bit numbers.</summary>
    private static double Count(ReferenceTensor start, ReferenceTensor limit, ReferenceTensor delta)
        => (double)Math.Ceiling((Exact(limit) - Exact(start)) / Exact(delta));

    /// <summary>Floats of 16 bits are computed in double and rounded once, which is as near as any type asked for.</summary>
    private static void CheckStash(InferenceContext context)
    {
        var stash = (ElementType)Math.Max(-1, Math.Min(int.MaxValue, context.Attributes.Int("stash_type", 1)));
        if (!TypeSet.Float.Contains(stash)) throw context.Unsupported("stash_type", "it must be a type of floats");
    }

    private static decimal Exact(ReferenceTensor number) => number.ElementType == ElementType.UInt64 ? unchecked((ulong)number.Integers![0]) : number.Integers![0];

    private static ReferenceTensor Scalar(InferenceContext context, int index, string name)
    {
        Tensor constant = context.Constant(index) ?? throw context.Dynamic("input '" + name + "' is computed at run time, so the output's shape is not known at build time");
        return constant.Length == 1 ? ReferenceTensor.FromTensor(constant) : throw context.Fail("input '" + name + "' must be one number");
    }
}
