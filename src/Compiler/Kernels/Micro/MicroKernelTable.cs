using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Normalisation;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Kernels.Recurrent;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Kernels.Spatial;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// The operators that RedGenProfile=Micro computes by kernels of its own, or by plain loops where other profiles call the runtime. An operator without a row has
/// the kernels of <see cref="KernelTable"/>; what they write is checked like everything else (Emit/Micro).
/// </summary>
internal static class MicroKernelTable
{
    private static readonly MicroDenseKernel Dense = new();
    private static readonly ImmutableArray<Kernel> Pool = [new PoolLoopKernel()];
    private static readonly ImmutableArray<Kernel> GlobalPool = [new GlobalPoolLoopKernel()];
    private static readonly ImmutableArray<Kernel> Softmax = [new SoftmaxLoopKernel()];
    private static readonly ImmutableArray<Kernel> Reduce = [new ReduceLoopKernel()];
    private static readonly ImmutableArray<Kernel> Recurrent = [new RecurrentLoopKernel()];
    private static readonly ImmutableArray<Kernel> Resize = [new ResizeCopyKernel(), new ResizeLoopKernel()];
    private static readonly MicroIntegerKernel Integers = new();
    private static readonly ImmutableArray<Kernel> Quantise = [Integers, new QuantizedPoolKernel(), new PackedDequantizeKernel(), new LookupKernel(), new ElementwiseKernel(), new BlockedQuantizationKernel()];

    private static readonly Dictionary<string, ImmutableArray<Kernel>> Rows = new()
    {
        ["AveragePool"] = Pool,
        ["BatchNormalization"] = [new BatchNormLoopKernel()],
        ["Conv"] = [Dense, new MicroConvKernel(), new ConvLoopKernel()],
        ["ConvInteger"] = [Integers, new IntegerConvKernel()],
        ["ConvTranspose"] = [new TransposedConvLoopKernel()],
        ["DequantizeLinear"] = Quantise,
        ["Gemm"] = [Dense, new GemmLoopKernel()],
        ["GlobalAveragePool"] = GlobalPool,
        ["GlobalMaxPool"] = GlobalPool,
        ["GRU"] = Recurrent,
        ["LogSoftmax"] = Softmax,
        ["LSTM"] = Recurrent,
        ["MatMul"] = [Dense, new MatMulLoopKernel()],
        ["MatMulInteger"] = [Integers, new IntegerMatMulKernel()],
        ["MaxPool"] = Pool,
        ["QLinearConv"] = [Integers, new IntegerConvKernel()],
        ["QLinearMatMul"] = [Integers, new IntegerMatMulKernel()],
        ["QuantizeLinear"] = Quantise,
        ["ReduceL1"] = Reduce,
        ["ReduceL2"] = Reduce,
        ["ReduceLogSum"] = Reduce,
        ["ReduceLogSumExp"] = Reduce,
        ["ReduceMax"] = Reduce,
        ["ReduceMean"] = Reduce,
        ["ReduceMin"] = Reduce,
        ["ReduceProd"] = Reduce,
        ["ReduceSum"] = Reduce,
        ["ReduceSumSquare"] = Reduce,
        ["Resize"] = Resize,
        ["RNN"] = Recurrent,
        ["Softmax"] = Softmax,
        ["Upsample"] = Resize,
        // Steps of training count in 64 bits, which a device would have to make doubles of.
        ["ai.onnx.preview.training.Adagrad"] = [],
        ["ai.onnx.preview.training.Adam"] = [],
        ["ai.onnx.preview.training.Momentum"] = [],
        ["com.microsoft.DequantizeLinear"] = Quantise,
        ["com.microsoft.QuantizeLinear"] = Quantise,
    };

    /// <summary>The kernels of an operator under the profile; null where it has no row.</summary>
    public static ImmutableArray<Kernel>? For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels : null;
}
