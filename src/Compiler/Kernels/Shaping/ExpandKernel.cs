using System.Collections.Generic;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Expand and Tile: the input is read again and again, with a stride of 0.</summary>
internal sealed class ExpandKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        return CopyPlan.Make(node, [node.Inputs[0]], [Copy(node, x, y)], context, $"{node.Operator.Name} {Shape.Of(x)} to {Shape.Of(y)}");
    }

    /// <summary>The copy from an input of one shape to an output of another.</summary>
    public static StridedCopy? Copy(Node node, int[] x, int[] y)
        => StridedCopy.Create(0, 0, 0, 0, node.Operator.Name == "Tile" ? Repeated(x, y) : StridedCopy.RowMajor(y, BroadcastReader.Strides(x, y)));

    /// <summary>Each axis is two: the repeats, and the input's own.</summary>
    private static IEnumerable<CopyAxis> Repeated(int[] x, int[] y)
    {
        int[] from = Positions.Strides(x);
        int[] to = Positions.Strides(y);
        for (int axis = 0; axis < x.Length; axis++)
        {
            yield return new CopyAxis(x[axis] == 0 ? 0 : y[axis] / x[axis], 0, unchecked(x[axis] * to[axis]));
            yield return new CopyAxis(x[axis], from[axis], to[axis]);
        }
    }
}
