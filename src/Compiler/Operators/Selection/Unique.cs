using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Selection;

/// <summary>
/// Unique: each slice of an axis, or without one each element, once: sorted, or as they come first. NaN is one value, larger than all
/// numbers. Further outputs tell where each stands first, which of them stands at each place, and how often each occurs.
/// </summary>
internal sealed class Unique : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Unique",
        Versions = [11],
        Inputs = [new("X", TypeSet.Any)],
        Outputs =
        [
            new("Y", TypeSet.Any), new("indices", TypeSet.Int64, Arity.Optional), new("inverse_indices", TypeSet.Int64, Arity.Optional),
            new("counts", TypeSet.Int64, Arity.Optional),
        ],
        Attributes = [new("axis", AttributeKind.Int), new("sorted", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int? axis = Axis(context);
        if (context.Type(0) == ElementType.String || context.Constant(0) is not { } constant || !ElementCodec.Supports(constant.ElementType))
            throw context.Dynamic("how many elements differ is known at run time only");
        ReferenceTensor x = ReferenceTensor.FromTensor(constant);
        SetOutputs(context, x.Lengths, axis, Groups(x, axis, true).Count);
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int? axis = Axis(context);
        if (shapes[0].Length != (axis is null ? 1 : x.Length)) return false;
        int count = shapes[0][axis ?? 0];
        if (count > (axis is { } along ? x[along] : Positions.Product(x))) return false;
        SetOutputs(context, x, axis, count);
        return shapes.Select((s, i) => context.Outputs[i] is TensorType t && s.Length == t.Shape!.Rank && Shape.Of(s).Equals(t.Shape)).All(fits => fits);
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        int? axis = Axis(context);
        Dimension count = context.Open(0, axis ?? 0, axis is { } along ? x[along].Limit : x.ElementLimit);
        context.SetOutput(0, context.Type(0), axis is null ? new Shape([count]) : new Shape([.. x.Dimensions.Select((d, a) => a == axis ? count : d)]));
        context.SetOutput(1, ElementType.Int64, new Shape([count]));
        Dimension all = axis is { } a ? x[a] : x.IsStatic ? new Dimension(x.ElementCount) : context.Open(2, 0, x.ElementLimit);
        context.SetOutput(2, ElementType.Int64, new Shape([all]));
        context.SetOutput(3, ElementType.Int64, new Shape([count]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        int? axis = Axis(context.Parameters);
        List<List<int>> groups = Groups(x, axis, context.Attributes.Int("sorted", 1) != 0);
        if (axis is null) x = x.Reshape([x.Count]);
        int at = axis ?? 0;
        int[] lengths = [.. x.Lengths.Select((d, a) => a == at ? groups.Count : d)];
        var y = new ReferenceTensor(x.ElementType, lengths);
        int next = 0;
        foreach (int[] position in Positions.All(lengths))
            y.CopyElement(next++, x, Positions.Index([.. position.Select((p, a) => a == at ? groups[p][0] : p)], x.Lengths));
        var inverse = new long[x.Lengths[at]];
        for (int g = 0; g < groups.Count; g++)
            foreach (int member in groups[g]) inverse[member] = g;
        context.SetOutput(0, y);
        context.SetOutput(1, List(groups.Select(g => (long)g[0])));
        context.SetOutput(2, List(inverse));
        context.SetOutput(3, List(groups.Select(g => (long)g.Count)));
    }

    /// <summary>The places of equal slices, ascending in each group.</summary>
    private static List<List<int>> Groups(ReferenceTensor x, int? axis, bool isSorted)
    {
        AxisView view = axis is { } along ? AxisView.Of(x.Lengths, along) : AxisView.Of([x.Count], 0);
        int Compare(int a, int b)
        {
            for (int i = 0; i < view.Outer * view.Inner; i++)
            {
                int start = view.Start(i / view.Inner, i % view.Inner);
                int order = CompareElements(x, start + (a * view.Inner), start + (b * view.Inner));
                if (order != 0) return order;
            }

            return 0;
        }

        int[] places = [.. Enumerable.Range(0, view.Length)];
        Array.Sort(places, (a, b) => Compare(a, b) is var order && order != 0 ? order : a.CompareTo(b));
        var groups = new List<List<int>>();
        foreach (int place in places)
        {
            if (groups.Count > 0 && Compare(groups[^1][0], place) == 0) groups[^1].Add(place);
            else groups.Add([place]);
        }

        return isSorted ? groups : [.. groups.OrderBy(g => g[0])];
    }

    private static int CompareElements(ReferenceTensor x, int a, int b)
    {
        if (!x.IsReal) return IntegerRange.Compare(x.ElementType, x.Integers![a], x.Integers[b]);
        bool isFirstNaN = double.IsNaN(x.Reals![a]);
        bool isSecondNaN = double.IsNaN(x.Reals[b]);
        return isFirstNaN || isSecondNaN ? isFirstNaN.CompareTo(isSecondNaN) : x.Reals[a].CompareTo(x.Reals[b]);
    }

    private static void SetOutputs(InferenceContext context, int[] x, int? axis, int count)
    {
        context.SetOutput(0, context.Type(0), axis is null ? [count] : x.Select((d, a) => a == axis ? count : d));
        context.SetOutput(1, ElementType.Int64, [count]);
        context.SetOutput(2, ElementType.Int64, new Shape([axis is { } along ? x[along] : Positions.Product(x)]));
        context.SetOutput(3, ElementType.Int64, [count]);
    }

    private static ReferenceTensor List(IEnumerable<long> numbers)
    {
        long[] all = [.. numbers];
        return new ReferenceTensor(ElementType.Int64, [all.Length], all);
    }

    private static int? Axis(InferenceContext context)
        => context.Attributes.Has("axis") ? context.Axis(context.Attributes.Int("axis", 0), context.Rank(0)) : null;
}
