using System;
using System.Linq;
using System.Threading.Tasks;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Quantised Winograd convolutions against the sums as defined: the same bits, in the first call and in later ones.</summary>
public class QuantizedWinogradTests
{
    [Fact]
    public void Random_layers_give_exact_sums()
    {
        Data data = new(71);
        for (int i = 0; i < 150; i++)
        {
            ConvCase shape = new()
            {
                Batch = data.Next(1, 2),
                Groups = 1,
                InChannels = 4 * data.Next(1, 24),
                OutChannels = data.Next(1, 50),
                In = [1, data.Next(1, 20), data.Next(1, 20)],
                Kernel = [1, 3, 3],
                Stride = [1, 1, 1],
                Dilation = [1, 1, 1],
                PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
            };
            if (!shape.IsPossible) continue;
            sbyte[] weights = [.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)data.Next(-128, 127))];
            int weightZero = data.Next(0, 2) == 0 ? data.Next(-128, 127) : 0;
            if (i % 2 == 0)
            {
                byte[] input = [.. Enumerable.Range(0, shape.InputLength).Select(_ => (byte)data.Next(0, 255))];
                Check(shape, input, data.Next(0, 255), weights, weightZero);
            }
            else
            {
                sbyte[] input = [.. Enumerable.Range(0, shape.InputLength).Select(_ => (sbyte)data.Next(-128, 127))];
                Check(shape, input, data.Next(-128, 127), weights, weightZero);
            }
        }
    }

    [Theory]
    [InlineData(0, 255, -128)]
    [InlineData(255, 0, -128)]
    [InlineData(0, 255, 127)]
    [InlineData(128, 255, -128)]
    public void Extremes_up_to_the_bound_are_exact(int zero, int value, int weight)
    {
        // 112 · 9 taps of 255 · 128 are just below 2^25.
        ConvCase shape = ConvCase.Square(112, 16, 9, 9, 3, 1, 1);
        Check(shape, [.. Enumerable.Repeat((byte)value, shape.InputLength)], zero, [.. Enumerable.Repeat((sbyte)weight, shape.WeightLength)], 0);

        // Signs that make transformed values as large as they get.
        byte[] board = [.. Enumerable.Range(0, shape.InputLength).Select(i => (byte)((i + (i / 9)) % 2 == 0 ? 0 : 255))];
        Check(shape, board, zero, [.. Enumerable.Range(0, shape.WeightLength).Select(i => i % 2 == 0 ? sbyte.MinValue : sbyte.MaxValue)], 0);
    }

    [Fact]
    public void Bands_of_tiles_give_exact_sums()
    {
        Data data = new(72);
        foreach ((int channels, int height, int width) in new[] { (128, 40, 90), (256, 30, 31), (32, 61, 250) })
        {
            ConvCase shape = ConvCase.Square(channels, 20, height, width, 3, 1, 1);
            Check(
                shape, [.. Enumerable.Range(0, shape.InputLength).Select(_ => (byte)data.Next(0, 255))], 7,
                [.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)data.Next(-40, 40))], 0);
        }
    }

    [Fact]
    public void Many_threads_and_later_calls_allocate_nothing_and_agree()
    {
        Data data = new(73);
        ConvShape shape = ConvCase.Square(64, 32, 14, 14, 3, 1, 1).ToShape();
        byte[] input = [.. Enumerable.Range(0, 64 * 14 * 14).Select(_ => (byte)data.Next(0, 255))];
        sbyte[] weights = [.. Enumerable.Range(0, 64 * 32 * 9).Select(_ => (sbyte)data.Next(-128, 127))];
        QuantizedFilters filters = new(QuantizedWinograd.FilterLength(shape));
        int[][] outputs = [.. Enumerable.Range(0, 8).Select(_ => new int[32 * 14 * 14])];
        Parallel.For(0, outputs.Length, i =>
        {
            int[] workspace = new int[QuantizedWinograd.WorkspaceLength(shape)];
            for (int run = 0; run < 3; run++) QuantizedWinograd.Run<byte, int>(input, 3, weights, 0, outputs[i], workspace, shape, QuantizedResult.Sums, filters);
        });
        Assert.All(outputs, o => Assert.Equal(outputs[0], o));
        int[] own = new int[QuantizedWinograd.WorkspaceLength(shape)];
        long before = GC.GetAllocatedBytesForCurrentThread();
        QuantizedWinograd.Run<byte, int>(input, 3, weights, 0, outputs[0], own, shape, QuantizedResult.Sums, filters);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Other_shapes_and_short_spans_are_refused()
    {
        ConvShape strided = ConvCase.Square(4, 4, 9, 9, 3, 2, 1).ToShape();
        ConvShape shape = ConvCase.Square(4, 4, 9, 9, 3, 1, 1).ToShape();
        QuantizedFilters filters = new(QuantizedWinograd.FilterLength(shape));
        int[] workspace = new int[QuantizedWinograd.WorkspaceLength(shape)];
        sbyte[] weights = new sbyte[QuantizedConvolution.WeightLength(shape)];
        Assert.Throws<ArgumentException>(() => QuantizedWinograd.Run<byte, int>(new byte[324], 0, weights, 0, new int[324], workspace, strided, QuantizedResult.Sums, filters));
        Assert.Throws<ArgumentException>(() => QuantizedWinograd.Run<byte, int>(new byte[323], 0, weights, 0, new int[324], workspace, shape, QuantizedResult.Sums, filters));
        Assert.Throws<ArgumentException>(() => QuantizedWinograd.Run<byte, int>(new byte[324], 0, weights, 0, new int[324], new int[9], shape, QuantizedResult.Sums, filters));
        Assert.Throws<ArgumentNullException>(() => QuantizedWinograd.Run<byte, int>(new byte[324], 0, weights, 0, new int[324], workspace, shape, QuantizedResult.Sums, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantizedFilters(-1));
    }

    private static void Check<T>(ConvCase shape, T[] input, int inputZero, sbyte[] weights, int weightZero)
        where T : unmanaged
    {
        ConvShape sizes = shape.ToShape();
        QuantizedWorkspace plan = new(1, shape.InChannels, shape.OutChannels, [1, shape.Out(1), shape.Out(2)], shape.Kernel, shape.Stride, shape.Dilation);
        QuantizedTileWorkspace tiles = new(shape.InChannels, shape.OutChannels, shape.Out(1), shape.Out(2));
        Assert.Equal(QuantizedWinograd.WorkspaceLength(sizes), Math.Max(plan.Length, (int)tiles.Length));
        Assert.Equal(QuantizedWinograd.FilterLength(sizes), (int)tiles.FilterLength);
        sbyte[] packed = QuantizedPacking.Pack(weights, (sbyte)weightZero, 1, shape.OutChannels, shape.InChannels, plan);
        QuantizedFilters filters = new(QuantizedWinograd.FilterLength(sizes));
        int[] expected = new int[shape.OutputLength];
        QuantizedConvolution.Run<T, int>(input, inputZero, packed, weightZero, expected, new int[plan.Length], sizes, QuantizedResult.Sums);
        int[] workspace = [.. Enumerable.Repeat(-1_515_870_811, QuantizedWinograd.WorkspaceLength(sizes))];
        for (int call = 0; call < 3; call++)
        {
            int[] output = new int[shape.OutputLength];
            using Guarded guarded = new();
            QuantizedWinograd.Run<T, int>(guarded.Of(input), inputZero, guarded.Of(packed), weightZero, guarded.Of(output), guarded.Of(workspace), sizes, QuantizedResult.Sums, filters);
            guarded.Return();
            Assert.Equal(expected, output);
        }
    }
}
