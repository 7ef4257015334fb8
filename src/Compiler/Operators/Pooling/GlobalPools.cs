using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>The poolings whose window is the whole of a channel: a row each.</summary>
internal static class GlobalPools
{
    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new GlobalPool("GlobalAveragePool", [1, 22], [], (x, _) => x.Count == 0 ? double.NaN : x.Sum() / x.Count),
        new GlobalPool("GlobalMaxPool", [1, 22], [], (x, _) => x.Aggregate(double.NegativeInfinity, (a, b) => a >= b || double.IsNaN(a) ? a : b)),
        new GlobalPool("GlobalLpPool", [1, 2, 22], [new("p", AttributeKind.Int, Since: 2), new("p", AttributeKind.Float, Until: 1)],
            (x, node) => Math.Pow(x.Sum(v => Math.Pow(Math.Abs(v), LpPool.P(node))), 1.0 / LpPool.P(node))),
    ];

    private sealed class GlobalPool(string name, ImmutableArray<int> versions, ImmutableArray<AttributeSpec> attributes, Func<IReadOnlyCollection<double>, Node, double> pool) : Operator
    {
        public override OperatorSchema Schema { get; } = new()
        {
            Name = name,
            Versions = versions,
            Inputs = [new("X", TypeSet.Float)],
            Outputs = [new("Y", TypeSet.Float)],
            Attributes = attributes,
        };

        public override void Infer(InferenceContext context)
        {
            int[] x = context.Lengths(0);
            if (x.Length < 2) throw context.Fail("X must have batch and channels");
            if (!(LpPool.P(context.Node) > 0)) throw context.Unsupported("p", "it must be positive");
            context.SetOutput(0, context.Type(0), x.Select((d, axis) => axis < 2 ? d : 1));
        }

        public override void Evaluate(EvaluationContext context)
        {
            ReferenceTensor x = context.Input(0);
            ReferenceTensor y = context.NewOutput(0);
            int length = x.Lengths.Skip(2).Aggregate(1, (a, b) => a * b);
            for (int i = 0; i < y.Count; i++) y.Reals![i] = pool(new ArraySegment<double>(x.Reals!, i * length, length), context.Node);
            context.SetOutput(0, y);
        }
    }
}
