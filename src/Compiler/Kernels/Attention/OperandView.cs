using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>A value seen as a part of another, times a factor: where its first element stands there, and how far each axis moves.</summary>
/// <param name="Source">The value that is read.</param>
/// <param name="Offset">The place of the first element.</param>
/// <param name="Lengths">The axes' lengths.</param>
/// <param name="Strides">How far each axis moves.</param>
/// <param name="Factor">What the elements are multiplied by.</param>
internal sealed record OperandView(string Source, int Offset, int[] Lengths, int[] Strides, double Factor = 1)
{
    /// <summary>A value as it is.</summary>
    public static OperandView Of(string value, KernelContext context)
    {
        int[] lengths = context.Lengths(value);
        return new(value, 0, lengths, Positions.Strides(lengths));
    }

    /// <summary>What a node makes of the view of its first input; null where it does more than move elements and multiply by one number.</summary>
    /// <param name="node">The node.</param>
    /// <param name="output">Which of its outputs.</param>
    /// <param name="context">The graph.</param>
    public OperandView? Through(Node node, string output, KernelContext context)
    {
        if (node.Operator.Domain.Length > 0 || Lengths.Contains(0)) return null;
        return node.Operator.Name switch
        {
            "Transpose" => Transposed(Transpose.Permutation(context.Parameters(node))),
            "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Identity" => Reshaped(context.Lengths(output)),
            "Split" => Part(node, output, context),
            "Slice" => Sliced(node, context),
            "Gather" => Taken(node, context),
            "Mul" or "Div" => Scaled(node, output, context),
            _ => null,
        };
    }

    private OperandView Transposed(int[] permutation)
        => this with { Lengths = [.. permutation.Select(a => Lengths[a])], Strides = [.. permutation.Select(a => Strides[a])] };

    /// <summary>Other axes over the same elements: each group of axes of one product must run on in itself.</summary>
    private OperandView? Reshaped(int[] lengths)
    {
        var strides = new int[lengths.Length];
        int from = Lengths.Length - 1;
        int to = lengths.Length - 1;
        while (to >= 0)
        {
            while (from > 0 && Lengths[from] == 1) from--;
            if (from < 0) return null;
            (int first, long left, long right) = (from, Lengths[from], lengths[to]);
            int firstTo = to;
            while (left != right)
            {
                if (left < right)
                {
                    if (first == 0 || (Lengths[first - 1] != 1 && Strides[first - 1] != Strides[from] * left)) return null;
                    left *= Lengths[--first];
                }
                else
                {
                    if (firstTo == 0) return null;
                    right *= lengths[--firstTo];
                }
            }

            int stride = Strides[from];
            for (int axis = to; axis >= firstTo; axis--)
            {
                strides[axis] = stride;
                stride = unchecked(stride * lengths[axis]);
            }

            from = first - 1;
            to = firstTo - 1;
            while (to >= 0 && lengths[to] == 1) strides[to--] = 0;
        }

        return this with { Lengths = lengths, Strides = strides };
    }

    private OperandView Part(Node node, string output, KernelContext context)
    {
        int axis = Split.Axis(context.Parameters(node));
        int before = Split.Parts(context.Parameters(node)).Take(node.Outputs.IndexOf(output)).Sum();
        return this with { Offset = Offset + (before * Strides[axis]), Lengths = context.Lengths(output) };
    }

    private OperandView? Sliced(Node node, KernelContext context)
    {
        if (node.Inputs.Skip(1).Any(i => i.Length > 0 && context.Constant(i) is null)) return null;
        SliceRange[] ranges = Slice.Ranges(context.Parameters(node));
        if (ranges.Any(r => r.Step < 0)) return null;
        return this with
        {
            Offset = Offset + ranges.Select((r, a) => r.Start * Strides[a]).Sum(),
            Lengths = context.Lengths(node.Outputs[0]),
            Strides = [.. ranges.Select((r, a) => r.Step * Strides[a])],
        };
    }

    /// <summary>One slice of an axis, which goes.</summary>
    private OperandView? Taken(Node node, KernelContext context)
    {
        if (context.Constant(node.Inputs[1]) is not { Length: 1, Dimensions.Length: 0 } index) return null;
        int axis = Gather.Axis(context.Parameters(node));
        int place = IndexCheck.Normal(index, Lengths[axis])[0];
        return this with
        {
            Offset = Offset + (place * Strides[axis]),
            Lengths = [.. Lengths.Where((_, a) => a != axis)],
            Strides = [.. Strides.Where((_, a) => a != axis)],
        };
    }

    private OperandView? Scaled(Node node, string output, KernelContext context)
        => context.Lengths(output).SequenceEqual(Lengths) && FactorOf(node, node.Inputs[0], context) is { } factor ? this with { Factor = Factor * factor } : null;

    /// <summary>The constant number that a node multiplies one of its inputs by; null where it does something else.</summary>
    public static double? FactorOf(Node node, string data, KernelContext context)
    {
        if (node.Operator.QualifiedName is not ("Mul" or "Div") || node.Attributes.Has("axis") || node.Inputs.Length != 2) return null;
        bool isFirst = node.Inputs[0] == data;
        if (!isFirst && node.Operator.Name == "Div") return null;
        if (context.Constant(node.Inputs[isFirst ? 1 : 0]) is not { ElementType: ElementType.Float32, Length: 1 } constant) return null;
        float value = constant.AsSpan<float>()[0];
        double factor = node.Operator.Name == "Div" ? 1d / value : value;
        return factor != 0 && Math.Abs(factor) < 1e30 ? factor : null;
    }
}
