using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Split: each output is a copy of its part of the input.</summary>
internal sealed class SplitKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        int axis = Split.Axis(context.Parameters(node));
        int[] parts = Split.Parts(context.Parameters(node));
        string text = string.Join(" + ", parts.Select(p => p.ToString(CultureInfo.InvariantCulture)));
        return CopyPlan.Make(node, [node.Inputs[0]], Copies(node, axis, parts, context), context, $"Split {context.Type(node.Inputs[0]).Shape} along axis {axis.ToString(CultureInfo.InvariantCulture)} into {text}");
    }

    /// <summary>The copies of the parts of a tensor.</summary>
    public static List<StridedCopy?> Copies(Node node, int axis, int[] parts, KernelContext context)
    {
        int[] y = [.. context.Lengths(node.Inputs[0])];
        int[] from = context.Strides(node.Inputs[0]);
        var copies = new List<StridedCopy?>();
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            y[axis] = parts[i];
            int[] to = node.HasOutput(i) ? context.Strides(node.Outputs[i]) : Positions.Strides(y);
            copies.Add(StridedCopy.Create(0, i, unchecked(start * from[axis]), 0, StridedCopy.Of(y, from, to)));
            start += parts[i];
        }

        return copies;
    }
}
