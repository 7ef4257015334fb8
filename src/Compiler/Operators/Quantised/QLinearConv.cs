using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>
/// QLinearConv: convolution of 8-bit integers less their zero points plus a bias in int32, brought to the scale of the result. The sum is
/// multiplied by x_scale · w_scale / y_scale in float32, then rounded and saturated.
/// </summary>
internal sealed class QLinearConv : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QLinearConv",
        Versions = [10],
        Notes = "The sum is multiplied by x_scale · w_scale / y_scale in float32, as ONNX Runtime does.",
        Inputs =
        [
            new("x", TypeSet.Integer), new("x_scale", TypeSet.Float), new("x_zero_point", TypeSet.Integer),
            new("w", TypeSet.Integer), new("w_scale", TypeSet.Float), new("w_zero_point", TypeSet.Integer),
            new("y_scale", TypeSet.Float), new("y_zero_point", TypeSet.Integer), new("B", TypeSet.SignedInteger, Arity.Optional),
        ],
        Outputs = [new("y", TypeSet.Integer)],
        Attributes = IntegerConvolution.Attributes,
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 3, 5, 7);
        if (context.Type(1) != ElementType.Float32) throw context.WrongType("scales must be float32");
        QuantizedProductTypes.Check(context, 1, 4, 6);
        if (context.Type(0) != context.Type(2) || context.Type(3) != context.Type(5)) throw context.WrongType("a zero point must have the type of its tensor");
        if (context.HasInput(8) && context.Type(8) != ElementType.Int32) throw context.WrongType("B must be int32");
        int[] output = IntegerConvolution.Output(context, weights: 3);
        foreach (int i in new[] { 1, 2, 6, 7 }) IntegerConvolution.CheckChannels(context, i, output[1], mayVary: false);
        foreach (int i in new[] { 4, 5 }) IntegerConvolution.CheckChannels(context, i, output[1], mayVary: true);
        if (context.HasInput(8) && !context.Lengths(8).SequenceEqual([output[1]])) throw context.Fail("B must have one element an output channel");
        context.SetOutput(0, context.Type(7), output);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        double[] wScale = context.Input(4).Reals!;
        long[] wZero = context.Input(5).Integers!;
        long[]? bias = context.OptionalInput(8)?.Integers;
        long[] sums = IntegerConvolution.Sums(context.Node, context.Input(0), context.Input(2).Integers![0], context.Input(3), m => wZero[wZero.Length == 1 ? 0 : m]);
        int plane = y.Lengths.Skip(2).Aggregate(1, (a, b) => a * b);
        for (int i = 0; i < sums.Length; i++)
        {
            int m = i / plane % y.Lengths[1];
            double factor = QuantizedProductTypes.Factor(context.Input(1).Reals![0], wScale[wScale.Length == 1 ? 0 : m], context.Input(6).Reals![0]);
            y.Integers![i] = QuantizedProductTypes.Requantise(y.ElementType, sums[i] + (bias is null ? 0 : bias[m]), factor, context.Input(7).Integers![0]);
        }

        context.SetOutput(0, y);
    }
}
