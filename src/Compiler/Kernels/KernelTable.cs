using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Kernels;

/// <summary>Which kernels compute which operator: a row an operator, the preferred kernel first.</summary>
internal static class KernelTable
{
    private static readonly ViewKernel View = new();

    /// <summary>One kernel computes all elementwise operators (Operators/Elementwise).</summary>
    private static readonly ImmutableArray<Kernel> Elementwise = [new ElementwiseKernel()];

    private static readonly Dictionary<string, ImmutableArray<Kernel>> Rows = new()
    {
        ["Concat"] = [new ConcatKernel()],
        ["Flatten"] = [View],
        ["Gemm"] = [new UnrolledDenseKernel(), new GemmLoopKernel()],
        ["Identity"] = [View],
        ["Reshape"] = [View],
        ["Slice"] = [new SliceKernel()],
        ["Squeeze"] = [View],
        ["Transpose"] = [new TransposeKernel()],
        ["Unsqueeze"] = [View],
    };

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
