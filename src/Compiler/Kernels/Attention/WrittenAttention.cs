using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>
/// Attention that a model writes out: softmax(factors · (q · kᵀ) + mask) · v, with what moves its operands there (transposes, splits, slices,
/// views) and the transpose behind it. Nothing of that needs to be computed when the operands are read where they stand.
/// </summary>
/// <param name="Scores">The product of queries and keys.</param>
/// <param name="Softmax">The softmax of the scores.</param>
/// <param name="Weighted">The product of the weights and the values.</param>
/// <param name="Behind">The transpose of the result; null for none.</param>
/// <param name="Inner">All other nodes.</param>
/// <param name="Factor">What scores are multiplied by.</param>
/// <param name="Mask">What is added to the scores; null for nothing.</param>
internal sealed record WrittenAttention(Node Scores, Node Softmax, Node Weighted, Node? Behind, ImmutableArray<Node> Inner, double Factor, string? Mask)
{
    private static readonly ImmutableHashSet<string> Moves = ["Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Split", "Slice", "Gather", "Mul", "Div"];

    /// <summary>The nodes of the pattern itself; those that move its operands come on top.</summary>
    public IEnumerable<Node> Nodes => Inner.Concat(Behind is null ? [Scores, Softmax, Weighted] : [Scores, Softmax, Weighted, Behind]);

    /// <summary>Reads the pattern around a softmax; null where there is none.</summary>
    /// <param name="softmax">The softmax.</param>
    /// <param name="links">The nodes among which the pattern is looked for.</param>
    /// <param name="context">The graph.</param>
    public static WrittenAttention? TryRead(Node softmax, NodeLinks links, KernelContext context)
    {
        if (softmax.Operator.QualifiedName != "Softmax" || context.IsOpen(softmax) || context.ElementType(softmax.Inputs[0]) != ElementType.Float32) return null;
        int[] shape = context.Lengths(softmax.Inputs[0]);
        if (shape.Length < 2 || shape.Contains(0) || Softmaxes.View(softmax, shape) is not { Inner: 1 } view || view.Length != shape[shape.Length - 1]) return null;
        if (links.OnlyReader(softmax.Outputs[0]) is not { } weighted || weighted.Operator.QualifiedName != "MatMul" || weighted.Inputs[0] != softmax.Outputs[0]) return null;
        var inner = new List<Node>();
        double factor = 1;
        string? mask = null;
        string value = softmax.Inputs[0];
        while (links.Producer(value) is { } node && links.OnlyReader(value) is not null && !context.IsOpen(node))
        {
            if (node.Operator.QualifiedName == "MatMul")
            {
                if (new[] { node, weighted }.Any(n => !IsProductOfMany(n, context)) || !context.Lengths(node.Outputs[0]).SequenceEqual(shape)) return null;
                return new(node, softmax, weighted, TransposeBehind(weighted, links, context), [.. inner], factor, mask);
            }

            inner.Add(node);
            if (Data(node, shape, links, context) is not { } data) return null;
            if (node.Operator.Name == "Add")
            {
                if (mask is not null || factor != 1) return null;
                mask = node.Inputs[0] == data ? node.Inputs[1] : node.Inputs[0];
            }
            else
            {
                factor *= OperandView.FactorOf(node, data, context)!.Value;
            }

            value = data;
        }

        return null;
    }

    /// <summary>The scores among a node's inputs, where it multiplies them by a number or adds a mask to them.</summary>
    private static string? Data(Node node, int[] shape, NodeLinks links, KernelContext context)
    {
        if (node.Inputs.Length != 2 || node.Inputs[0] == node.Inputs[1] || node.Attributes.Has("axis")) return null;
        foreach (string data in node.Inputs)
        {
            if (links.Producer(data)?.Operator.QualifiedName is not ("MatMul" or "Mul" or "Div" or "Add") || !context.Lengths(data).SequenceEqual(shape)) continue;
            if (OperandView.FactorOf(node, data, context) is not null) return data;
            string other = node.Inputs[0] == data ? node.Inputs[1] : node.Inputs[0];
            if (node.Operator.QualifiedName == "Add" && context.Constant(data) is null && IsMask(context.Lengths(other), shape)) return data;
        }

        return null;
    }

    /// <summary>Whether each row of a mask has an element for each key.</summary>
    private static bool IsMask(int[] mask, int[] shape) => mask.Length > 0 && mask.Length <= shape.Length && mask[mask.Length - 1] == shape[shape.Length - 1];

    /// <summary>Whether both operands have the result's leading axes, so that each product has its own.</summary>
    private static bool IsProductOfMany(Node node, KernelContext context)
    {
        int[] y = context.Lengths(node.Outputs[0]);
        return node.Inputs.All(i => context.Constant(i) is null && context.Lengths(i) is { } x && x.Length == y.Length && x.Take(x.Length - 2).SequenceEqual(y.Take(y.Length - 2)));
    }

    private static Node? TransposeBehind(Node weighted, NodeLinks links, KernelContext context)
    {
        if (links.OnlyReader(weighted.Outputs[0]) is not { } node || node.Operator.QualifiedName != "Transpose") return null;
        int[] permutation = Transpose.Permutation(context.Parameters(node));
        return permutation[permutation.Length - 1] == permutation.Length - 1 ? node : null;
    }

    /// <summary>The pattern's operand as a part of a value that others compute.</summary>
    public static OperandView View(string value, NodeLinks links, KernelContext context, bool scaled)
    {
        if (links.Producer(value) is { Operator.Domain.Length: 0 } node && Moves.Contains(node.Operator.Name) && !context.IsOpen(node) && context.Constant(node.Inputs[0]) is null
            && View(node.Inputs[0], links, context, scaled).Through(node, value, context) is { } view && (scaled || view.Factor == 1)) return view;
        return OperandView.Of(value, context);
    }

    /// <summary>The nodes that move an operand.</summary>
    public static IEnumerable<Node> MovesOf(string value, NodeLinks links, KernelContext context, bool scaled)
    {
        string source = View(value, links, context, scaled).Source;
        while (value != source)
        {
            Node node = links.Producer(value)!;
            yield return node;
            value = node.Inputs[0];
        }
    }

    /// <summary>The distances of the result's axes where it is written.</summary>
    public int[] OutputStrides(KernelContext context)
    {
        int[] strides = Positions.Strides(context.Lengths((Behind ?? Weighted).Outputs[0]));
        if (Behind is null) return strides;
        int[] permutation = Transpose.Permutation(context.Parameters(Behind));
        var moved = new int[strides.Length];
        for (int axis = 0; axis < moved.Length; axis++) moved[permutation[axis]] = strides[axis];
        return moved;
    }

    /// <summary>The distances of the mask's axes; 0 where one element serves all.</summary>
    public int[] MaskStrides(KernelContext context) => BroadcastReader.Strides(context.Lengths(Mask!), context.Lengths(Softmax.Inputs[0]));
}
