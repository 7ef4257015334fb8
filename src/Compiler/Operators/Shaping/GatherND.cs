using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>GatherND: the last axis of the indices holds positions into the leading axes of the data; slices behind them are taken.</summary>
internal sealed class GatherND : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "GatherND",
        Versions = [11, 12, 13],
        Inputs = [new("data", TypeSet.Any), new("indices", TypeSet.Int64)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("batch_dims", AttributeKind.Int, Since: 12)],
    };

    /// <summary>How many leading axes indices and data share.</summary>
    public static int Batch(InferenceContext context)
    {
        long batch = context.Attributes.Int("batch_dims", 0);
        return batch >= 0 && batch < System.Math.Min(context.Rank(0), context.Rank(1)) ? (int)batch : throw context.Fail("batch_dims is not less than both ranks");
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int[] indices = context.Lengths(1);
        if (x.Length == 0 || indices.Length == 0) throw context.Fail("data and indices must have an axis");
        int batch = Batch(context);
        int depth = indices[^1];
        if (depth < 1 || depth > x.Length - batch) throw context.Fail("the indices name more axes than the data have");
        if (!x.Take(batch).SequenceEqual(indices.Take(batch))) throw context.Fail("the batch axes differ");
        context.SetOutput(0, context.Type(0), IndexTuples.CheckedShape(context, x, batch, indices, indices.Take(indices.Length - 1).Concat(x.Skip(batch + depth))));
    }

    /// <inheritdoc/>
    public override bool InferOpen(InferenceContext context)
    {
        Shape x = context.Shape(0);
        Shape indices = context.Shape(1);
        if (x.Rank == 0 || indices.Rank == 0) return false;
        int batch = Batch(context);
        if (!indices[indices.Rank - 1].IsConstant) return false;
        long depth = indices[indices.Rank - 1].Value;
        if (depth < 1 || depth > x.Rank - batch) throw context.Fail("the indices name more axes than the data have");
        context.SetOutput(0, context.Type(0), new Shape([.. indices.Dimensions.Take(indices.Rank - 1), .. x.Dimensions.Skip(batch + (int)depth)]));
        return true;
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor indices = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        int batch = Batch(context.Parameters);
        int depth = indices.Lengths[^1];
        int tupleAxes = indices.Rank - 1;
        int next = 0;
        foreach (int[] position in Positions.All(y.Lengths))
        {
            var from = new List<int>(position.Take(batch));
            for (int d = 0; d < depth; d++)
            {
                int at = Positions.Index([.. position.Take(tupleAxes), d], indices.Lengths);
                from.Add(IndexCheck.Normal(indices.Integers![at], x.Lengths[batch + d]));
            }

            y.CopyElement(next++, x, Positions.Index([.. from, .. position.Skip(tupleAxes)], x.Lengths));
        }

        context.SetOutput(0, y);
    }
}
