using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>MatMulInteger: the product of 8-bit integers less their zero points, in int32.</summary>
internal sealed class MatMulInteger : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MatMulInteger",
        Versions = [10],
        Inputs =
        [
            new("A", TypeSet.Integer), new("B", TypeSet.Integer),
            new("a_zero_point", TypeSet.Integer, Arity.Optional), new("b_zero_point", TypeSet.Integer, Arity.Optional),
        ],
        Outputs = [new("Y", TypeSet.SignedInteger)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 1, 2, 3);
        MatMulShape shape = IntegerProduct.Shape(context, 0, 1);
        if (context.HasInput(2)) IntegerProduct.ParameterLengths(context, 2, shape, isRow: true);
        if (context.HasInput(3)) IntegerProduct.ParameterLengths(context, 3, shape, isRow: false);
        context.SetOutput(0, ElementType.Int32, shape.Output);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        MatMulShape shape = IntegerProduct.Shape(context.Parameters, 0, 1);
        int[] aZero = context.HasInput(2) ? IntegerProduct.ParameterLengths(context.Parameters, 2, shape, isRow: true) : [];
        int[] bZero = context.HasInput(3) ? IntegerProduct.ParameterLengths(context.Parameters, 3, shape, isRow: false) : [];
        long[] sums = IntegerProduct.Sums(shape, context.Input(0), context.OptionalInput(2), aZero, context.Input(1), context.OptionalInput(3), bZero);
        context.SetOutput(0, new ReferenceTensor(ElementType.Int32, shape.Output, sums));
    }
}
