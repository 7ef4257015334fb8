#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Collections.Generic;

namespace RedGen.Runtime;

/// <summary>
/// Names the instantiations of generic kernels that the package's precompiled builds hold: a kernel that only a user's assembly
/// instantiates would be compiled when the program runs. Never called; where programs are trimmed nothing of it stays.
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
        Fused<Tanh>();
        Alone<HardSigmoid>();
        Alone<Erf>();
        Alone<Exp>();
        Alone<Log>();
        Alone<Elu>();
        Alone<Mish>();
        Alone<Softplus>();
        Alone<ScaledGelu>();
        Alone<GeluTanh>();
        Alone<Affine>();
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

    /// <summary>Kernels over 8-bit elements.</summary>
    internal static void Quantized()
    {
        Quantized<sbyte>();
        Quantized<byte>();
    }

    /// <summary>What moves elements.</summary>
    /// <param name="inlined">Takes the methods that are inlined wherever they are called: they would have no code of their own.</param>
    internal static void Moves(List<Delegate> inlined)
    {
        inlined.Add((SliceOf<byte>)AlignedMemory.Slice);
        inlined.Add((SliceOf<float>)AlignedMemory.Slice);
        Moves<float>();
        Moves<sbyte>();
        Moves<byte>();
    }

    private delegate Span<T> SliceOf<T>(Span<T> memory, int length)
        where T : unmanaged;

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
        DepthwiseConvolution.Run<TActivation>(default, default, default, default, default, default, default);
        Gemm.Run<TActivation>(default, default, default, default, default, 0, 0, 0, default);
        Gemm.RunUnpacked<TActivation>(default, default, default, default, default, default, 0, 0, 0, false, default);
        HashedDense.Run<TActivation>(default, default, default, default, default, default, 0, 0, 0, default);
        HashedDense.RunLevels<TActivation>(default, default, default, default, default, 0, 0, 0, default);
        HashedDense.RunPairs<TActivation>(default, default, default, default, default, 0, 0, default);
        TransposedConvolution.Run<TActivation>(default, default, default, default, default, default, default);
        TransposedPhases.Run<TActivation>(default, default, default, default, default, default, default);
        WinogradConvolution.Run<TActivation>(default, default, default, default, default, default, default, 0, 0, default);
        Alone<TActivation>();
    }

    private static void Alone<TActivation>()
        where TActivation : struct, IActivation => Elementwise.Map<TActivation>(default, default, default);

    private static void Quantized<T>()
        where T : struct
    {
        QuantizedElements.Quantize<T>(default, default, 0, 0);
        QuantizedElements.Dequantize<T>(default, default, 0, 0);
        default(QuantizedAverage).Run<T, T>(default, default, 0, default, false);
        QuantizedConvolution.Run<T, T>(default, 0, default, 0, default, default, default, default);
        QuantizedGemm.Run<T, T>(default, 0, default, 0, default, default, 0, 0, 0, default);
        QuantizedPlanes.Run<T, T>(default, 0, default, 0, default, default, default, default);
        default(QuantizedSum).Run<T, T, T>(default, default, default);
    }

    private static void Moves<T>()
        where T : unmanaged
    {
        ChannelsLastPool.Max<T>(default, default, 0, default);
        LayoutMove.ToChannelsLast<T>(default, default, 0, 0, 0);
        LayoutMove.ToChannelsFirst<T>(default, default, 0, 0, 0);
    }
}
#endif
