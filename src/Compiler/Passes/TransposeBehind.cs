using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>Exchanges a node with the transposes before it: op(Tᵖ(x)) becomes Tᵖ(op'(x)).</summary>
internal static class TransposeBehind
{
    /// <summary>Operators that work element by element on all of their inputs, which broadcast.</summary>
    private static readonly ImmutableHashSet<string> Elementwise =
    [
        "Abs", "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Cast", "Ceil", "Celu", "Clip", "Cos", "Cosh", "Elu", "Erf", "Exp", "Floor", "Gelu",
        "HardSigmoid", "HardSwish", "Identity", "IsInf", "IsNaN", "LeakyRelu", "Log", "Mish", "Neg", "Not", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid",
        "Sign", "Sin", "Sinh", "Softplus", "Softsign", "Sqrt", "Tan", "Tanh", "ThresholdedRelu",
        "Add", "And", "Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Max", "Mean", "Min", "Mod", "Mul", "Or", "Pow", "PRelu", "Sub", "Sum",
        "Where", "Xor",
    ];

    /// <summary>Operators that work along one axis, which an attribute names, and keep the shape.</summary>
    private static readonly ImmutableHashSet<string> AlongAxis = ["Softmax", "LogSoftmax", "Hardmax"];

    /// <summary>Exchanges the node with its transposes.</summary>
    /// <param name="builder">The graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="copies">Whether transposes that others read too are copied behind the node.</param>
    /// <param name="budget">For constants whose axes are permuted.</param>
    /// <returns>Whether the graph changed.</returns>
    public static bool Swap(GraphBuilder builder, Node node, bool copies, ConstantBudget budget)
    {
        if (node.Operator.Domain.Length > 0 || node.Outputs.Length != 1 || node.Inputs.Length == 0 || builder.Lengths(node.Outputs[0]) is not { } lengths) return false;
        Node? transpose = node.Inputs.Select(builder.Producer).FirstOrDefault(p => p is not null && p.Is("Transpose"));
        if (transpose is null || builder.Lengths(transpose.Inputs[0])?.Length != lengths.Length) return false;
        int[] permutation = transpose.Permutation(lengths.Length);
        if (!copies && node.Inputs.Any(i => builder.Producer(i) is { } p && p.Is("Transpose") && builder.SingleConsumer(i) is null)) return false;
        if (Rewrite(builder, node, permutation, budget) is not { } rewritten) return false;
        string inner = builder.FreshName(node.Outputs[0] + "_before");
        var innerLengths = new int[lengths.Length];
        for (int axis = 0; axis < lengths.Length; axis++) innerLengths[permutation[axis]] = lengths[axis];
        builder.SetType(inner, new TensorType(builder.TensorTypeOf(node.Outputs[0])!.ElementType, Shape.Of(innerLengths)));
        builder.Replace(
            node,
            rewritten with { Outputs = [inner] },
            PatternExtensions.Transpose(builder.FreshName(node.Name + "_transpose"), inner, node.Outputs[0], permutation));
        return true;
    }

    /// <summary>The node that works on the values before the transposes, or null where there is none.</summary>
    private static Node? Rewrite(GraphBuilder builder, Node node, int[] permutation, ConstantBudget budget)
    {
        if (node.IsAny(Elementwise)) return node.BroadcastsAlongAxis() ? null : WithInputs(builder, node, permutation, budget);
        if (node.IsAny(AlongAxis)) return node.Operator.Version >= 13 ? WithInputs(builder, WithAxis(node, permutation, -1), permutation, budget) : null;
        if (node.Is("Concat")) return WithInputs(builder, WithAxis(node, permutation, 1), permutation, budget);
        if (node.Is("Pad")) return Pad(builder, node, permutation);
        return node.Operator.Name.StartsWith("Reduce", System.StringComparison.Ordinal) ? Reduce(builder, node, permutation) : null;
    }

    private static Node WithAxis(Node node, int[] permutation, long defaultAxis)
    {
        long axis = node.Attributes.Int("axis", defaultAxis);
        return node with { Attributes = node.Attributes.With("axis", permutation[axis < 0 ? axis + permutation.Length : axis]) };
    }

    /// <summary>The node reading what the transposes read; constants are permuted back. Null where an input is neither.</summary>
    private static Node? WithInputs(GraphBuilder builder, Node node, int[] permutation, ConstantBudget budget)
    {
        var inputs = new string[node.Inputs.Length];
        var constants = new ReferenceTensor?[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            string input = node.Inputs[i];
            inputs[i] = input;
            if (input.Length == 0) continue;
            if (builder.ConstantOf(input) is { } constant)
            {
                if (constant.Length == 1 && !node.Is("Concat")) continue;
                if (!ElementCodec.Supports(constant.ElementType) || constant.Dimensions.Length > permutation.Length || !budget.TryTake(constant.Length)) return null;
                int missing = permutation.Length - constant.Dimensions.Length;
                ReferenceTensor full = ReferenceTensor.FromTensor(constant).Reshape([.. Enumerable.Repeat(1, missing), .. constant.Dimensions]);
                constants[i] = PatternExtensions.Permuted(full, PatternExtensions.Inverse(permutation));
            }
            else if (builder.Producer(input) is { } producer && producer.Is("Transpose") && producer.Permutation(permutation.Length).SequenceEqual(permutation)
                && builder.Lengths(input)?.Length == permutation.Length)
            {
                inputs[i] = producer.Inputs[0];
            }
            else
            {
                return null;
            }
        }

        for (int i = 0; i < inputs.Length; i++)
            if (constants[i] is { } permuted) inputs[i] = builder.AddInitializer(node.Inputs[i] + "_permuted", permuted.ToTensor());
        return node with { Inputs = [.. inputs] };
    }

    private static Node? Pad(GraphBuilder builder, Node node, int[] permutation)
    {
        if (node.Operator.Version < 11 || builder.Producer(node.Inputs[0]) is not { } transpose || !transpose.Is("Transpose")) return null;
        if (PadReader.Read(builder, node) is not { } pad) return null;
        int[] back = PatternExtensions.Inverse(permutation);
        long[] pads = [.. back.Select(axis => pad.Before[axis]), .. back.Select(axis => pad.After[axis])];
        string name = builder.AddInitializer(node.Name + "_pads", Tensor.Of(pads, pads.Length));
        return node with { Inputs = node.HasInput(2) ? [transpose.Inputs[0], name, node.Inputs[2]] : [transpose.Inputs[0], name] };
    }

    private static Node? Reduce(GraphBuilder builder, Node node, int[] permutation)
    {
        if (node.Attributes.Int("keepdims", 1) == 0 || builder.Producer(node.Inputs[0]) is not { } transpose || !transpose.Is("Transpose")) return null;
        long[]? axes = node.HasInput(1) ? builder.Integers(node.Inputs[1]) : node.Attributes.Ints("axes")?.ToArray() ?? [];
        if (axes is null) return null;
        long[] moved = [.. axes.Select(a => (long)permutation[a < 0 ? a + permutation.Length : a])];
        if (axes.Length == 0) return node with { Inputs = node.Inputs.SetItem(0, transpose.Inputs[0]) };
        if (!node.HasInput(1)) return node with { Inputs = [transpose.Inputs[0]], Attributes = node.Attributes.With("axes", [.. moved]) };
        string name = builder.AddInitializer(node.Inputs[1] + "_permuted", Tensor.Of(moved, moved.Length));
        return node with { Inputs = [transpose.Inputs[0], name] };
    }
}
