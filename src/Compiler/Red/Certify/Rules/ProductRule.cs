using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>MatMul of two values of run time: δ(ab) = δa·b~ + a·δb, term by term.</summary>
internal static class ProductRule
{
    /// <summary>Bounds the output.</summary>
    public static void Run(PropagationContext context)
    {
        PairBound a = context.Bound(0);
        PairBound b = context.Bound(1);
        MatMulShape shape = MatMulShape.TryRead(a.Lengths, b.Lengths) ?? throw new UncertifiableException("has matrices that do not fit");
        var left = new BroadcastReader(shape.LeftBatch, shape.BatchLengths);
        var right = new BroadcastReader(shape.RightBatch, shape.BatchLengths);
        var y = new PairBound(context.OutputLengths(0));
        for (int at = 0; at < y.Count; at++)
        {
            if (at % 1024 == 0) context.CancellationToken.ThrowIfCancellationRequested();
            int matrix = at / (shape.Rows * shape.Columns);
            int ai = ((left.IndexOf(matrix) * shape.Rows) + (at / shape.Columns % shape.Rows)) * shape.Depth;
            int bi = (right.IndexOf(matrix) * shape.Depth * shape.Columns) + (at % shape.Columns);
            y[at] = Element(a, ai, b, bi, shape);
        }

        context.SetOutput(0, y);
    }

    private static PairInterval Element(PairBound a, int ai, PairBound b, int bi, MatMulShape shape)
    {
        PairInterval sum = default;
        double original = 0;
        double reduced = 0;
        for (int k = 0; k < shape.Depth; k++)
        {
            PairInterval l = a[ai + k];
            PairInterval r = b[bi + (k * shape.Columns)];
            sum = new(sum.Original + (l.Original * r.Original), sum.Reduced + (l.Reduced * r.Reduced), sum.Delta + (l.Delta * r.Reduced) + (l.Original * r.Delta));
            original += l.Original.MaxAbs * r.Original.MaxAbs;
            reduced += l.Reduced.MaxAbs * r.Reduced.MaxAbs;
        }

        return sum.Rounded(FloatRounding.OfSum(shape.Depth, original), FloatRounding.OfSum(shape.Depth, reduced)).Refined();
    }
}
