using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>
/// QLinearMatMul: the product of 8-bit integers less their zero points, brought to the scale of the result. The sum is multiplied by
/// a_scale · b_scale / y_scale in float32, then rounded and saturated.
/// </summary>
internal sealed class QLinearMatMul : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QLinearMatMul",
        Versions = [10, 21],
        Notes = "int8 and uint8; the sum is multiplied by a_scale · b_scale / y_scale in float32, as ONNX Runtime does.",
        Inputs =
        [
            new("a", TypeSet.Integer | TypeSet.Narrow), new("a_scale", TypeSet.Float), new("a_zero_point", TypeSet.Integer | TypeSet.Narrow),
            new("b", TypeSet.Integer | TypeSet.Narrow), new("b_scale", TypeSet.Float), new("b_zero_point", TypeSet.Integer | TypeSet.Narrow),
            new("y_scale", TypeSet.Float), new("y_zero_point", TypeSet.Integer | TypeSet.Narrow),
        ],
        Outputs = [new("y", TypeSet.Integer | TypeSet.Narrow)],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 3, 5, 7);
        QuantizedProductTypes.Check(context, 1, 4, 6);
        if (context.Type(0) != context.Type(2) || context.Type(3) != context.Type(5)) throw context.WrongType("a zero point must have the type of its tensor");
        MatMulShape shape = IntegerProduct.Shape(context, 0, 3);
        foreach (int i in new[] { 1, 2, 6, 7 }) IntegerProduct.ParameterLengths(context, i, shape, isRow: true);
        foreach (int i in new[] { 4, 5 }) IntegerProduct.ParameterLengths(context, i, shape, isRow: false);
        context.SetOutput(0, context.Type(7), shape.Output);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        MatMulShape shape = IntegerProduct.Shape(context.Parameters, 0, 3);
        int[] lengths = IntegerProduct.MatrixLengths(shape);
        BroadcastReader Reader(int input, bool isRow) => new(IntegerProduct.ParameterLengths(context.Parameters, input, shape, isRow), lengths);
        long[] sums = IntegerProduct.Sums(
            shape, context.Input(0), context.Input(2), IntegerProduct.ParameterLengths(context.Parameters, 2, shape, isRow: true),
            context.Input(3), context.Input(5), IntegerProduct.ParameterLengths(context.Parameters, 5, shape, isRow: false));
        (BroadcastReader aScale, BroadcastReader bScale, BroadcastReader yScale, BroadcastReader yZero) = (Reader(1, true), Reader(4, false), Reader(6, true), Reader(7, true));
        ReferenceTensor y = context.NewOutput(0);
        for (int i = 0; i < sums.Length; i++)
        {
            double factor = QuantizedProductTypes.Factor(context.Input(1).Reals![aScale.IndexOf(i)], context.Input(4).Reals![bScale.IndexOf(i)], context.Input(6).Reals![yScale.IndexOf(i)]);
            y.Integers![i] = QuantizedProductTypes.Requantise(y.ElementType, sums[i], factor, context.Input(7).Integers![yZero.IndexOf(i)]);
        }

        context.SetOutput(0, y);
    }
}
