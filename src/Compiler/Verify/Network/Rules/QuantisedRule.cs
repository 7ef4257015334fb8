using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Quantised tensors, whose values are integers: exact, but for the float32 quotient or product that is rounded to steps. Kernels that compute a group on
/// integers give the integers of its nodes (docs/decisions/0009), so the nodes say what is computed.
/// </summary>
internal static class QuantisedRule
{
    /// <summary>Products up to which sums of two 8-bit numbers' stay within 32 bits.</summary>
    private const int MostTerms = 33025;

    /// <summary>Reads a QuantizeLinear: round(x ⁄ scale) + zero point, saturated.</summary>
    public static void Quantize(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (builder.Graph.TensorTypeOf(node.Inputs[1])!.ElementType != ElementType.Float32 || node.Attributes.Int("precision", 1) != 1) throw new UnverifiableException("divides in less than float32");
        (double[] scales, double[] zeros) = Parameters(builder, node, 1, 2);
        if (scales.Any(static s => !(Math.Abs(s) > 0))) throw new UnverifiableException("has a scale that is zero");
        int x = builder.Index(node.Inputs[0]), length = scales.Length;
        LinearMap map = new Operand(x, length, [.. Enumerable.Range(0, length)]).Map(Array.ConvertAll(scales, static s => 1 / s));
        AddSteps(builder, name, builder.AddHidden(new AffineNode(name, [x], [map], new double[length], new AffineRounding(2))), zeros);
    }

    /// <summary>Reads a DequantizeLinear: (x − zero point)·scale.</summary>
    public static void Dequantize(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        (double[] scales, double[] zeros) = Parameters(builder, node, 1, 2);
        int x = builder.Index(node.Inputs[0]), length = scales.Length;
        LinearMap map = new Operand(x, length, [.. Enumerable.Range(0, length)]).Map(scales);
        builder.Add(name, new AffineNode(name, [x], [map], [.. scales.Zip(zeros, static (s, z) => -s * z)], new AffineRounding(1)));
    }

    /// <summary>Reads a MatMulInteger.</summary>
    public static void IntegerProduct(NetworkBuilder builder, Node node) => builder.Add(node.Outputs[0], ProductSums(builder, node, new Operands(0, 1, 2, 3)));

    /// <summary>Reads a ConvInteger.</summary>
    public static void IntegerConvolution(NetworkBuilder builder, Node node) => builder.Add(node.Outputs[0], WindowSums(builder, node, new Operands(0, 1, 2, 3), null));

    /// <summary>Reads a QLinearMatMul: the sum times a factor of float32, rounded to steps.</summary>
    public static void Product(NetworkBuilder builder, Node node)
    {
        int columns = builder.Shape(node.Inputs[3])[^1];
        AddScaled(builder, node, ProductSums(builder, node, new Operands(0, 3, 2, 5)), i => i % columns);
    }

    /// <summary>Reads a QLinearConv.</summary>
    public static void Convolution(NetworkBuilder builder, Node node)
    {
        int[] y = builder.Shape(node.Outputs[0]);
        int plane = y.Skip(2).Aggregate(1, static (a, b) => a * b);
        AddScaled(builder, node, WindowSums(builder, node, new Operands(0, 3, 2, 5), node.HasInput(8) ? builder.Numbers(node.Inputs[8]) : null), i => i / plane % y[1]);
    }

    private static void AddScaled(NetworkBuilder builder, Node node, AffineNode sums, Func<int, int> channelOf)
    {
        string name = node.Outputs[0];
        double x = Scalar(builder, node, 1), y = Scalar(builder, node, 6), zero = Scalar(builder, node, 7);
        double[] scales = builder.Constant(node.Inputs[4]);
        double[] factors = [.. Enumerable.Range(0, sums.Length).Select(i => QuantizedProductTypes.Factor(x, scales[scales.Length == 1 ? 0 : channelOf(i)], y))];
        int sum = builder.AddHidden(sums);
        LinearMap map = new Operand(sum, sums.Length, [.. Enumerable.Range(0, sums.Length)]).Map(factors);
        AddSteps(builder, name, builder.AddHidden(new AffineNode(name, [sum], [map], new double[sums.Length], new AffineRounding(2))), [.. Enumerable.Repeat(zero, sums.Length)]);
    }

