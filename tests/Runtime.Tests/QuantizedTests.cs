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
                    OutChannels = groups * data.Next(1, 5),
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
    public void Extremes_do_not_overflow()
    {
        byte[] input = [.. Enumerable.Repeat((byte)255, 4 * 1000)];
        sbyte[] weights = [.. Enumerable.Repeat(sbyte.MinValue, 3 * 1000), .. new sbyte[QuantizedGemm.Slack]];
        int[] output = new int[12];
        QuantizedGemm.Run<byte, int>(input, 0, weights, 127, output, new int[QuantizedGemm.WorkspaceLength(1000)], 4, 1000, 3, QuantizedResult.Sums);
        Assert.All(output, y => Assert.Equal(255 * -255 * 1000, y));
    }

    [Fact]
    public void Any_vector_gives_what_the_best_one_gives()
    {
        Data data = new(52);
        for (int depth = 1; depth < 100; depth++)
        {
            int rowLength = IntegerDot.RowLength(depth);
            short[] rows = new short[4 * rowLength];
            for (int i = 0; i < rows.Length; i++) rows[i] = (short)(i % rowLength < depth ? data.Next(-255, 255) : 0);
            sbyte[] weights = [.. Enumerable.Range(0, (2 * depth) + IntegerDot.Padding).Select(_ => (sbyte)data.Next(-128, 127))];
            int zero = data.Next(-128, 127);
            int[] first = new int[4];
            int[] second = new int[4];
            IntegerDot.Rows(ref rows[0], rowLength, 4, ref weights[0], ref weights[depth], depth, zero, ref first[0], ref second[0]);
            for (int row = 0; row < 4; row++)
            {
                int expected = Enumerable.Range(0, depth).Sum(k => rows[(row * rowLength) + k] * (weights[k] - zero));
                Assert.Equal(expected, first[row]);
                Assert.Equal(expected, IntegerDot.Dot(ref rows[row * rowLength], ref weights[0], depth, zero));
                Assert.Equal(second[row], IntegerDot.Dot(ref rows[row * rowLength], ref weights[depth], depth, zero));
            }
        }
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
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[5], 0, new sbyte[200], 0, new int[4], new int[10_000], 2, 3, 2, QuantizedResult.Sums));
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[6], 0, new sbyte[6], 0, new int[4], new int[10_000], 2, 3, 2, QuantizedResult.Sums));
        Assert.Throws<ArgumentException>(() => QuantizedGemm.Run<byte, int>(new byte[6], 0, new sbyte[200], 0, new int[4], new int[4], 2, 3, 2, QuantizedResult.Sums));
    }

    private static void CheckConvolution(ConvCase shape, Data data)
    {
        if (!shape.IsPossible) return;
        byte[] input = [.. Enumerable.Range(0, shape.InputLength).Select(_ => (byte)data.Next(0, 255))];
        sbyte[] weights = [.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)data.Next(-128, 127))];
        int inputZero = data.Next(0, 255);
        int weightZero = data.Next(-128, 127);
        double[] expected = shape.Reference([.. input.Select(x => (float)(x - inputZero))], [.. weights.Select(w => (float)(w - weightZero))], [], [], static x => x);
        int[] output = new int[shape.OutputLength];
        ConvShape sizes = shape.ToShape();
        int length = QuantizedConvolution.WorkspaceLength(sizes);
        int[] workspace = [.. Enumerable.Repeat(-1_515_870_811, length)];
        int groupInputs = shape.InChannels / shape.Groups;
        int places = shape.Kernel[0] * shape.Kernel[1] * shape.Kernel[2];
        sbyte[] packed = new sbyte[weights.Length + QuantizedConvolution.Slack];
        for (int m = 0; m < shape.OutChannels; m++)
            for (int c = 0; c < groupInputs; c++)
                for (int k = 0; k < places; k++) packed[(((m * places) + k) * groupInputs) + c] = weights[(((m * groupInputs) + c) * places) + k];
        QuantizedConvolution.Run<byte, int>(input, inputZero, packed, weightZero, output, workspace, sizes, QuantizedResult.Sums);
        Assert.Equal(expected, output.Select(y => (double)y));

        QuantizedWorkspace plan = new(groupInputs, shape.In, [shape.Out(0), shape.Out(1), shape.Out(2)], shape.Kernel, shape.Stride, shape.Dilation, shape.PadBefore);
        Assert.Equal(length, plan.Length);
        Assert.Equal(QuantizedGemm.WorkspaceLength(shape.InChannels), QuantizedWorkspace.OfProduct(shape.InChannels));
    }
}
