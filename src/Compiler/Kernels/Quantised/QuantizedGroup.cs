using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>
/// A convolution or product between DequantizeLinear and QuantizeLinear: the nodes that one kernel computes on the integers. Without a
/// QuantizeLinear behind it, the result is float.
/// </summary>
/// <param name="Core">The convolution or product.</param>
/// <param name="Input">The input's integers.</param>
/// <param name="Weights">The integers of the weights, a constant.</param>
/// <param name="WeightScales">The scales of the weights: one, or one an output channel.</param>
/// <param name="WeightZeros">As many zero points.</param>
/// <param name="Bias">One an output channel, as a float of the graph; null for none.</param>
/// <param name="IsBiasBehind">Whether an Add of its own adds the bias, to sums that are rounded.</param>
/// <param name="Activations">What follows the core.</param>
/// <param name="Output">The result's integers; null where it is float.</param>
internal sealed record QuantizedGroup(
    Node Core, DequantizedValue Input, Tensor Weights, float[] WeightScales, int[] WeightZeros, float[]? Bias, bool IsBiasBehind, IReadOnlyList<Node> Activations, DequantizedValue? Output)
{
    /// <summary>Reads a group in any order of its nodes; null where it is none.</summary>
    public static QuantizedGroup? TryRead(IReadOnlyCollection<Node> nodes, KernelContext context)
    {
        Node? core = nodes.FirstOrDefault(IsCore);
        if (core is null || Dequantize(core.Inputs[0]) is not { } x || Dequantize(core.Inputs[1]) is not { } w) return null;
        DequantizedValue? input = DequantizedValue.OfDequantize(x, context);
        DequantizedValue? weights = DequantizedValue.OfDequantize(w, context);
        if (input is not { IsPerTensor: true } || weights is null || context.Constant(weights.Value) is not { } tensor) return null;
        if (!Operators.Quantised.QuantizedTypes.IsByte(input.Type) || !Operators.Quantised.QuantizedTypes.IsByte(weights.Type) || tensor.Length == 0) return null;
        if (!weights.IsPerTensor && weights.Axis != ChannelAxis(core)) return null;
        var chain = new List<Node>();
        Node? quantize = null;
        string current = core.Outputs[0];
        for (int left = nodes.Count; left > 0 && nodes.FirstOrDefault(n => n.Inputs.Contains(current) && !ReferenceEquals(n, core)) is { } next; left--)
        {
            if (quantize is not null) return null;
            if (next.Operator.Name == "QuantizeLinear") quantize = next;
            else chain.Add(next);
            current = next.Outputs[0];
        }

        if (quantize is null && chain.Count > 0) return null;
        Node? add = BiasAdd(core, chain.FirstOrDefault());
        if (add is not null) chain.RemoveAt(0);
        string biasName = add is null ? core.Input(2) : add.Inputs[0] == core.Outputs[0] ? add.Inputs[1] : add.Inputs[0];
        if (!TryBias(biasName, name => Dequantize(name), tensor.Dimensions[ChannelAxis(core)], context, out float[]? bias, out Node? biasNode)) return null;
        int expected = new[] { x, w, core, add, biasNode, quantize }.Where(n => n is not null).Distinct().Count() + chain.Count;
        if (expected != nodes.Count || !IsPlain(core)) return null;
        DequantizedValue? output = quantize is null ? null : DequantizedValue.OfQuantize(quantize, context);
        return quantize is not null && output is null ? null : new QuantizedGroup(core, input, tensor, weights.Scales, weights.Zeros, bias, add is not null, chain, output);

        Node? Dequantize(string value) => nodes.FirstOrDefault(n => n.Operator.Name == "DequantizeLinear" && n.Outputs[0] == value);
    }

    /// <summary>Whether a node can be the core of a group.</summary>
    public static bool IsCore(Node node) => node.Operator.QualifiedName is "Conv" or "Gemm" or "MatMul";

    /// <summary>The axis of the weights along which output channels lie.</summary>
    private static int ChannelAxis(Node core) => core.Operator.Name == "Conv" || (core.Operator.Name == "Gemm" && core.Attributes.Int("transB", 0) != 0) ? 0 : 1;

    /// <summary>The Add behind a product that has no bias of its own.</summary>
    public static Node? BiasAdd(Node core, Node? next)
        => core.Operator.Name is "MatMul" or "Gemm" && !core.HasInput(2) && next is { Operator.QualifiedName: "Add", Inputs.Length: 2 } && !next.Attributes.Has("axis") && next.Inputs[0] != next.Inputs[1] ? next : null;

    private static bool IsPlain(Node core) => core.Operator.Name != "Gemm"
        || (core.Attributes.Int("transA", 0) == 0 && core.Attributes.Float("alpha", 1) == 1 && core.Attributes.Float("beta", 1) == 1);

    /// <summary>The bias that the graph adds, rounded to floats as there.</summary>
    private static bool TryBias(string name, System.Func<string, Node?> dequantize, int channels, KernelContext context, out float[]? bias, out Node? node)
    {
        bias = null;
        node = null;
        if (name.Length == 0) return true;
        Tensor? constant = context.Constant(name);
        if (constant is null)
        {
            node = dequantize(name);
            if (node is null) return false;
            ReferenceTensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : context.Constant(i) is { } c ? ReferenceTensor.FromTensor(c) : null)];
            if (node.Inputs.Where((i, k) => i.Length > 0 && inputs[k] is null).Any()) return false;
            var evaluation = new EvaluationContext(node, inputs, [context.Type(node.Outputs[0])]);
            OperatorTable.Find(node.Operator)!.Evaluate(evaluation);
            constant = evaluation.Outputs[0]!.ToTensor();
        }

        // A bias that broadcasts along the rows only.
        if (constant.ElementType != ElementType.Float32 || constant.Length != channels || (constant.Dimensions.Length > 0 && constant.Dimensions[^1] != channels)) return false;
        bias = constant.AsSpan<float>().ToArray();
        return bias.All(b => !float.IsNaN(b) && !float.IsInfinity(b));
    }
}
