using System;
using BenchmarkDotNet.Attributes;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Runtime;

namespace RedGen.Bench;

/// <summary>The 3×3 convolutions of CIFAR-10's ResNets, each 2.4 million multiply-adds: divide by the time for GFLOP/s ÷ 2.</summary>
public class ConvolutionBenchmarks
{
    private float[] _input = [], _weights = [], _bias = [], _output = [], _workspace = [];
    private ConvShape _shape;

    /// <summary>Channels in and out; the images shrink as they grow.</summary>
    [Params(16, 32, 64)]
    public int Channels { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        int side = 512 / Channels;
        _shape = new ConvShape(
            groups: 1, inChannels: Channels, outChannels: Channels, inHeight: side, inWidth: side, outHeight: side, outWidth: side,
            kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 1, padLeft: 1);
        _input = RandomFloats.Of(Channels * side * side);
        _output = new float[Channels * side * side];
        _weights = ConvBlockPacking.Pack(RandomFloats.Of(Channels * Channels * 9), 1, Channels, Channels * 9);
        _bias = RandomFloats.Of(Channels);
        _workspace = new float[Math.Max(Convolution.WorkspaceLength(_shape), ChannelsLastConvolution.WorkspaceLength(_shape))];
    }

    [Benchmark(Baseline = true)]
    public void WithRelu() => Convolution.Run(_input, _weights, _bias, default, _output, _workspace, _shape, default(Relu));

    // The number of channels is a multiple of 16, so the packed length is that of the filters.
    [Benchmark]
    public void ChannelsLastWithRelu() => ChannelsLastConvolution.Run(_input, _weights, _bias, default, _output, _workspace, _shape, default(Relu));
}

/// <summary>Depthwise and pointwise layers of MobileNets, channels last.</summary>
public class MobileNetBenchmarks
{
    private float[] _input = [], _weights = [], _taps = [], _bias = [], _output = [];
    private ConvShape _depthwise;

    /// <summary>Channels in and out; the images shrink as they grow.</summary>
    [Params(32, 192, 576)]
    public int Channels { get; set; }

    private int Pixels => Channels switch { 32 => 112 * 112, 192 => 28 * 28, _ => 14 * 14 };

    [GlobalSetup]
    public void Prepare()
    {
        int side = (int)Math.Sqrt(Pixels);
        _depthwise = new ConvShape(
            groups: Channels, inChannels: Channels, outChannels: Channels, inHeight: side, inWidth: side, outHeight: side, outWidth: side,
            kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 1, padLeft: 1);
        _input = RandomFloats.Of(Channels * Pixels);
        _output = new float[Channels * Pixels];
        _weights = PanelPacking.Pack(RandomFloats.Of(Channels * 32), Channels, 32, transposed: false);
        _taps = RandomFloats.Of(Channels * 9);
        _bias = RandomFloats.Of(Channels);
    }

    [Benchmark]
    public void Depthwise() => ChannelsLastDepthwise.Run(_input, _taps, _bias, _output, _depthwise, new Clip(0f, 6f));

    [Benchmark]
    public void PointwiseTo32() => Gemm.Run(_input, _weights, _bias, default, _output, Pixels, Channels, 32, default(Identity));
}

/// <summary>Matrix products: one sample through a dense layer, and square matrices.</summary>
public class ProductBenchmarks
{
    private float[] _a = [], _packed = [], _bias = [], _c = [];

    /// <summary>Rows, depth and columns.</summary>
    [Params(64, 256, 512)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _a = RandomFloats.Of(Size * Size);
        _packed = PanelPacking.Pack(RandomFloats.Of(Size * Size), Size, Size, transposed: false);
        _bias = RandomFloats.Of(Size);
        _c = new float[Size * Size];
    }

    [Benchmark]
    public void DenseOfOneSample() => Dense.RunPanels(_a.AsSpan(0, Size), _packed, _bias, _c.AsSpan(0, Size), Size, Size, default(Relu));

    [Benchmark]
    public void Square() => Gemm.Run(_a, _packed, _bias, default, _c, Size, Size, Size, default(Identity));
}

/// <summary>Reproducible data.</summary>
internal static class RandomFloats
{
    public static float[] Of(int count)
    {
        var random = new Random(count);
        var values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float)(random.NextDouble() - 0.5);
        return values;
    }
}
