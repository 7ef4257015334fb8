using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Kernels.Attentions;
using RedGen.Compiler.Kernels.ControlFlow;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Losses;
using RedGen.Compiler.Kernels.Micro;
using RedGen.Compiler.Kernels.Normalisation;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Kernels.Recurrent;
using RedGen.Compiler.Kernels.Reduction;
using RedGen.Compiler.Kernels.RunTimeShapes;
using RedGen.Compiler.Kernels.Sampling;
using RedGen.Compiler.Kernels.Shaping;
using RedGen.Compiler.Kernels.Signal;
using RedGen.Compiler.Kernels.Sorting;
using RedGen.Compiler.Kernels.Spatial;
using RedGen.Compiler.Kernels.Splitting;
using RedGen.Compiler.Kernels.Text;
using RedGen.Compiler.Kernels.Training;
using RedGen.Compiler.Operators.Elementwise;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Kernels;

/// <summary>Which kernels compute which operator: a row an operator, the preferred kernel first.</summary>
internal static class KernelTable
{
    private static readonly ViewKernel View = new();

    /// <summary>Steps aside where all parameters are constants; the others do not look at parameters, so it comes first.</summary>
    private static readonly CheckedMoveKernel CheckedMove = new();

    /// <summary>One kernel computes all elementwise operators (Operators/Elementwise).</summary>
    private static readonly ImmutableArray<Kernel> Elementwise = [new MapKernel(), new ElementwiseKernel()];
    private static readonly UnrolledDenseKernel UnrolledDense = new();
    private static readonly HashedLayerKernel HashedLayer = new();
    private static readonly DenseKernel Dense = new();
    private static readonly PoolLoopKernel PoolLoops = new();
    private static readonly GlobalPoolLoopKernel GlobalPoolLoops = new();
    private static readonly SoftmaxLoopKernel SoftmaxLoops = new();
    private static readonly ImmutableArray<Kernel> LayerNorm = [new LayerNormKernel()];
    private static readonly ImmutableArray<Kernel> ChannelNorm = [new ChannelNormKernel()];
    private static readonly ImmutableArray<Kernel> Pool = [new PoolKernel(), PoolLoops];
    private static readonly ImmutableArray<Kernel> GlobalPool = [new GlobalPoolKernel(), GlobalPoolLoops];
    private static readonly ImmutableArray<Kernel> Softmax = [new SoftmaxKernel(), SoftmaxLoops];
    private static readonly ImmutableArray<Kernel> Reduce = [new ReduceKernel(), new ReduceTwiceKernel(), new ReduceLoopKernel(), new RunTimeReduceKernel()];
    private static readonly ImmutableArray<Kernel> Recurrent = [new RecurrentKernel(), new RecurrentLoopKernel()];
    private static readonly ImmutableArray<Kernel> Resize = [new ResizeCopyKernel(), new ResizeKernel(), new ResizeLoopKernel()];
    private static readonly ImmutableArray<Kernel> Arg = [new ArgKernel()];
    private static readonly ImmutableArray<Kernel> Cumulative = [new CumulativeKernel()];
    private static readonly ImmutableArray<Kernel> Windows = [new WindowKernel()];
    private static readonly ImmutableArray<Kernel> RandomFills = [new RandomFillKernel()];

    private static readonly ImmutableArray<Kernel> Quantise = [new QuantizedLayerKernel(), new QuantizedPoolKernel(), new PackedDequantizeKernel(), new QuantizedElementwiseKernel(), new LookupKernel(), new ElementwiseKernel(), new BlockedQuantizationKernel()];
    private static readonly ConstantIntegerKernel ConstantInteger = new();

