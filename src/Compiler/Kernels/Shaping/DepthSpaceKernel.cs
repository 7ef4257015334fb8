using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>DepthToSpace and SpaceToDepth: transposes, once rows, columns and channels are seen as two axes each.</summary>
internal sealed class DepthSpaceKernel : Kernel, ILayoutKernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        InferenceContext parameters = context.Parameters(node);
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        int[] from = context.Strides(node.Inputs[0]);
        int[] to = context.Strides(node.Outputs[0]);
        bool toSpace = node.Operator.Name == "DepthToSpace";
        int block = DepthToSpace.Block(parameters, int.MaxValue);
        bool blockFirst = !toSpace || DepthToSpace.IsBlockFirst(parameters);

        // The deep side has channel and place in the block on its axis 1; the wide side has rows and columns of blocks.
        (int[] deep, int[] deepStrides) = toSpace ? (x, from) : (y, to);
        int[] wideStrides = toSpace ? to : from;
        int channels = toSpace ? y[1] : x[1];
        int channel = unchecked(deepStrides[1] * (blockFirst ? 1 : block * block));
        int column = unchecked(deepStrides[1] * (blockFirst ? channels : 1));
        (int Length, int Deep, int Wide)[] axes =
        [
            (deep[0], deepStrides[0], wideStrides[0]),
            (channels, channel, wideStrides[1]),
            (deep[2], deepStrides[2], unchecked(block * wideStrides[2])),
            (block, unchecked(block * column), wideStrides[2]),
            (deep[3], deepStrides[3], unchecked(block * wideStrides[3])),
            (block, column, wideStrides[3]),
        ];

        // In the order of the output's strides.
        int[] order = toSpace ? [0, 1, 2, 3, 4, 5] : [0, 3, 5, 1, 2, 4];
        var loops = new CopyAxis[order.Length];
        for (int i = 0; i < loops.Length; i++)
        {
            (int length, int deepStride, int wideStride) = axes[order[i]];
            loops[i] = toSpace ? new CopyAxis(length, deepStride, wideStride) : new CopyAxis(length, wideStride, deepStride);
        }

        return CopyPlan.Make(node, [node.Inputs[0]], [StridedCopy.Create(0, 0, 0, 0, loops)], context, $"{node.Operator.Name} {Shape.Of(x)} to {Shape.Of(y)}");
    }
}
