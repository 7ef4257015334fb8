using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>ConvInteger: convolution of 8-bit integers less their zero points, in int32.</summary>
internal sealed class ConvInteger : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "ConvInteger",
        Versions = [10],
        Inputs =
        [
            new("x", TypeSet.Integer), new("w", TypeSet.Integer),
            new("x_zero_point", TypeSet.Integer, Arity.Optional), new("w_zero_point", TypeSet.Integer, Arity.Optional),
        ],
        Outputs = [new("y", TypeSet.SignedInteger)],
        Attributes = IntegerConvolution.Attributes,
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 1, 2, 3);
        int[] output = IntegerConvolution.Output(context, weights: 1);
        if (context.HasInput(2)) IntegerConvolution.CheckChannels(context, 2, output[1], mayVary: false);
        if (context.HasInput(3)) IntegerConvolution.CheckChannels(context, 3, output[1], mayVary: true);
        context.SetOutput(0, ElementType.Int32, output);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        long xZero = context.HasInput(2) ? context.Input(2).Integers![0] : 0;
        long[]? wZero = context.OptionalInput(3)?.Integers;
        long[] sums = IntegerConvolution.Sums(context.Node, context.Input(0), xZero, context.Input(1), m => wZero is null ? 0 : wZero[wZero.Length == 1 ? 0 : m]);
        context.SetOutput(0, new ReferenceTensor(ElementType.Int32, context.OutputType(0).Shape!.ToArray(), sums));
    }
}
