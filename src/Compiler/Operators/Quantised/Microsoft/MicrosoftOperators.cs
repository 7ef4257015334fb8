using System.Collections.Immutable;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>The operators of com.microsoft over quantised tensors: a row each.</summary>
internal static class MicrosoftOperators
{
    /// <summary>The operators of the table.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new DequantizeLinear("com.microsoft"),
        new FloatProduct(isDynamic: true),
        new FloatProduct(isDynamic: false),
        new MatMulNBits(),
        new QGemm(),
        new QLinearActivation("QLinearLeakyRelu", "LeakyRelu", [new("alpha", AttributeKind.Float)]),
        new QLinearActivation("QLinearSigmoid", "Sigmoid", []),
        new QLinearAveragePool(isGlobal: false),
        new QLinearAveragePool(isGlobal: true),
        new QLinearBinary("QLinearAdd", "Add"),
        new QLinearBinary("QLinearMul", "Mul"),
        new QLinearConcat(),
        new QLinearSoftmax(),
        new QuantizeLinear("com.microsoft"),
    ];
}
