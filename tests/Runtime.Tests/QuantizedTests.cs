using System;
using System.Linq;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Products and convolutions of 8-bit integers against naive loops: every sum is exact.</summary>
public class QuantizedTests
{
    [Fact]
    public void Random_convolutions_give_exact_sums()
    {
        Data data = new(51);
        for (int i = 0; i < 300; i++)
        {
            int groups = data.Next(1, 3);
            CheckConvolution(
                new ConvCase
                {
                    Batch = data.Next(1, 2),
                    Groups = groups,
                    InChannels = groups * data.Next(1, 20),
                    OutChannels = groups * data.Next(1, 36),
                    In = [data.Next(1, 3), data.Next(1, 12), data.Next(1, 12)],
                    Kernel = [data.Next(1, 2), data.Next(1, 4), data.Next(1, 4)],
                    Stride = [data.Next(1, 2), data.Next(1, 3), data.Next(1, 3)],
                    Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                    PadBefore = [data.Next(0, 1), data.Next(0, 3), data.Next(0, 3)],
                    PadAfter = [data.Next(0, 1), data.Next(0, 3), data.Next(0, 3)],
                },
                data);
        }
    }

    [Fact]
    public void Random_depthwise_convolutions_give_exact_sums()
    {
        Data data = new(54);
        for (int i = 0; i < 100; i++)
        {
            int channels = data.Next(2, 70);
            CheckConvolution(
                new ConvCase
                {
                    Batch = data.Next(1, 2),
                    Groups = channels,
                    InChannels = channels,
                    OutChannels = channels * (i % 5 == 0 ? 2 : 1),
                    In = [1, data.Next(1, 40), data.Next(1, 40)],
                    Kernel = [1, data.Next(1, 5), data.Next(1, 5)],
                    Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                    Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                    PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                    PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
                },
                data);
        }
    }

    [Fact]
    public void Bands_of_rows_give_exact_sums()
    {
        Data data = new(55);
        CheckConvolution(ConvCase.Square(24, 20, 70, 60, 3, 1, 1), data);
        CheckConvolution(ConvCase.Square(24, 20, 71, 61, 3, 2, 0), data);
        CheckConvolution(ConvCase.Square(3, 5, 50, 1100, 1, 1, 0), data);
    }

    [Fact]
    public void Extremes_do_not_overflow()
    {
        byte[] input = [.. Enumerable.Repeat((byte)255, 4 * 1000)];
        sbyte[] weights = [.. Enumerable.Repeat(sbyte.MinValue, 16 * 1000)];
        int[] output = new int[12];
        QuantizedGemm.Run<byte, int>(input, 0, weights, 127, output, new int[QuantizedGemm.WorkspaceLength(4, 1000, 3)], 4, 1000, 3, QuantizedResult.Sums);
        Assert.All(output, y => Assert.Equal(255 * -255 * 1000, y));
        sbyte[] lowest = [.. Enumerable.Repeat(sbyte.MinValue, 1000)];
        QuantizedGemm.Run<sbyte, int>(lowest, 0, weights, 0, output, new int[QuantizedGemm.WorkspaceLength(1, 1000, 3)], 1, 1000, 3, QuantizedResult.Sums);
        Assert.All(output.Take(3), y => Assert.Equal(128 * 128 * 1000, y));
    }

    [Theory]
    [InlineData(3, 40)]
    [InlineData(4, 19)]
    [InlineData(5, 5)]
    [InlineData(8, 8)]
    [InlineData(16, 25)]
    [InlineData(21, 100)]
    [InlineData(1, 9)]
    public void Integers_change_their_order_and_back(int channels, int pixels)
    {
        Data data = new(53);
        sbyte[] bytes = [.. Enumerable.Range(0, 2 * channels * pixels).Select(_ => (sbyte)data.Next(-128, 127))];
        int[] integers = [.. bytes.Select(b => b * 1000)];
        CheckOrder(bytes, channels, pixels);
        CheckOrder(integers, channels, pixels);
    }

    private static void CheckOrder<T>(T[] planes, int channels, int pixels)
        where T : struct
    {
        T[] last = new T[planes.Length];
        LayoutMove.ToChannelsLast<T>(planes, last, 2, channels, pixels);
        Assert.Equal(from n in Enumerable.Range(0, 2) from p in Enumerable.Range(0, pixels) from c in Enumerable.Range(0, channels) select planes[(((n * channels) + c) * pixels) + p], last);
        T[] back = new T[planes.Length];
        LayoutMove.ToChannelsFirst<T>(last, back, 2, channels, pixels);
        Assert.Equal(planes, back);
    }

    [Theory]
    [InlineData(0.5f, 0, 0)]
    [InlineData(1.5f, 0, 2)]
    [InlineData(-2.5f, 10, 8)]
    [InlineData(300f, -128, 172)]
    [InlineData(1e30f, 0, 255)]
    [InlineData(float.NegativeInfinity, 0, 0)]
    [InlineData(float.NaN, 7, 0)]
    public void Rounding_is_to_even_and_saturates(float steps, int zeroPoint, int expected) => Assert.Equal(expected, Saturate.ToUInt8(steps, zeroPoint));

    [Fact]
    public void Spans_that_are_too_short_are_refused()
    {
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[5], 0, new sbyte[64], 0, new int[4], new int[10_000], 2, 3, 2, QuantizedResult.Sums));
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[6], 0, new sbyte[63], 0, new int[4], new int[10_000], 2, 3, 2, QuantizedResult.Sums));
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[6], 0, new sbyte[64], 0, new int[4], new int[4], 2, 3, 2, QuantizedResult.Sums));
    }

    private static void CheckConvolution(ConvCase shape, Data data)
    {
        if (!shape.IsPossible) return;
        byte[] input = [.. Enumerable.Range(0, shape.InputLength).Select(_ => (byte)data.Next(0, 255))];
        sbyte[] weights = [.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)data.Next(-128, 127))];
        int inputZero = data.Next(0, 255);
        int weightZero = data.Next(0, 2) == 0 ? 0 : data.Next(-128, 127);
        double[] expected = shape.Reference([.. input.Select(x => (float)(x - inputZero))], [.. weights.Select(w => (float)(w - weightZero))], [], [], static x => x);
        ConvShape sizes = shape.ToShape();
        QuantizedWorkspace plan = new(
            shape.Groups, shape.InChannels, shape.OutChannels, [shape.Out(0), shape.Out(1), shape.Out(2)], shape.Kernel, shape.Stride, shape.Dilation);
        Assert.Equal(QuantizedConvolution.WorkspaceLength(sizes), plan.Length);
        sbyte[] packed = QuantizedPacking.Pack(weights, (sbyte)weightZero, shape.Groups, shape.OutChannels, shape.InChannels / shape.Groups, plan);
        Assert.Equal(QuantizedConvolution.WeightLength(sizes), packed.Length);
        int[] output = new int[shape.OutputLength];
        int[] workspace = [.. Enumerable.Repeat(-1_515_870_811, QuantizedPlanes.WorkspaceLength(sizes, sizeof(int)))];
        using Guarded guarded = new();
        QuantizedPlanes.Run<byte, int>(guarded.Of(input), inputZero, guarded.Of(packed), weightZero, guarded.Of(output), guarded.Of(workspace), sizes, QuantizedResult.Sums);
        guarded.Return();
        Assert.Equal(expected, output.Select(y => (double)y));
    }
}
