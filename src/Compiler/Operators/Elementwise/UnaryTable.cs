using System;
using System.Collections.Immutable;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>The elementwise operators of one input: a row each.</summary>
internal static class UnaryTable
{
    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new Unary("Relu", [1, 6, 13, 14], TypeSet.Numeric, x => x < 0 ? 0 : x),
    ];

    private sealed class Unary(string name, ImmutableArray<int> versions, TypeSet types, Func<double, double> real) : Operator
    {
        public override OperatorSchema Schema { get; } = new()
        {
            Name = name,
            Versions = versions,
            Inputs = [new("X", types)],
            Outputs = [new("Y", types)],
        };

        public override void Infer(InferenceContext context) => context.SetOutput(0, context.Type(0), context.Shape(0));

        public override void Evaluate(EvaluationContext context)
        {
            ReferenceTensor x = context.Input(0);
            ReferenceTensor y = context.NewOutput(0);
            for (int i = 0; i < y.Count; i++) y.Reals![i] = real(x.Reals![i]);
            context.SetOutput(0, y);
        }
    }
}