    /// <summary>Adds what steps in float32 become: integers, the zero point added, within the type.</summary>
    private static void AddSteps(NetworkBuilder builder, string name, int steps, double[] zeros)
    {
        ElementType type = builder.Graph.TensorTypeOf(name)!.ElementType;
        if (!type.IsInteger()) throw new UnverifiableException("gives " + type.Name() + ", which is no integer");
        int length = zeros.Length;
        int rounded = builder.AddHidden(new ActivationNode(name, length, steps, new RoundingActivation(RoundingKind.Nearest)));
        int moved = builder.AddHidden(new AffineNode(name, [rounded], [LinearMapBuilder.Identity(length)], zeros, null));
        builder.Add(name, new ActivationNode(name, length, moved, new ClipActivation(IntegerRange.Lowest(type), IntegerRange.Highest(type))));
    }

    private static AffineNode ProductSums(NetworkBuilder builder, Node node, Operands at)
    {
        string name = node.Outputs[0];
        MatMulShape shape = MatMulShape.TryRead(builder.Shape(node.Inputs[at.X]), builder.Shape(node.Inputs[at.Weights]))!;
        CheckTerms(shape.Depth);
        double[] weights = Weights(builder, node, at, k => k % shape.Columns, shape.Columns);
        return Sums(name, builder.Index(node.Inputs[at.X]), ContractionRule.Weighted(shape, weights, builder.Length(node.Inputs[at.X])), OptionalScalar(builder, node, at.Zero), null);
    }

    private static AffineNode WindowSums(NetworkBuilder builder, Node node, Operands at, double[]? bias)
    {
        string name = node.Outputs[0];
        int[] x = builder.Shape(node.Inputs[at.X]), w = builder.Shape(node.Inputs[at.Weights]);
        var window = WindowGeometry.Read(node.Attributes, x, [.. w.Skip(2).Select(static d => (long)d)]);
        var conv = new ConvLayer(x[0], (int)node.Attributes.Int("group", 1), x[1], w[0], window);
        CheckTerms(conv.Taps);
        double[] weights = Weights(builder, node, at, k => k / conv.Taps, w[0]);
        int length = builder.Length(name);
        double[]? biases = bias is null ? null : [.. Enumerable.Range(0, length).Select(i => bias[i / window.OutLength % w[0]])];
        return Sums(name, builder.Index(node.Inputs[at.X]), WindowMap.Of(conv, weights, builder.Length(node.Inputs[at.X])), OptionalScalar(builder, node, at.Zero), biases);
    }

    /// <summary>Σ w·(x − zero) + bias, on integers.</summary>
    private static AffineNode Sums(string name, int x, LinearMap map, double zero, double[]? bias)
    {
        var constants = new double[map.Outputs];
        for (int i = 0; i < constants.Length; i++)
        {
            constants[i] = bias is null ? 0 : bias[i];
            foreach (double w in map.Values(i)) constants[i] -= zero * w;
        }

        return new AffineNode(name, [x], [map], constants, AffineRounding.OfNoCode);
    }

    /// <summary>The weights less their zero points, one for all or one a channel.</summary>
    private static double[] Weights(NetworkBuilder builder, Node node, Operands at, Func<int, int> channelOf, int channels)
    {
        double[] weights = builder.Numbers(node.Inputs[at.Weights]), zeros = node.HasInput(at.WeightsZero) ? builder.Numbers(node.Inputs[at.WeightsZero]) : [0];
        if (zeros.Length != 1 && zeros.Length != channels) throw new UnverifiableException("has a zero point for each matrix");
        return [.. weights.Select((w, k) => w - zeros[zeros.Length == 1 ? 0 : channelOf(k)])];
    }

    private static double OptionalScalar(NetworkBuilder builder, Node node, int input) => node.HasInput(input) ? Scalar(builder, node, input) : 0;

    private static double Scalar(NetworkBuilder builder, Node node, int input)
        => builder.Numbers(node.Inputs[input]) is [var only] ? only : throw new UnverifiableException("has several scales or zero points where one is expected");

    private static void CheckTerms(int terms)
    {
        if (terms > MostTerms) throw new UnverifiableException("adds up more products than 32 bits hold");
    }

    /// <summary>By element its scale and zero point.</summary>
    private static (double[] Scales, double[] Zeros) Parameters(NetworkBuilder builder, Node node, int scale, int zero)
    {
        var layout = Quantization.Read(builder.Parameters(node));
        double[] scales = builder.Constant(node.Inputs[scale]), zeros = node.HasInput(zero) ? builder.Numbers(node.Inputs[zero]) : [0];
        int[] places = [.. Enumerable.Range(0, builder.Length(node.Outputs[0])).Select(layout.IndexOf)];
        return (Array.ConvertAll(places, k => scales[k]), Array.ConvertAll(places, k => zeros[zeros.Length == 1 ? 0 : k]));
    }

    /// <summary>Where a product's operands stand among a node's inputs.</summary>
    private readonly record struct Operands(int X, int Weights, int Zero, int WeightsZero);
}
