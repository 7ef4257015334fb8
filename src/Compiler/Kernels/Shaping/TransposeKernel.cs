using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Transpose: the output's axes walk the input's strides in another order.</summary>
internal sealed class TransposeKernel : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        int[] perm = Transpose.Permutation(context.Parameters(node));
        int[] strides = Positions.Strides(context.Lengths(node.Inputs[0]));
        int[] y = context.Lengths(node.Outputs[0]);
        StridedCopy? copy = StridedCopy.Create(0, 0, 0, 0, StridedCopy.RowMajor(y, [.. perm.Select(a => strides[a])]));
        return CopyPlan.Make(node, [node.Inputs[0]], [copy], context, $"Transpose to {Shape.Of(y)} by ({string.Join(", ", perm)})");
    }
}
