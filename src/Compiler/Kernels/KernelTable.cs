using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Normalisation;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels;

/// <summary>Which kernels compute which operator: a row an operator, the preferred kernel first.</summary>
internal static class KernelTable
{
    private static readonly ViewKernel View = new();

    /// <summary>One kernel computes all elementwise operators (Operators/Elementwise).</summary>
    private static readonly ImmutableArray<Kernel> Elementwise = [new ElementwiseKernel()];
    private static readonly UnrolledDenseKernel UnrolledDense = new();
    private static readonly DenseKernel Dense = new();
    private static readonly PoolKernel Pool = new();
    private static readonly GlobalPoolKernel GlobalPool = new();
    private static readonly SoftmaxKernel Softmax = new();

    private static readonly Dictionary<string, ImmutableArray<Kernel>> Rows = new()
    {
        ["AveragePool"] = [Pool],
        ["BatchNormalization"] = [new BatchNormKernel()],
        ["Concat"] = [new ConcatKernel()],
        ["Conv"] = [new ConvKernel(), new ConvLoopKernel()],
        ["Flatten"] = [View],
        ["Gemm"] = [UnrolledDense, Dense, new GemmKernel(), new GemmLoopKernel()],
        ["GlobalAveragePool"] = [GlobalPool],
        ["GlobalMaxPool"] = [GlobalPool],
        ["Identity"] = [View],
        ["LogSoftmax"] = [Softmax],
        ["MatMul"] = [UnrolledDense, Dense, new MatMulKernel(), new MatMulLoopKernel()],
        ["MaxPool"] = [Pool],
        ["Reshape"] = [View],
        ["Slice"] = [new SliceKernel()],
        ["Softmax"] = [Softmax],
        ["Squeeze"] = [View],
        ["Transpose"] = [new TransposeKernel()],
        ["Unsqueeze"] = [View],
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
