using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>Which kernels compute which operator where a shape is known at run time only: a row an operator, the preferred kernel first.</summary>
internal static class RunTimeShapeTable
{
    private static readonly ImmutableArray<Kernel> Elementwise = [new OpenElementwiseKernel()];

    private static readonly Dictionary<string, ImmutableArray<Kernel>> Rows = new()
    {
        ["ArgMax"] = [LineKernels.Arg],
        ["ArgMin"] = [LineKernels.Arg],
        ["Compress"] = [SelectionKernels.Compress],
        ["Concat"] = [MoveKernels.Concat],
        ["ConstantOfShape"] = [ShapeKernels.ConstantOfShape],
        ["CumSum"] = [LineKernels.CumSum],
        ["Dropout"] = [ShapeKernels.Dropout],
        ["Expand"] = [MoveKernels.Expand],
        ["Flatten"] = [ShapeKernels.Flatten],
        ["Gather"] = [IndexKernels.Gather],
        ["GatherElements"] = [IndexKernels.GatherElements],
        ["GatherND"] = [IndexKernels.GatherND],
        ["Hardmax"] = [LineKernels.Softmax],
        ["Identity"] = [ShapeKernels.Identity],
        ["LogSoftmax"] = [LineKernels.Softmax],
        ["MatMul"] = [ComputeKernels.MatMul],
        ["NonMaxSuppression"] = [SelectionKernels.NonMaxSuppression],
        ["NonZero"] = [SelectionKernels.NonZero],
        ["OneHot"] = [ComputeKernels.OneHot],
        ["Pad"] = [MoveKernels.Pad],
        ["Range"] = [ComputeKernels.Range],
        ["ReduceL1"] = [ComputeKernels.Reduce],
        ["ReduceL2"] = [ComputeKernels.Reduce],
        ["ReduceLogSum"] = [ComputeKernels.Reduce],
        ["ReduceLogSumExp"] = [ComputeKernels.Reduce],
        ["ReduceMax"] = [ComputeKernels.Reduce],
        ["ReduceMean"] = [ComputeKernels.Reduce],
        ["ReduceMin"] = [ComputeKernels.Reduce],
        ["ReduceProd"] = [ComputeKernels.Reduce],
        ["ReduceSum"] = [ComputeKernels.Reduce],
        ["ReduceSumSquare"] = [ComputeKernels.Reduce],
        ["Reshape"] = [ShapeKernels.Reshape],
        ["Scatter"] = [IndexKernels.ScatterElements],
        ["ScatterElements"] = [IndexKernels.ScatterElements],
        ["ScatterND"] = [IndexKernels.ScatterND],
        ["Shape"] = [ShapeKernels.Shape],
        ["Size"] = [ShapeKernels.Size],
        ["Slice"] = [MoveKernels.Slice],
        ["Softmax"] = [LineKernels.Softmax],
        ["Split"] = [MoveKernels.Split],
        ["Squeeze"] = [ShapeKernels.Squeeze],
        ["Tile"] = [MoveKernels.Tile],
        ["Transpose"] = [MoveKernels.Transpose],
        ["Trilu"] = [ComputeKernels.Trilu],
        ["TopK"] = [SelectionKernels.TopK],
        ["Unique"] = [SelectionKernels.Unique],
        ["Unsqueeze"] = [ShapeKernels.Unsqueeze],
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
