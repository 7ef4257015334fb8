using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>Gemm: Y = alpha · A' · B' + beta · C, where ' transposes if asked and C broadcasts to Y.</summary>
internal sealed class Gemm : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Gemm",
        Versions = [1, 6, 7, 9, 11, 13],
        Inputs = [new("A", TypeSet.Numeric), new("B", TypeSet.Numeric), new("C", TypeSet.Numeric, Arity.Optional)],
        Outputs = [new("Y", TypeSet.Numeric)],
        Attributes =
        [
            new("alpha", AttributeKind.Float), new("beta", AttributeKind.Float),
            new("transA", AttributeKind.Int), new("transB", AttributeKind.Int), new("broadcast", AttributeKind.Int, Until: 6),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] a = context.Lengths(0);
        int[] b = context.Lengths(1);
        if (a.Length != 2 || b.Length != 2) throw context.Fail("A and B must be matrices");
        bool transA = context.Attributes.Int("transA", 0) != 0;
        bool transB = context.Attributes.Int("transB", 0) != 0;
        int m = transA ? a[1] : a[0];
        int k = transA ? a[0] : a[1];
        int n = transB ? b[0] : b[1];
        if (k != (transB ? b[1] : b[0])) throw context.Fail("the inner dimensions differ");
        if (context.HasInput(2))
        {
            int[] c = context.Lengths(2);
            int[] y = context.Broadcast(c, [m, n]);
            if (y.Length != 2 || y[0] != m || y[1] != n) throw context.Fail("C does not broadcast to " + Shape.Of(m, n));
        }

        context.SetOutput(0, context.Type(0), [m, n]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor a = context.Input(0);
        ReferenceTensor b = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        bool transA = context.Attributes.Int("transA", 0) != 0;
        bool transB = context.Attributes.Int("transB", 0) != 0;
        double alpha = context.Attributes.Float("alpha", 1);
        double beta = context.Attributes.Float("beta", 1);
        int m = y.Lengths[0];
        int n = y.Lengths[1];
        int k = transA ? a.Lengths[0] : a.Lengths[1];
        var c = context.HasInput(2) ? new BroadcastReader(context.Input(2), y.Lengths) : null;
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                long exact = 0;
                for (int p = 0; p < k; p++)
                {
                    int ai = transA ? (p * m) + i : (i * k) + p;
                    int bi = transB ? (j * k) + p : (p * n) + j;
                    if (y.IsReal) sum += a.Reals![ai] * b.Reals![bi];
                    else exact = unchecked(exact + (a.Integers![ai] * b.Integers![bi]));
                }

                int at = (i * n) + j;
                if (y.IsReal) y.Reals![at] = (alpha * sum) + (c is null ? 0 : beta * context.Input(2).Reals![c.IndexOf(at)]);
                else y.Integers![at] = unchecked((long)(alpha * exact) + (c is null ? 0 : (long)(beta * context.Input(2).Integers![c.IndexOf(at)])));
            }
        }

        context.SetOutput(0, y);
    }
}
