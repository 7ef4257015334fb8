using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Poolings compiled for their sizes: what the kernels for all sizes give, maxima to the bit.</summary>
public class FixedPoolTests
{
    /// <summary>Channels, then height and width of input, output, kernel and stride.</summary>
    [ThreadStatic]
    private static int[]? _sizes;

    [Fact]
    public void Random_shapes_agree_with_the_kernels_for_all_sizes()
    {
        Data data = new(61);
        for (int i = 0; i < 300; i++)
        {
            (int channels, int kernelHeight, int kernelWidth) = (data.Next(1, 60), data.Next(1, 4), data.Next(1, 4));
            (int height, int width) = (data.Next(kernelHeight, 9), data.Next(kernelWidth, 9));
            (int strideHeight, int strideWidth) = (data.Next(1, 3), data.Next(1, 3));
            (int outHeight, int outWidth) = (((height - kernelHeight) / strideHeight) + 1, ((width - kernelWidth) / strideWidth) + 1);
            _sizes = [channels, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth];
            PoolShape shape = new(channels, height, width, outHeight, outWidth, kernelHeight, kernelWidth, strideHeight, strideWidth, 0, 0, 0, 0);
            float[] input = data.Floats(channels * height * width);
            if (i % 5 == 0) input[data.Next(0, input.Length - 1)] = float.NaN;
            float[] expected = Data.Dirty(channels * outHeight * outWidth), actual = Data.Dirty(expected.Length);
            using Guarded guarded = new();
            ChannelsLastPool.Max(input, expected, 1, shape);
            FixedPool.Max(guarded.Of(input), guarded.Of(actual), default(AnySizes));
            guarded.Return();
            Assert.Equal(expected, actual);
            FixedPool.RunFixed(input, actual, default(AnySizes).Sizes, default(LargestFold));
            Assert.Equal(expected, actual);
            ChannelsLastPool.Average(input, expected, 1, shape, countIncludePad: false);
            FixedPool.Average(guarded.Of(input), guarded.Of(actual), default(AnySizes));
            guarded.Return();
            float[] first = Data.Dirty(expected.Length);
            FixedPool.RunFixed(input, first, default(AnySizes).Sizes, new AverageFold(kernelHeight * kernelWidth));
            Assert.Equal(actual.AsSpan().ToArray(), first);
            // The order of a sum is the kernel's own.
            Expect.Close(Array.ConvertAll(expected, e => (double)e), actual, 1e-5, string.Join(", ", _sizes));
        }
    }

    [Fact]
    public void No_call_allocates_and_what_does_not_fit_is_refused()
    {
        _sizes = [20, 8, 8, 4, 4, 2, 2, 2, 2];
        float[] input = new float[20 * 64], output = new float[20 * 16];
        Expect.NoAllocation(() => FixedPool.Max(input, output, default(AnySizes)));
        Assert.Throws<ArgumentException>(() => FixedPool.Max(new float[5], output, default(AnySizes)));
        Assert.Throws<ArgumentException>(() => FixedPool.Average(input, new float[5], default(AnySizes)));
        _sizes = [20, 8, 8, 4, 4, 3, 2, 2, 2];
        Assert.Throws<ArgumentException>(() => FixedPool.Max(input, output, default(AnySizes)));
    }

    private readonly struct AnySizes : IFixedPool
    {
        public int Channels => _sizes![0];

        public int InHeight => _sizes![1];

        public int InWidth => _sizes![2];

        public int OutHeight => _sizes![3];

        public int OutWidth => _sizes![4];

        public int KernelHeight => _sizes![5];

        public int KernelWidth => _sizes![6];

        public int StrideHeight => _sizes![7];

        public int StrideWidth => _sizes![8];

        public FixedPoolSizes Sizes => new(Channels, InHeight, InWidth, OutHeight, OutWidth, KernelHeight, KernelWidth, StrideHeight, StrideWidth);
    }
}
