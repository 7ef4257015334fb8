using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;

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
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        var reader = new BroadcastReader(x, y.Lengths);
        for (int i = 0; i < y.Count; i++) y.CopyElement(i, x, reader.IndexOf(i));
        context.SetOutput(0, y);
    }
}
