using System;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Expand: the input broadcast with a shape, by numpy's rule in both directions.</summary>
internal sealed class Expand : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Expand",
        Versions = [8, 13],
        Inputs = [new("input", TypeSet.Any), new("shape", TypeSet.Int64)],
        Outputs = [new("output", TypeSet.Any)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        long[] shape = context.RequireIntegers(1, "shape");
        foreach (long length in shape)
            if (length is < 0 or > int.MaxValue) throw context.Fail(length.ToString(CultureInfo.InvariantCulture) + " is no length");
        context.SetOutput(0, context.Type(0), context.Broadcast(context.Lengths(0), [.. shape.Select(d => (int)d)]));
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        int[] y = shapes[0];
        if (y.Length < x.Length || x.Where((d, a) => d != 1 && d != y[y.Length - x.Length + a]).Any()) return false;
        context.SetOutput(0, context.Type(0), y);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        if (!context.Shape(1).IsStatic || context.Shape(1).ElementCount > SymbolicElements.MaxCount) return false;
        SymbolicElement[] shape = [.. context.Elements(1)?.Items ?? Enumerable.Repeat(default(SymbolicElement), (int)context.Shape(1).ElementCount)];
        int rank = Math.Max(x.Rank, shape.Length);
        var dimensions = new Dimension[rank];
        for (int i = 0; i < rank; i++)
        {
            Dimension length = i < rank - x.Rank ? 1 : x[i - (rank - x.Rank)];
            SymbolicElement other = i < rank - shape.Length ? new SymbolicElement(1, null) : shape[i - (rank - shape.Length)];
            dimensions[i] = Broadcast(length, other) ?? context.Open(0, i, other.Value is not null || other.Length is not null ? Larger(length.Limit, other.Value ?? other.Length!.Limit) : null);
        }

        context.SetOutput(0, context.Type(0), new Shape([.. dimensions]));
        return true;
    }

    /// <summary>What is known of a length and one that it is broadcast to.</summary>
    private static Dimension? Broadcast(Dimension length, SymbolicElement other)
    {
        if (other.Value is 1) return length;
        if (other.Value is { } value && value >= 0) return value;
        if (length.IsConstant && length.Value != 1) return length;
        if (other.Length is not { } open) return null;
        return length.IsConstant || length.Open?.Name == open.Name ? Dimension.OfRunTime(open) : null;
    }

    private static long? Larger(long? a, long? b) => a is null || b is null ? null : Math.Max(a.Value, b.Value);

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        var reader = new BroadcastReader(x, y.Lengths);
        for (int i = 0; i < y.Count; i++) y.CopyElement(i, x, reader.IndexOf(i));
        context.SetOutput(0, y);
    }
}
