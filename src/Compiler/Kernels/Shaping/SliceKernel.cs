using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Slice: strides times steps, from the first element taken.</summary>
internal sealed class SliceKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        SliceRange[] ranges = Slice.Ranges(context.Parameters(node));
        int[] strides = context.Strides(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        int start = 0;
        for (int a = 0; a < ranges.Length; a++) start = unchecked(start + (ranges[a].Start * strides[a]));
        StridedCopy? copy = StridedCopy.Create(0, 0, start, 0, StridedCopy.Of(y, [.. ranges.Select((r, a) => unchecked(r.Step * strides[a]))], context.Strides(node.Outputs[0])));
        return CopyPlan.Make(node, [node.Inputs[0]], [copy], context, $"Slice {context.Type(node.Inputs[0]).Shape} to {Shape.Of(y)}");
    }
}
