using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Quantised;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>A value of integers under a DequantizeLinear, or above a QuantizeLinear, with parameters that are known.</summary>
/// <param name="Value">The integers.</param>
/// <param name="Type">Their type.</param>
/// <param name="Scales">One, or one for each position along the axis.</param>
/// <param name="Zeros">As many zero points.</param>
/// <param name="Axis">The axis; −1 where there is one of each.</param>
internal sealed record DequantizedValue(string Value, ElementType Type, float[] Scales, int[] Zeros, int Axis)
{
    /// <summary>Scales beyond these bounds lead to products that a float does not hold to its full precision.</summary>
    private const float LeastScale = 1e-15f;
    private const float LargestScale = 1e15f;

    /// <summary>Whether one scale and zero point serve all elements.</summary>
    public bool IsPerTensor => Axis < 0;

    /// <summary>The one scale.</summary>
    public float Scale => Scales[0];

    /// <summary>The one zero point.</summary>
    public int Zero => Zeros[0];

    /// <summary>Reads a DequantizeLinear whose output is float32; null where it is none, or its parameters are of run time or unusual.</summary>
    public static DequantizedValue? OfDequantize(Node? node, KernelContext context)
        => node is { Operator.Name: "DequantizeLinear" } && context.ElementType(node.Outputs[0]) == ElementType.Float32 ? Read(node, node.Inputs[0], context) : null;

    /// <summary>Reads a QuantizeLinear whose input is float32, divided in float32.</summary>
    public static DequantizedValue? OfQuantize(Node? node, KernelContext context)
        => node is { Operator.Name: "QuantizeLinear" } && context.ElementType(node.Inputs[0]) == ElementType.Float32 && !node.Attributes.Has("precision")
            ? Read(node, node.Outputs[0], context) : null;

    /// <summary>Whether another value has the same parameters.</summary>
    public bool HasParametersOf(DequantizedValue other)
        => Type == other.Type && IsPerTensor && other.IsPerTensor && Scale.Equals(other.Scale) && Zero == other.Zero;

    private static DequantizedValue? Read(Node node, string value, KernelContext context)
    {
        if (context.Constant(node.Inputs[1]) is not { ElementType: ElementType.Float32 } scale || (node.HasInput(2) && context.Constant(node.Inputs[2]) is null)) return null;
        Quantization layout = Quantization.Read(context.Parameters(node));
        if (layout.IsBlocked || !context.ElementType(value).IsInteger()) return null;
        float[] scales = scale.AsSpan<float>().ToArray();
        foreach (float s in scales)
            if (!(s >= LeastScale && s <= LargestScale)) return null;
        var zeros = new int[scales.Length];
        if (node.HasInput(2))
        {
            long[] given = ReferenceTensor.FromTensor(context.Constant(node.Inputs[2])!).Integers!;
            for (int i = 0; i < zeros.Length; i++) zeros[i] = (int)given[i];
        }

        return scales.Length == 0 ? null : new DequantizedValue(value, context.ElementType(value), scales, zeros, layout.Axis);
    }
}
