using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Attentions;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>
/// Layer or root-mean-square normalisation that a model writes out: x − mean, the mean of its squares, the root of that plus a small
/// number, the quotient, and perhaps a scale and a shift.
/// </summary>
/// <param name="Nodes">The nodes, in no order.</param>
/// <param name="Variance">The mean of the squares, with which the others are marked.</param>
/// <param name="Input">x.</param>
/// <param name="Output">The result.</param>
/// <param name="Length">The elements of a row.</param>
/// <param name="Epsilon">What is added to the variance.</param>
/// <param name="Centers">Whether the mean is subtracted.</param>
/// <param name="Scale">A constant; null for none.</param>
/// <param name="Shift">A constant; null for none.</param>
internal sealed record WrittenNorm(ImmutableArray<Node> Nodes, Node Variance, string Input, string Output, int Length, float Epsilon, bool Centers, string? Scale, string? Shift)
{
    /// <summary>Reads the pattern around the mean of the squares; null where there is none.</summary>
    public static WrittenNorm? TryRead(Node variance, NodeLinks links, KernelContext context)
    {
        if (!IsMean(variance, context, out int length) || links.Producer(variance.Inputs[0]) is not { } square || links.OnlyReader(square.Outputs[0]) is null) return null;
        if (Squared(square, context) is not { } centered || context.IsOpen(square)) return null;
        if (Next(variance, "Add", links) is not { } sum || Number(sum, variance.Outputs[0], context) is not { } epsilon || epsilon < 0) return null;
        if (Next(sum, "Sqrt", links) is not { } root || links.OnlyReader(root.Outputs[0]) is not { } quotient) return null;
        if (quotient.Operator.QualifiedName != "Div" || quotient.Inputs[0] != centered || quotient.Inputs[1] != root.Outputs[0]) return null;
        var nodes = new List<Node> { variance, square, sum, root, quotient };
        string input = centered;
        bool centers = false;
        if (links.Producer(centered) is { } difference && difference.Operator.QualifiedName == "Sub" && difference.Inputs[0] != difference.Inputs[1]
            && links.Producer(difference.Inputs[1]) is { } mean && IsMean(mean, context, out int same) && same == length && mean.Inputs[0] == difference.Inputs[0]
            && links.OnlyReader(mean.Outputs[0]) is not null && links.IsReadBy(difference, [square.Name, quotient.Name]))
        {
            nodes.AddRange([mean, difference]);
            input = mean.Inputs[0];
            centers = true;
        }

        if (context.Constant(input) is not null) return null;
        string output = quotient.Outputs[0];
        string? scale = Take("Mul", ref output, nodes, length, links, context);
        string? shift = Take("Add", ref output, nodes, length, links, context);
        return new([.. nodes], variance, input, output, length, epsilon, centers, scale, shift);
    }

    /// <summary>A mean over the last axes, which stay with length 1.</summary>
    private static bool IsMean(Node node, KernelContext context, out int length)
    {
        length = 0;
        if (node.Operator.QualifiedName != "ReduceMean" || context.IsOpen(node) || node.Attributes.Int("keepdims", 1) == 0 || context.ElementType(node.Inputs[0]) != ElementType.Float32) return false;
        int[] x = context.Lengths(node.Inputs[0]);
        if (ReduceAxes.Of(node, x.Length, node.HasInput(1) ? context.Constant(node.Inputs[1]) : null) is not { Length: > 0 } axes || x.Contains(0)) return false;
        length = axes.Aggregate(1, (n, a) => n * x[a]);
        return axes.OrderBy(a => a).SequenceEqual(Enumerable.Range(x.Length - axes.Length, axes.Length));
    }

    /// <summary>What a node squares; null where it does something else.</summary>
    private static string? Squared(Node node, KernelContext context) => node.Operator.QualifiedName switch
    {
        "Mul" when node.Inputs[0] == node.Inputs[1] => node.Inputs[0],
        "Pow" when context.Constant(node.Inputs[1]) is { ElementType: ElementType.Float32, Length: 1 } two && two.AsSpan<float>()[0] == 2f && context.Count(node.Outputs[0]) == context.Count(node.Inputs[0]) => node.Inputs[0],
        _ => null,
    };

    private static Node? Next(Node node, string op, NodeLinks links)
        => links.OnlyReader(node.Outputs[0]) is { } next && next.Operator.QualifiedName == op ? next : null;

    private static float? Number(Node node, string data, KernelContext context)
    {
        string other = node.Inputs[0] == data ? node.Inputs[1] : node.Inputs[0];
        return context.Constant(other) is { ElementType: ElementType.Float32, Length: 1 } number && context.Count(node.Outputs[0]) == context.Count(data) ? number.AsSpan<float>()[0] : null;
    }

    /// <summary>A constant row that the next node multiplies by or adds.</summary>
    private static string? Take(string op, ref string output, List<Node> nodes, int length, NodeLinks links, KernelContext context)
    {
        string value = output;
        if (links.OnlyReader(value) is not { Inputs.Length: 2 } node || node.Operator.QualifiedName != op || node.Attributes.Has("axis")) return null;
        string other = node.Inputs[0] == value ? node.Inputs[1] : node.Inputs[0];
        if (context.Constant(other) is not { ElementType: ElementType.Float32 } constant || constant.Length != length || !context.Lengths(node.Outputs[0]).SequenceEqual(context.Lengths(value))) return null;
        int rank = constant.Dimensions.SkipWhile(d => d == 1).Count();
        if (!constant.Dimensions.Skip(constant.Dimensions.Length - rank).SequenceEqual(context.Lengths(value).Skip(context.Lengths(value).Length - rank))) return null;
        nodes.Add(node);
        output = node.Outputs[0];
        return other;
    }
}