    private static readonly Dictionary<string, ImmutableArray<Kernel>> Rows = new()
    {
        ["AffineGrid"] = [new AffineGridKernel()],
        ["ArgMax"] = Arg,
        ["ArgMin"] = Arg,
        ["Attention"] = [new AttentionKernel(), new AttentionLoopKernel()],
        ["AveragePool"] = Pool,
        ["BatchNormalization"] = [new BatchNormKernel(), new BatchNormLoopKernel(), new BatchNormTrainingKernel()],
        ["BitCast"] = [new BitCastKernel()],
        ["CenterCropPad"] = [new CenterCropPadKernel()],
        ["Col2Im"] = [new Col2ImKernel()],
        ["Bernoulli"] = [new BernoulliKernel()],
        ["BlackmanWindow"] = Windows,
        ["Compress"] = [SelectionKernels.Compress],
        ["Concat"] = [new ConcatKernel()],
        ["ConstantOfShape"] = [new FillKernel()],
        ["Conv"] = [UnrolledDense, HashedLayer, Dense, new ConvKernel(), new ConvLoopKernel()],
        ["ConvInteger"] = [ConstantInteger, new IntegerConvKernel()],
        ["ConvTranspose"] = [new TransposedConvKernel(), new TransposedConvLoopKernel()],
        ["CumProd"] = Cumulative,
        ["CumSum"] = Cumulative,
        ["DeformConv"] = [new DeformConvKernel()],
        ["DepthToSpace"] = [new DepthSpaceKernel()],
        ["DequantizeLinear"] = Quantise,
        ["Dropout"] = [new DropoutKernel(), new TrainingDropoutKernel()],
        ["DynamicQuantizeLinear"] = [new DynamicQuantizeKernel()],
        ["Det"] = [new DetKernel()],
        ["DFT"] = [new DftKernel()],
        ["Einsum"] = [new EinsumKernel()],
        ["Expand"] = [CheckedMove, new ExpandKernel()],
        ["EyeLike"] = [new EyeLikeKernel()],
        ["Flatten"] = [View],
        ["Gather"] = [new GatherKernel()],
        ["GatherElements"] = [new GatherElementsKernel()],
        ["GatherND"] = [new GatherNDKernel()],
        ["Gemm"] = [UnrolledDense, HashedLayer, Dense, new GemmKernel(), new GemmLoopKernel()],
        ["GRU"] = Recurrent,
        ["GridSample"] = [new GridSampleKernel()],
        ["GlobalAveragePool"] = GlobalPool,
        ["GlobalLpPool"] = [GlobalPoolLoops],
        ["GlobalMaxPool"] = GlobalPool,
        ["GroupNormalization"] = ChannelNorm,
        ["HammingWindow"] = Windows,
        ["HannWindow"] = Windows,
        ["Hardmax"] = [SoftmaxLoops],
        ["Identity"] = [View],
        ["If"] = [new IfKernel()],
        ["InstanceNormalization"] = ChannelNorm,
        ["LayerNormalization"] = LayerNorm,
        ["LinearAttention"] = [new LinearAttentionKernel()],
        ["LRN"] = [new LrnKernel()],
        ["LSTM"] = Recurrent,
        ["LogSoftmax"] = Softmax,
        ["LpNormalization"] = [new LpNormKernel()],
        ["LpPool"] = [PoolLoops],
        ["Loop"] = [new LoopKernel()],
        ["MatMul"] = [UnrolledDense, HashedLayer, Dense, new MatMulKernel(), new MatMulLoopKernel()],
        ["MatMulInteger"] = [ConstantInteger, new IntegerMatMulKernel()],
        ["MaxPool"] = Pool,
        ["MaxRoiPool"] = [new MaxRoiPoolKernel()],
        ["MaxUnpool"] = [new MaxUnpoolKernel()],
        ["MeanVarianceNormalization"] = [new MeanVarianceKernel()],
        ["MelWeightMatrix"] = [new MelWeightKernel()],
        ["Multinomial"] = [new MultinomialKernel()],
        ["NegativeLogLikelihoodLoss"] = [new LossKernel()],
        ["NonMaxSuppression"] = [SelectionKernels.NonMaxSuppression],
        ["NonZero"] = [SelectionKernels.NonZero],
        ["OneHot"] = [new OneHotKernel()],
        ["Pad"] = [new RunTimePadKernel(), new PadKernel()],
        ["RandomNormal"] = RandomFills,
        ["RandomNormalLike"] = RandomFills,
        ["RandomUniform"] = RandomFills,
        ["RandomUniformLike"] = RandomFills,
        ["ReverseSequence"] = [new ReverseSequenceKernel()],
        ["RMSNormalization"] = LayerNorm,
        ["RNN"] = Recurrent,
        ["QLinearConv"] = [ConstantInteger, new IntegerConvKernel()],
        ["QLinearMatMul"] = [ConstantInteger, new IntegerMatMulKernel()],
        ["QuantizeLinear"] = Quantise,
        ["Range"] = [new RangeKernel()],
        ["ReduceL1"] = Reduce,
        ["ReduceL2"] = Reduce,
        ["ReduceLogSum"] = Reduce,
        ["ReduceLogSumExp"] = Reduce,
        ["ReduceMax"] = Reduce,
        ["ReduceMean"] = Reduce.Insert(0, new WrittenNormKernel()),
        ["ReduceMin"] = Reduce,
        ["ReduceProd"] = Reduce,
        ["ReduceSum"] = Reduce,
        ["ReduceSumSquare"] = Reduce,
        ["Reshape"] = [CheckedMove, View],
        ["Resize"] = Resize,
        ["RotaryEmbedding"] = [new RotaryKernel()],
        ["Scan"] = [new ScanKernel()],
        ["RoiAlign"] = [new RoiAlignKernel()],
        ["Scatter"] = [new ScatterElementsKernel()],
        ["ScatterElements"] = [new ScatterElementsKernel()],
        ["ScatterND"] = [new ScatterNDKernel()],
        ["Slice"] = [new RunTimeSliceKernel(), new SliceKernel()],
        ["Softmax"] = Softmax.Insert(0, new WrittenAttentionKernel()),
        ["SpaceToDepth"] = [new DepthSpaceKernel()],
        ["Split"] = [CheckedMove, new SplitKernel()],
        ["Squeeze"] = [CheckedMove, View],
        ["STFT"] = [new StftKernel()],
        ["TensorScatter"] = [new TensorScatterKernel()],
        ["TfIdfVectorizer"] = [new TfIdfKernel()],
        ["Tile"] = [CheckedMove, new ExpandKernel()],
        ["TopK"] = [new TopKKernel()],
        ["Transpose"] = [new TransposeKernel()],
        ["Trilu"] = [new TriluKernel()],
        ["Unique"] = [SelectionKernels.Unique],
        ["Unsqueeze"] = [CheckedMove, View],
        ["Upsample"] = Resize,
        ["redgen.Refuse"] = [new RefuseKernel()],
        ["com.microsoft.DequantizeLinear"] = Quantise,
        ["com.microsoft.QuantizeLinear"] = Quantise,
        ["ai.onnx.preview.training.Adagrad"] = [new OptimizerKernel()],
        ["ai.onnx.preview.training.Adam"] = [new OptimizerKernel()],
        ["ai.onnx.preview.training.Momentum"] = [new OptimizerKernel()],
    };

    /// <summary>The kernels of an operator under some options; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName, CompilerOptions options)
        => !options.IsScalar || MicroKernelTable.For(qualifiedName) is not { } loops ? For(qualifiedName)
            : options.IsBareMetal ? loops : loops.AddRange(For(qualifiedName));

    /// <summary>The kernels of an operator; empty where there is none.</summary>
    public static ImmutableArray<Kernel> For(string qualifiedName) => Rows.TryGetValue(qualifiedName, out ImmutableArray<Kernel> kernels) ? kernels
        : ElementwiseTable.Names.Contains(qualifiedName) ? Elementwise : [];
}
