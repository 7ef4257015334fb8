using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels;

/// <summary>
/// What follows a convolution or product within its group: a constant bias by channel, a residual of the result's shape, an
/// activation. Passes/MarkFusion grows groups as long as this reads them.
/// </summary>
/// <param name="Bias">By channel; null for none.</param>
/// <param name="Residual">The value added before the activation; null for none.</param>
/// <param name="Activation">The activation.</param>
internal sealed record Epilogue(float[]? Bias, string? Residual, FusedActivation Activation)
{
    /// <summary>How a summary speaks of a residual.</summary>
    public const string ResidualText = ", plus residual";

    /// <summary>How a summary goes on: <c>, plus residual, then Relu</c>.</summary>
    public string Text => (Residual is null ? "" : ResidualText) + (Activation.IsIdentity ? "" : ", then " + Activation.Name);

    /// <summary>Reads the nodes after the first one of a group; null where one of them does not fit.</summary>
    /// <param name="nodes">The group in topological order.</param>
    /// <param name="context">The context.</param>
    public static Epilogue? TryRead(IReadOnlyList<Node> nodes, KernelContext context)
    {
        string current = nodes[0].Outputs[0];
        if (nodes.Count > 1 && context.ElementType(current) != ElementType.Float32) return null;
        int[] shape = context.Lengths(current);
        int channelAxis = nodes[0].Operator.Name is "Conv" or "ConvTranspose" ? 1 : shape.Length - 1;
        float[]? bias = null;
        string? residual = null;
        FusedActivation activation = FusedActivation.Identity;
        for (int i = 1; i < nodes.Count; i++)
        {
            if (!activation.IsIdentity) return null;
            Node node = nodes[i];
            if (node.Operator.QualifiedName == "Add")
            {
                if (Other(node, current) is not { } other || !context.Lengths(node.Outputs[0]).SequenceEqual(shape)) return null;
                if (ChannelBias(context.Constant(other), shape, channelAxis) is { } more) bias = bias is null ? more : [.. bias.Zip(more, (a, b) => a + b)];
                else if (residual is null && context.Lengths(other).SequenceEqual(shape)) residual = other;
                else return null;
            }
            else if (i + 1 < nodes.Count && IsSilu(node, nodes[i + 1], current))
            {
                activation = FusedActivation.Silu;
                i++;
            }
            else if (WrittenGelu.TryRead(nodes, i, current, context, out int count) is { } gelu)
            {
                activation = gelu;
                i += count - 1;
            }
            else if (node.Inputs[0] == current && FusedActivation.TryRead(node, context) is { } next)
            {
                activation = next;
            }
            else
            {
                return null;
            }

            current = nodes[i].Outputs[0];
        }

        return new Epilogue(bias, residual, activation);
    }

    /// <summary>The sum of two biases of which either may be missing.</summary>
    public static float[]? Sum(float[]? a, float[]? b) => a is null ? b : b is null ? a : [.. a.Zip(b, (x, y) => x + y)];

    /// <summary>Whether two nodes are v · sigmoid(v).</summary>
    public static bool IsSilu(Node sigmoid, Node product, string value)
        => sigmoid.Operator.QualifiedName == "Sigmoid" && product.Operator.QualifiedName == "Mul" && sigmoid.Inputs[0] == value
            && Other(product, value) == sigmoid.Outputs[0];

    /// <summary>The operand beside a value of a node of two inputs (without the broadcast attributes of opsets before 7); null where it is the same.</summary>
    private static string? Other(Node node, string value)
    {
        if (node.Attributes.Has("axis") || node.Inputs.Length != 2 || node.Inputs[0] == node.Inputs[1]) return null;
        return node.Inputs[0] == value ? node.Inputs[1] : node.Inputs[1] == value ? node.Inputs[0] : null;
    }

    /// <summary>A constant that broadcasts along all axes but one, as one number a channel.</summary>
    private static float[]? ChannelBias(Tensor? constant, int[] shape, int channelAxis)
    {
        if (constant is not { ElementType: ElementType.Float32 } || channelAxis < 0 || constant.Dimensions.Length > shape.Length) return null;
        for (int i = 0; i < constant.Dimensions.Length; i++)
        {
            int axis = i + shape.Length - constant.Dimensions.Length;
            if (constant.Dimensions[i] != 1 && axis != channelAxis) return null;
        }

        float[] values = constant.AsSpan<float>().ToArray();
        return values.Length == shape[channelAxis] ? values : values.Length == 1 ? [.. Enumerable.Repeat(values[0], shape[channelAxis])] : null;
    }
}
