using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>What the sums of a quantised product become.</summary>
internal enum QuantizedForm
{
    /// <summary>They stay what they are: ConvInteger and MatMulInteger.</summary>
    Sums,

    /// <summary>Floats: nothing quantises the result.</summary>
    Real,

    /// <summary>Multiplied by a factor and rounded: QLinearConv and QLinearMatMul.</summary>
    Scaled,

    /// <summary>Dequantised, and quantised again.</summary>
    Dequantized,
}

/// <summary>What becomes of the sums of a quantised product: the runtime's QuantizedResult, as constants and a call that makes it.</summary>
/// <param name="Constants">The constants that the call reads, in the order of their places {0}, {1}, ….</param>
/// <param name="Call">The C# of the call.</param>
/// <param name="Text">How a summary goes on.</param>
internal sealed record QuantizedEnding(ImmutableArray<Weight> Constants, string Call, string Text)
{
    /// <summary>Where roundings of the operands could decide more than this share of all results, the integers gain nothing.</summary>
    private const double LargestMargin = 0.05;

    /// <summary>Which of the forms it is.</summary>
    public QuantizedForm Form { get; private init; }

    /// <summary>Bytes of an element of the result.</summary>
    public int ResultBytes { get; private init; } = 1;

    /// <summary>The scale of the input; 1 where sums have no scale or factors hold it.</summary>
    public float InputScale { get; private init; } = 1f;

    /// <summary>The scales of the weights, or the factors of the sums: one, or one a channel; none for sums as they are.</summary>
    public ImmutableArray<float> Scales { get; private init; } = [];

    /// <summary>What is added as a float, one a channel; empty for none.</summary>
    public ImmutableArray<float> Bias { get; private init; } = [];

    /// <summary>What is added to the sums, one a channel; empty for none.</summary>
    public ImmutableArray<int> IntegerBias { get; private init; } = [];

    /// <summary>Whether the bias is added to sums that are rounded to float32.</summary>
    public bool IsBiasBehind { get; private init; }

    /// <summary>The scale of the result; 1 where factors hold it.</summary>
    public float Scale { get; private init; } = 1f;

    /// <summary>The zero point of the result.</summary>
    public int Zero { get; private init; }

    /// <summary>The least integer of the result, activations included.</summary>
    public int Lowest { get; private init; }

    /// <summary>The largest integer of the result, activations included.</summary>
    public int Highest { get; private init; }

    /// <summary>How far roundings of the graph's floats can move a result, in steps.</summary>
    public float Margin { get; private init; }

    /// <summary>Sums as they are.</summary>
    public static QuantizedEnding Sums { get; } = new([], "QuantizedResult.Sums", "") { ResultBytes = sizeof(int) };

    /// <summary>Sums as floats.</summary>
    public static QuantizedEnding Real(float inputScale, float[] weightScales, float[]? bias)
    {
        string call = "QuantizedResult.Real(inputScale: " + CSharpLiteral.Of(inputScale) + ", {0}, " + (bias is null ? "default" : "{1}") + ")";
        return new(Constant(("Scales", weightScales), ("Bias", bias)), call, ", as floats")
        {
            Form = QuantizedForm.Real,
            ResultBytes = sizeof(float),
            InputScale = inputScale,
            Scales = [.. weightScales],
            Bias = bias is null ? [] : [.. bias],
        };
    }

    /// <summary>Sums plus a bias times a factor, as QLinearConv and QLinearMatMul have it.</summary>
    public static QuantizedEnding Scaled(float[] factors, int[]? bias, ElementType type, int zero) => new(
        bias is null ? Constant(("Factors", factors)) : Constant(("Factors", factors)).Add(new Weight("Bias", ElementType.Int32, System.Runtime.InteropServices.MemoryMarshal.AsBytes(bias.AsSpan()).ToArray())),
        "QuantizedResult.Scaled({0}, " + (bias is null ? "default" : "{1}") + $", zeroPoint: {Number(zero)}, lowest: {Number(Saturation.Lowest(type))}, highest: {Number(Saturation.Highest(type))})",
        ", to " + type.Name())
    {
        Form = QuantizedForm.Scaled,
        Scales = [.. factors],
        IntegerBias = bias is null ? [] : [.. bias],
        Zero = zero,
        Lowest = Saturation.Lowest(type),
        Highest = Saturation.Highest(type),
    };

