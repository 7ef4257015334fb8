using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Squeeze: drops axes of length 1, those named or all.</summary>
internal sealed class Squeeze : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Squeeze",
        Versions = [1, 11, 13, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any), new("axes", TypeSet.Int64, Arity.Optional, Since: 13)],
        Outputs = [new("squeezed", TypeSet.Any)],
        Attributes = [new("axes", AttributeKind.Ints, Until: 12)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        long[]? given = AxesParameter.Read(context, inputSince: 13);
        int[] axes = given is null ? [.. Enumerable.Range(0, x.Length).Where(a => x[a] == 1)] : context.Axes(given, x.Length);
        if (axes.Any(a => x[a] != 1)) throw context.Fail("only axes of length 1 can be dropped, not those of [" + string.Join(", ", axes) + "]");
        context.SetOutput(0, context.Type(0), x.Where((_, a) => !axes.Contains(a)));
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        int[] x = context.Lengths(0);
        // Only axes of length 1 can be missing.
        if (shapes[0].Length > x.Length || !x.Where(d => d != 1).SequenceEqual(shapes[0].Where(d => d != 1))) return false;
        context.SetOutput(0, context.Type(0), shapes[0]);
        return true;
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        if (!context.HasInput(1) && !context.Attributes.Has("axes"))
        {
            // Lengths that run time decides are taken to be others than 1: generated code checks the rank.
            context.SetOutput(0, context.Type(0), new Shape([.. context.Shape(0).Dimensions.Where(d => !d.IsConstant || d.Value != 1)]));
            return true;
        }

        if (AxesParameter.TryRead(context, inputSince: 13) is { } named)
        {
            int[] dropped = context.Axes(named, context.Rank(0));
            if (dropped.Any(a => context.Shape(0)[a] is { IsConstant: true, Value: not 1 })) throw context.Fail("only axes of length 1 can be dropped, not those of [" + string.Join(", ", dropped) + "]");
            context.SetOutput(0, context.Type(0), new Shape([.. context.Shape(0).Dimensions.Where((_, a) => !dropped.Contains(a))]));
            return true;
        }

        if (!context.HasInput(1) || !context.Shape(1).IsStatic) return false;
        int rank = (int)Math.Max(-1, context.Rank(0) - context.Shape(1).ElementCount);
        if (rank < 0) throw context.Fail("more axes are named than there are");
        long? longest = context.Shape(0).Dimensions.All(d => d.Limit is not null) ? context.Shape(0).Dimensions.Max(d => d.Limit) : null;
        context.SetOutput(0, context.Type(0), new Shape([.. Enumerable.Range(0, rank).Select(a => context.Open(0, a, longest))]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, context.Input(0).Reshape(context.OutputType(0).Shape!.ToArray()));
}
