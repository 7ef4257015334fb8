using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>The part of an axis that a slice takes: <c>start, start + step, …</c>, <c>count</c> elements.</summary>
internal readonly record struct SliceRange(int Start, int Step, int Count);

/// <summary>Slice: every step-th element from start to end along some axes, as in numpy.</summary>
internal sealed class Slice : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Slice",
        Versions = [1, 10, 11, 13],
        Inputs =
        [
            new("data", TypeSet.Any), new("starts", TypeSet.Index, Since: 10), new("ends", TypeSet.Index, Since: 10),
            new("axes", TypeSet.Index, Arity.Optional, Since: 10), new("steps", TypeSet.Index, Arity.Optional, Since: 10),
        ],
        Outputs = [new("output", TypeSet.Any)],
        Attributes =
        [
            new("starts", AttributeKind.Ints, Until: 9, Required: true), new("ends", AttributeKind.Ints, Until: 9, Required: true),
            new("axes", AttributeKind.Ints, Until: 9),
        ],
    };

    /// <summary>The part of each axis that is taken.</summary>
    public static SliceRange[] Ranges(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        long[] starts = Parameter(context, 1, "starts")!;
        long[] ends = Parameter(context, 2, "ends")!;
        long[] axes = Parameter(context, 3, "axes") ?? [.. Enumerable.Range(0, starts.Length).Select(a => (long)a)];
        long[] steps = Parameter(context, 4, "steps") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw context.Fail("starts, ends, axes and steps must have one length");
        SliceRange[] ranges = [.. x.Select(d => new SliceRange(0, 1, d))];
        int[] normal = context.Axes(axes, x.Length);
        for (int i = 0; i < normal.Length; i++)
        {
            if (steps[i] == 0) throw context.Fail("a step is 0");
            ranges[normal[i]] = Range(x[normal[i]], starts[i], ends[i], steps[i]);
        }

        return ranges;
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => context.SetOutput(0, context.Type(0), Ranges(context).Select(r => r.Count));

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        long count = context.Shape(1).ElementCount;
        if (count > x.Length || Enumerable.Range(1, context.InputCount - 1).Any(i => context.HasInput(i) && context.Shape(i).ElementCount != count)) return false;
        if (shapes[0].Length != x.Length || x.Where((d, a) => shapes[0][a] > d).Any()) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        if (context.Version < 10 || !context.Shape(1).IsStatic) return false;
        long count = context.Shape(1).ElementCount;
        for (int i = 1; i < context.InputCount; i++)
            if (context.HasInput(i) && context.Shape(i) is { IsStatic: true } list && (list.Rank > 1 || list.ElementCount != count || count > x.Rank)) throw context.Fail("starts, ends, axes and steps must be lists of one length, of an axis each");
        IEnumerable<long>? axes = context.HasInput(3) ? context.Elements(3)?.Items.Select(i => i.Value ?? long.MinValue) : Enumerable.Range(0, (int)Math.Min(x.Rank, count)).Select(a => (long)a);
        if (axes is not null && axes.Contains(long.MinValue)) axes = null;
        int[]? sliced = axes is null ? null : context.Axes(axes, x.Rank);
        context.SetOutput(0, context.Type(0), new Shape([.. x.Dimensions.Select((d, a) => sliced is null || sliced.Contains(a) ? context.Open(0, a, d.Limit) : d)]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        SliceRange[] ranges = Ranges(context.Parameters);
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
            y.CopyElement(next++, x, Positions.Index([.. position.Select((p, a) => ranges[a].Start + (p * ranges[a].Step))], x.Lengths));
        context.SetOutput(0, y);
    }

    private static long[]? Parameter(InferenceContext context, int index, string name)
    {
        if (context.Version < 10) return context.Attributes.Ints(name) is { } values ? values.ToArray() : null;
        return context.HasInput(index) ? context.RequireIntegers(index, name) : null;
    }

    /// <summary>Negative positions count from the end; what is beyond an end is cut, where "the end" going down is before element 0.</summary>
    private static SliceRange Range(int length, long start, long end, long step)
    {
        if (length == 0) return new SliceRange(0, 1, 0);
        if (start < 0) start += length;
        if (end < 0) end = end < -(long)length ? -1 : end + length;
        start = step > 0 ? Clamp(start, 0, length) : Clamp(start, 0, length - 1);
        end = step > 0 ? Clamp(end, 0, length) : Clamp(end, -1, length - 1);
        // No two elements of an axis are further apart than its length: a longer step takes the first only.
        step = Clamp(step, -length, length);
        long count = step > 0 ? (end - start + step - 1) / step : (start - end - step - 1) / -step;
        return count <= 0 ? new SliceRange(0, 1, 0) : new SliceRange((int)start, (int)step, (int)count);
    }

    private static long Clamp(long value, long least, long most) => Math.Max(least, Math.Min(most, value));
}
