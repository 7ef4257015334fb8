using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Linear;

/// <summary>
/// Which layers leave out the weights of inputs that are zero (docs/decisions/0032): one sample waits for its weights, and behind a Relu half
/// of its values and more are zero. How many there are is seen at run time; here stands where there may be many.
/// </summary>
internal static class SparseInputs
{
    /// <summary>Outputs from which counting the zeros takes little beside the sums.</summary>
    private const int LeastOutputs = 64;

    /// <summary>Bytes of weights from which reading them is what takes the time.</summary>
    private const long LeastBytes = 65536;

    /// <summary>Nodes that are looked through.</summary>
    private const int MostNodes = 32;

    /// <summary>Operators that give zero for many inputs.</summary>
    private static readonly HashSet<string> Zeroing = ["And", "Clip", "Equal", "Greater", "GreaterOrEqual", "HardSigmoid", "HardSwish", "Less", "LessOrEqual", "OneHot", "Relu", "Shrink", "ThresholdedRelu"];

    /// <summary>Operators whose output has zeros where their first input has some.</summary>
    private static readonly HashSet<string> Passing =
        ["Cast", "Concat", "DequantizeLinear", "Dropout", "Flatten", "GlobalMaxPool", "Identity", "MaxPool", "Mul", "Pad", "QuantizeLinear", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"];

    /// <summary>Whether a layer is to look for zeros. Weights must be finite: what is left out counts as zero.</summary>
    public static bool AreWorth(DenseLayer layer, KernelContext context)
        => layer.Rows == 1 && layer.Addend is null && layer.Outputs >= LeastOutputs && sizeof(float) * (long)layer.Inputs * layer.Outputs >= LeastBytes
            && MayBeZero(layer.Input, context.Graph) && layer.Weights.All(static w => !float.IsNaN(w) && !float.IsInfinity(w));

    private static bool MayBeZero(string value, Graph graph)
    {
        for (int i = 0; i < MostNodes; i++)
        {
            Node? node = graph.Nodes.FirstOrDefault(n => n.Outputs.Contains(value));
            if (node is null) return graph.Inputs.Any(v => v.Name == value);
            if (node.Operator.Domain.Length > 0) return false;
            if (Zeroing.Contains(node.Operator.Name)) return true;
            if (!Passing.Contains(node.Operator.Name)) return false;
            value = node.Inputs[0];
        }

        return false;
    }
}
