#nullable enable
#if NET8_0_OR_GREATER
namespace RedGen.Runtime;

/// <summary>
/// Names the instantiations of generic kernels that the package's precompiled builds hold: a kernel that only a user's assembly
/// instantiates would be compiled when the program runs. (Images of other assemblies cannot hold instantiations over the framework's types
/// alone, such as bytes.) Never called; where programs are trimmed nothing of it stays.
/// </summary>
internal static class PrecompiledKernels
{
    /// <summary>The kernels with an activation behind them.</summary>
    internal static void WithActivations()
    {
        Fused<Identity>();
        Fused<Relu>();
        Fused<Clip>();
        Fused<LeakyRelu>();
        Fused<HardSwish>();
        Fused<Sigmoid>();
        Fused<Silu>();
        Fused<Gelu>();
        Fused<ScaledGelu>();
        Fused<Tanh>();
        Alone<HardSigmoid>();
        Alone<Erf>();
        Alone<Exp>();
        Alone<Log>();
        Alone<Sin>();
        Alone<Cos>();
        Alone<Asin>();
        Alone<Acos>();
        Alone<Atan>();
        Alone<Elu>();
        Alone<Mish>();
        Alone<Softplus>();
        Alone<GeluTanh>();
        Alone<Affine>();
    }

    /// <summary>Depthwise blocks with the activations that networks have in them.</summary>
    internal static void Blocks()
    {
        Block<Relu>();
        Block<Clip>();
        Block<HardSwish>();
        Block<Silu>();
    }

    /// <summary>Layers of integers of 8 bits, and the ways between them and floats.</summary>
    internal static void Bytes()
    {
        byte integer = 0;
        IntegerTranspose.OfBytes(ref integer, ref integer, 0, 0);
        QuantizedConvolution.RunBytes(default, false, 0, default, 0, default, 0, default, default, default);
        QuantizedWinograd.RunBytes(default, false, 0, default, 0, default, 0, default, default, default, null!);
        QuantizedGemm.RunBytes(default, false, 0, default, 0, default, 0, default, 0, 0, 0, default);
        default(QuantizedAverage).RunBytes(default, false, default, false, 0, default, false);
        Bytes<ByteLanes512>();
        Bytes<ByteLanes256>();
        Bytes<ScalarByteLanes>();
    }

    /// <summary>Cells of recurrent layers with the functions that ONNX takes where a file names none.</summary>
    internal static void Cells()
    {
        GruCell.Step(default, default, default, default(Sigmoid), default(Tanh));
        GruCell.Reset(default, default, default, default(Sigmoid));
        GruCell.Update(default, default, default, default(Sigmoid));
        LstmCell.Step(default, default, false, default, default, default(Sigmoid), default(Tanh), default(Tanh));
    }

    /// <summary>Reductions of floats.</summary>
    internal static void Reductions()
    {
        Reduce.Run(default, default, 0, 0, 0, default(SumReduction));
        Reduce.Run(default, default, 0, 0, 0, default(MeanReduction));
        Reduce.Run(default, default, 0, 0, 0, default(MaxReduction));
        Reduce.Run(default, default, 0, 0, 0, default(MinReduction));
        Reduce.Run(default, default, 0, 0, 0, default(ProdReduction));
        Reduce.Run(default, default, 0, 0, 0, default(L1Reduction));
        Reduce.Run(default, default, 0, 0, 0, default(L2Reduction));
        Reduce.Run(default, default, 0, 0, 0, default(SumSquareReduction));
    }

    /// <summary>The first calls of small convolutions and poolings.</summary>
    internal static void FirstCalls()
    {
        FixedPool.RunFixed(default, default, default(FixedPoolSizes), default(LargestFold));
        FixedPool.RunFixed(default, default, default(FixedPoolSizes), default(AverageFold));
    }

    private static void Block<TActivation>()
        where TActivation : struct, IActivation
    {
        DepthwiseBlock.Run<TActivation, Identity>(default, default, default, default, default, default, default, default, default, 0, default, default);
        DepthwiseBlock.Run<TActivation, TActivation>(default, default, default, default, default, default, default, default, default, 0, default, default);
        DepthwiseBlock.RunExpanded<TActivation, TActivation, Identity>(default, default, default, default, default, default, default, default, default, default, default, 0, 0, default, default, default);
    }

    private static void Bytes<TLanes>()
        where TLanes : struct, IByteLanes<TLanes>
    {
        byte integer = 0;
        float number = 0;
        QuantizedElements.Quantize<TLanes>(ref number, ref integer, 0, 0, 0, default);
        QuantizedElements.Dequantize<TLanes>(ref integer, ref number, 0, 0, false, 0, 0);
        QuantizedElements.Snap<TLanes>(ref number, ref number, 0, 0, 0, default);
        default(QuantizedSum).Run<TLanes>(ref integer, false, ref integer, false, ref integer, 0, 0);
    }

    private static void Fused<TActivation>()
        where TActivation : struct, IActivation
    {
        ChannelScale.Run<TActivation>(default, default, default, default, 0, 0, 0, default);
        ChannelsLastConvolution.Run<TActivation>(default, default, default, default, default, default, default, default);
        ChannelsLastConvolution.RunPlainInput<TActivation>(default, default, default, default, default, default, default, default);
        ChannelsLastDepthwise.Run<TActivation>(default, default, default, default, default, default);
        Convolution.Run<TActivation>(default, default, default, default, default, default, default, default);
        Dense.Run<TActivation>(default, default, default, default, 0, 0, default);
        Dense.RunPanels<TActivation>(default, default, default, default, 0, 0, default);
        Dense.RunRows<TActivation>(default, default, default, default, 0, 0, default);
        Dense.RunSparse<TActivation>(default, default, default, default, 0, 0, default);
        DepthwiseConvolution.Run<TActivation>(default, default, default, default, default, default, default);
        FixedConvolution.RunSizes<TActivation>(default, default, default, default, default, default, default);
        Gemm.Run<TActivation>(default, default, default, default, default, 0, 0, 0, default);
        Gemm.RunUnpacked<TActivation>(default, default, default, default, default, default, 0, 0, 0, false, default);
        HashedDense.Run<TActivation>(default, default, default, default, default, default, 0, 0, 0, default);
        HashedDense.RunLevels<TActivation>(default, default, default, default, default, 0, 0, 0, default);
        HashedDense.RunPairs<TActivation>(default, default, default, default, default, 0, 0, default);
        HashedDense.RunSparsePairs<TActivation>(default, default, default, default, default, 0, 0, default);
        TransposedConvolution.Run<TActivation>(default, default, default, default, default, default, default);
        TransposedPhases.Run<TActivation>(default, default, default, default, default, default, default);
        TransposedPlanes.Run<TActivation>(default, default, default, default, default, default, default);
        WinogradConvolution.Run<TActivation>(default, default, default, default, default, default, default, 0, 0, default);
        WinogradConvolution.RunKept<TActivation>(default, default, null!, 0, default, default, default, default, default, 0, 0, default);
        Alone<TActivation>();
    }

    private static void Alone<TActivation>()
        where TActivation : struct, IActivation => Elementwise.Map<TActivation>(default, default, default);
}
#endif