    /// <summary>Dequantised sums, an activation, and quantised again; null where this cannot be done in integers well.</summary>
    public static QuantizedEnding? Dequantized(DequantizedValue x, float[] weightScales, QuantizedWeights weights, float[]? bias, bool isBiasBehind, IReadOnlyList<Node> activations, DequantizedValue y, KernelContext context)
    {
        if (!QuantizedTypes.IsByte(y.Type) || !y.IsPerTensor) return null;
        if (Range(activations, y, context) is not (int lowest, int highest)) return null;
        double margin = LargestError(x, weightScales, weights, y, isBiasBehind);
        if (margin > LargestMargin) return null;
        string call = "QuantizedResult.Dequantized(inputScale: " + CSharpLiteral.Of(x.Scale) + ", {0}, " + (bias is null ? "default" : "{1}")
            + $", scale: {CSharpLiteral.Of(y.Scale)}, zeroPoint: {Number(y.Zero)}, lowest: {Number(lowest)}, highest: {Number(highest)}, margin: {CSharpLiteral.Of((float)margin)}{(isBiasBehind ? ", addsBehind: true" : "")})";
        string then = activations.Count == 0 ? "" : ", then " + string.Join(", ", activations.Select(a => a.Operator.Name));
        return new QuantizedEnding(Constant(("Scales", weightScales), ("Bias", bias)), call, then + ", to " + y.Type.Name())
        {
            Form = QuantizedForm.Dequantized,
            InputScale = x.Scale,
            Scales = [.. weightScales],
            Bias = bias is null ? [] : [.. bias],
            IsBiasBehind = isBiasBehind,
            Scale = y.Scale,
            Zero = y.Zero,
            Lowest = lowest,
            Highest = highest,
            Margin = (float)margin,
        };
    }

    /// <summary>The integers that activations leave, which is exact because rounding is monotone; null where one does more than set bounds.</summary>
    public static (int Lowest, int Highest)? Range(IEnumerable<Node> activations, DequantizedValue y, KernelContext context)
    {
        int lowest = Saturation.Lowest(y.Type);
        int highest = Saturation.Highest(y.Type);
        foreach (Node activation in activations)
        {
            if (Bounds(activation, context) is not { } bounds) return null;
            if (bounds.Low is { } low) lowest = Math.Max(lowest, Quantise(low, y));
            if (bounds.High is { } high) highest = Math.Min(highest, Quantise(high, y));
            if (lowest > highest) return null;
        }

        return (lowest, highest);
    }

    /// <summary>
    /// How far roundings can move a result, in steps. Dequantised operands are rounded to floats: by how much at most is known for all inputs
    /// together and for every weight. The sum and the quotient are rounded on both ways, the sum once more where the bias is added to it. What
    /// is beyond the range of the result does not matter. A tenth more, for what is rounded here and in doubles.
    /// </summary>
    private static double LargestError(DequantizedValue x, float[] weightScales, QuantizedWeights weights, DequantizedValue y, bool isBiasBehind)
    {
        double largest = Math.Max(Saturation.Highest(x.Type) - x.Zero, x.Zero - Saturation.Lowest(x.Type));
        double inputError = 0;
        for (int i = Saturation.Lowest(x.Type); i <= Saturation.Highest(x.Type); i++) inputError = Math.Max(inputError, DequantizationError(i - x.Zero, x.Scale));
        double steps = 0;
        for (int m = 0; m < weights.Channels; m++)
        {
            float scale = weightScales[weightScales.Length == 1 ? 0 : m];
            double error = 0;
            double sum = 0;
            for (int k = 0; k < weights.Taps; k++)
            {
                int w = weights.Rows[(m * weights.Taps) + k] - weights.Zero;
                double own = DequantizationError(w, scale);
                error += (Math.Abs(w) * inputError) + (own * (largest + inputError));
                sum += Math.Abs(w) * largest;
            }

            if (isBiasBehind) error += sum * Math.Pow(2, -24);
            steps = Math.Max(steps, error * x.Scale * scale / y.Scale);
        }

        return 1.1 * (steps + (256 * Math.Pow(2, -22)));
    }

    /// <summary>How far the float of an integer times a scale is from the real number, in scales.</summary>
    private static double DequantizationError(int value, float scale) => Math.Abs((float)((double)value * scale) - ((double)value * scale)) / scale;

    /// <summary>The bounds that an activation sets; null where it does more.</summary>
    private static (double? Low, double? High)? Bounds(Node node, KernelContext context)
    {
        if (node.Operator.QualifiedName == "Relu") return (0, null);
        if (node.Operator.QualifiedName != "Clip") return null;
        if (node.Operator.Version < 11) return (node.Attributes.Has("min") ? node.Attributes.Float("min", 0) : null, node.Attributes.Has("max") ? node.Attributes.Float("max", 0) : null);
        if ((node.HasInput(1) && context.Constant(node.Inputs[1]) is null) || (node.HasInput(2) && context.Constant(node.Inputs[2]) is null)) return null;
        double? low = node.HasInput(1) ? context.Constant(node.Inputs[1])!.AsSpan<float>()[0] : null;
        double? high = node.HasInput(2) ? context.Constant(node.Inputs[2])!.AsSpan<float>()[0] : null;
        return (low is { } l && double.IsNaN(l)) || (high is { } h && double.IsNaN(h)) || low > high ? null : (low, high);
    }

    private static int Quantise(double value, DequantizedValue y) => (int)Saturation.Of(y.Type, (float)((float)value / (double)y.Scale), y.Zero);

    private static ImmutableArray<Weight> Constant(params (string Role, float[]? Values)[] constants)
        => [.. constants.Where(c => c.Values is not null).Select(c => Weight.Of(c.Role, c.Values!))];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
