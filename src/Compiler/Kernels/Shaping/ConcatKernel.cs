using System.Collections.Generic;
using System.Globalization;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Concat: each input is copied to its place in the output.</summary>
internal sealed class ConcatKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        int axis = Concat.Axis(context.Parameters(node));
        int[] y = context.Lengths(node.Outputs[0]);
        int[] to = context.Strides(node.Outputs[0]);
        var copies = new List<StridedCopy?>();
        int start = 0;
        for (int i = 0; i < node.Inputs.Length; i++)
        {
            int[] x = context.Lengths(node.Inputs[i]);
            int[] from = context.Strides(node.Inputs[i]);
            var axes = new CopyAxis[x.Length];
            for (int a = 0; a < axes.Length; a++) axes[a] = new CopyAxis(x[a], from[a], to[a]);
            copies.Add(StridedCopy.Create(i, 0, 0, unchecked(start * to[axis]), axes));
            start += x[axis];
        }

        string count = node.Inputs.Length.ToString(CultureInfo.InvariantCulture);
        return CopyPlan.Make(node, node.Inputs, copies, context, $"Concat of {count} tensors along axis {axis.ToString(CultureInfo.InvariantCulture)} to {Shape.Of(y)}");
    }
}
