using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>CenterCropPad: axes are cut to, or filled up with zeros to, given lengths, the same on both sides (one more behind where that is odd).</summary>
internal sealed class CenterCropPad : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "CenterCropPad",
        Versions = [18],
        Inputs = [new("input_data", TypeSet.Any), new("shape", TypeSet.Index)],
        Outputs = [new("output_data", TypeSet.Any)],
        Attributes = [new("axes", AttributeKind.Ints)],
    };

    /// <summary>The axes whose lengths are given.</summary>
    public static int[] Axes(InferenceContext context)
        => context.Attributes.Ints("axes") is { } given ? context.Axes(given, context.Rank(0)) : [.. Enumerable.Range(0, context.Rank(0))];

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int[] axes = Axes(context);
        long[] shape = context.RequireIntegers(1, "shape");
        if (context.Rank(1) != 1 || shape.Length != axes.Length) throw context.Fail("shape must have one element for each of the " + axes.Length + " axes");
        long[] y = [.. x.Select(d => (long)d)];
        for (int i = 0; i < axes.Length; i++) y[axes[i]] = shape[i];
        context.SetComputedOutput(0, context.Type(0), y);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int[] axes = Axes(context);
        if (shapes[0].Length != x.Length || x.Where((d, a) => d != shapes[0][a] && !axes.Contains(a)).Any() || context.Rank(1) != 1 || context.Lengths(1)[0] != axes.Length) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        int at = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            int[] from = [.. position.Select((p, a) => p - Before(x.Lengths[a], y.Lengths[a]))];
            if (from.Select((p, a) => p >= 0 && p < x.Lengths[a]).All(inside => inside)) y.CopyElement(at, x, Positions.Index(from, x.Lengths));
            at++;
        }

        context.SetOutput(0, y);
    }

    /// <summary>How much is put before an axis; negative where it is cut.</summary>
    public static int Before(int from, int to) => to >= from ? (to - from) / 2 : -((from - to) / 2);
}
