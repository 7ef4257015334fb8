using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>Shape: the lengths of the input, or of a range of its axes. Known at build time, so nothing is left of it at run time.</summary>
internal sealed class ShapeOf : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Shape",
        Versions = [1, 13, 15, 19, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any)],
        Outputs = [new("shape", TypeSet.Int64)],
        Attributes = [new("start", AttributeKind.Int, Since: 15), new("end", AttributeKind.Int, Since: 15)],
    };

    /// <inheritdoc/>
    public override bool DependsOnTypesOnly => true;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        (_, int count) = Range(context.Attributes, context.Lengths(0).Length);
        context.SetOutput(0, ElementType.Int64, [count]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        int[] x = context.InputType(0).Shape!.ToArray();
        (int start, int count) = Range(context.Attributes, x.Length);
        context.SetOutput(0, new ReferenceTensor(ElementType.Int64, [count], [.. x.Skip(start).Take(count).Select(d => (long)d)]));
    }

    /// <summary>Positions beyond the axes are cut, as Slice does.</summary>
    private static (int Start, int Count) Range(NodeAttributes attributes, int rank)
    {
        long start = Normal(attributes.Int("start", 0), rank);
        long end = Normal(attributes.Int("end", rank), rank);
        return ((int)start, (int)Math.Max(0, end - start));
    }

    private static long Normal(long position, int rank) => Math.Max(0, Math.Min(rank, position < 0 ? position + rank : position));
}
