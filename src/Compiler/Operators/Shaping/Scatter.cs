using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>What the scatter operators do where an update meets what is there.</summary>
internal static class ScatterReduction
{
    /// <summary>The attribute <c>reduction</c>.</summary>
    public static string Read(InferenceContext context)
    {
        string name = context.Attributes.String("reduction", "none");
        bool known = name is "none" or "add" or "mul" || (name is "max" or "min" && context.Version >= 18);
        return known ? name : throw context.Unsupported("reduction", "'" + name + "' is not known in this opset");
    }

    /// <summary>Applies an update to an element.</summary>
    public static void Apply(string reduction, ReferenceTensor y, int at, ReferenceTensor updates, int index)
    {
        if (reduction == "none") y.CopyElement(at, updates, index);
        else if (y.IsReal) y.Reals![at] = ElementRounding.Round(y.ElementType, Combine(reduction, y.Reals[at], updates.Reals![index]));
        else y.Integers![at] = ElementRounding.Wrap(y.ElementType, Combine(reduction, y.Integers[at], updates.Integers![index], y.ElementType == Graphs.ElementType.UInt64));
    }

    private static double Combine(string reduction, double a, double b) => reduction switch
    {
        "add" => a + b,
        "mul" => a * b,
        "max" => Math.Max(a, b),
        _ => Math.Min(a, b),
    };

    private static long Combine(string reduction, long a, long b, bool isUnsigned) => reduction switch
    {
        "add" => unchecked(a + b),
        "mul" => unchecked(a * b),
        "max" => (isUnsigned ? unchecked((ulong)a > (ulong)b) : a > b) ? a : b,
        _ => (isUnsigned ? unchecked((ulong)a < (ulong)b) : a < b) ? a : b,
    };
}

/// <summary>ScatterElements (Scatter before opset 11): a copy of the data into which updates are written, each where its index says along one axis.</summary>
internal sealed class ScatterElements(string name, ImmutableArray<int> versions) : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Versions = versions,
        Inputs = [new("data", TypeSet.Any), new("indices", TypeSet.Index), new("updates", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int), new("reduction", AttributeKind.String, Since: 16)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Type(0) != context.Type(2)) throw context.WrongType("data and updates must have one type");
        _ = ScatterReduction.Read(context);
        int[] x = context.Lengths(0);
        int[] indices = context.Lengths(1);
        int axis = Gather.Axis(context);
        if (!indices.SequenceEqual(context.Lengths(2))) throw context.Fail("indices and updates differ in shape");
        if (indices.Length != x.Length || indices.Where((d, a) => a != axis && d > x[a]).Any()) throw context.Fail("the indices do not fit into the data");
        IndexCheck.Check(context, 1, x[axis]);
        context.SetOutput(0, context.Type(0), x);
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        context.SetOutput(0, context.Type(0), context.Shape(0));
        return context.Type(0) == context.Type(2);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        string reduction = ScatterReduction.Read(context.Parameters);
        int axis = Gather.Axis(context.Parameters);
        for (int i = 0; i < y.Count; i++) y.CopyElement(i, x, i);
        int next = 0;
        foreach (int[] position in Positions.All(context.Input(1).Lengths))
        {
            int[] to = [.. position];
            to[axis] = IndexCheck.Normal(context.Input(1).Integers![next], x.Lengths[axis]);
            ScatterReduction.Apply(reduction, y, Positions.Index(to, x.Lengths), context.Input(2), next++);
        }

        context.SetOutput(0, y);
    }
}

/// <summary>ScatterND: a copy of the data into which slices are written, each where a tuple of indices says.</summary>
internal sealed class ScatterND : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "ScatterND",
        Versions = [11, 13, 16, 18],
        Inputs = [new("data", TypeSet.Any), new("indices", TypeSet.Int64), new("updates", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("reduction", AttributeKind.String, Since: 16)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Type(0) != context.Type(2)) throw context.WrongType("data and updates must have one type");
        _ = ScatterReduction.Read(context);
        int[] x = context.Lengths(0);
        int[] indices = context.Lengths(1);
        if (x.Length == 0 || indices.Length == 0) throw context.Fail("data and indices must have an axis");
        int depth = indices[^1];
        if (depth < 1 || depth > x.Length) throw context.Fail("the indices name more axes than the data have");
        if (!indices.Take(indices.Length - 1).Concat(x.Skip(depth)).SequenceEqual(context.Lengths(2))) throw context.Fail("the updates do not have the shape that data and indices ask for");
        context.SetOutput(0, context.Type(0), IndexTuples.CheckedShape(context, x, 0, indices, x));
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        context.SetOutput(0, context.Type(0), context.Shape(0));
        return context.Type(0) == context.Type(2);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor indices = context.Input(1);
        ReferenceTensor updates = context.Input(2);
        ReferenceTensor y = context.NewOutput(0);
        string reduction = ScatterReduction.Read(context.Parameters);
        int depth = indices.Lengths[^1];
        int tupleAxes = indices.Rank - 1;
        for (int i = 0; i < y.Count; i++) y.CopyElement(i, x, i);
        int next = 0;
        foreach (int[] position in Positions.All(updates.Lengths))
        {
            int[] tuple = [.. Enumerable.Range(0, depth).Select(d => IndexCheck.Normal(
                indices.Integers![Positions.Index([.. position.Take(tupleAxes), d], indices.Lengths)], x.Lengths[d]))];
            ScatterReduction.Apply(reduction, y, Positions.Index([.. tuple, .. position.Skip(tupleAxes)], x.Lengths), updates, next++);
        }

        context.SetOutput(0, y);
    }
}
