using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Kernels.ControlFlow;
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
        ["AveragePool"] = [ItemKernels.Batch],
        ["BatchNormalization"] = [ItemKernels.BatchNormalization, WindowKernels.BatchNormalization],
        ["Col2Im"] = [ItemKernels.Batch],
        ["Compress"] = [SelectionKernels.Compress],
        ["Concat"] = [MoveKernels.Concat],
        ["ConstantOfShape"] = [ShapeKernels.ConstantOfShape],
        ["Conv"] = [ItemKernels.Batch, WindowKernels.Conv],
        ["ConvInteger"] = [ItemKernels.Batch],
        ["ConvTranspose"] = [ItemKernels.Batch, WindowKernels.ConvTranspose],
        ["CumProd"] = [LineKernels.Cumulative],
        ["CumSum"] = [LineKernels.Cumulative],
        ["DepthToSpace"] = [ItemKernels.Batch],
        ["DequantizeLinear"] = [ItemKernels.Scaled],
        ["Det"] = [ItemKernels.Matrices],
        ["Dropout"] = [ShapeKernels.Dropout],
        ["Expand"] = [MoveKernels.Expand],
        ["EyeLike"] = [ComputeKernels.EyeLike],
        ["Flatten"] = [ShapeKernels.Flatten],
        ["Gather"] = [IndexKernels.Gather],
        ["GatherElements"] = [IndexKernels.GatherElements],
        ["GatherND"] = [IndexKernels.GatherND],
        ["Gemm"] = [ItemKernels.Gemm, ComputeKernels.Gemm],
        ["GlobalAveragePool"] = [ItemKernels.Batch, ComputeKernels.GlobalPool],
        ["GlobalLpPool"] = [ItemKernels.Batch],
        ["GlobalMaxPool"] = [ItemKernels.Batch, ComputeKernels.GlobalPool],
        ["GridSample"] = [ItemKernels.GridSample],
        ["GroupNormalization"] = [ItemKernels.Batch],
        ["Hardmax"] = [LineKernels.Softmax],
        ["Identity"] = [ShapeKernels.Identity],
        ["If"] = [new IfKernel()],
        ["InstanceNormalization"] = [ItemKernels.Batch, WindowKernels.InstanceNormalization],
        ["LRN"] = [ItemKernels.Batch],
        ["LayerNormalization"] = [ItemKernels.FromAxis],
        ["LogSoftmax"] = [LineKernels.Softmax],
        ["Loop"] = [new LoopKernel()],
        ["LpNormalization"] = [ItemKernels.FromAxis],
        ["LpPool"] = [ItemKernels.Batch],
        ["MatMul"] = [ComputeKernels.MatMul],
        ["MaxPool"] = [ItemKernels.Batch],
        ["MaxRoiPool"] = [ItemKernels.MaxRoiPool],
        ["NonMaxSuppression"] = [SelectionKernels.NonMaxSuppression],
        ["NonZero"] = [SelectionKernels.NonZero],
        ["OneHot"] = [ComputeKernels.OneHot],
        ["Pad"] = [MoveKernels.Pad],
        ["QLinearConv"] = [ItemKernels.Batch],
        ["QuantizeLinear"] = [ItemKernels.Scaled],
        ["RMSNormalization"] = [ItemKernels.FromAxis],
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
        ["Resize"] = [ResizeCall.Items, ResizeCall.Kernel],
        ["RoiAlign"] = [ItemKernels.RoiAlign],
        ["Scan"] = [new ScanKernel()],
        ["Scatter"] = [IndexKernels.ScatterElements],
        ["ScatterElements"] = [IndexKernels.ScatterElements],
        ["ScatterND"] = [IndexKernels.ScatterND],
        ["Shape"] = [ShapeKernels.Shape],
        ["Size"] = [ShapeKernels.Size],
        ["Slice"] = [MoveKernels.Slice],
        ["Softmax"] = [LineKernels.Softmax],
        ["SpaceToDepth"] = [ItemKernels.Batch],
        ["Split"] = [MoveKernels.Split],
        ["Squeeze"] = [ShapeKernels.Squeeze],
        ["Tile"] = [MoveKernels.Tile],
        ["TopK"] = [SelectionKernels.TopK],
        ["Transpose"] = [MoveKernels.Transpose],
        ["Trilu"] = [ComputeKernels.Trilu],
        ["Unique"] = [SelectionKernels.Unique],
        ["Unsqueeze"] = [ShapeKernels.Unsqueeze],
        ["Upsample"] = [ResizeCall.Items, ResizeCall.Kernel],
        ["redgen.Refuse"] = [new RefuseKernel()],
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
