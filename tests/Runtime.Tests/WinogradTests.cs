using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Winograd convolution against a naive loop in double.</summary>
public class WinogradTests
{
    [Theory]
    [InlineData(3, 4, 3, 4)]
    [InlineData(3, 2, 3, 2)]
    [InlineData(3, 4, 3, 2)]
    [InlineData(3, 2, 3, 4)]
    [InlineData(5, 2, 5, 2)]
    [InlineData(1, 1, 3, 4)]
    [InlineData(1, 1, 3, 2)]
    [InlineData(3, 4, 1, 1)]
    [InlineData(3, 2, 1, 1)]
    [InlineData(1, 1, 5, 2)]
    [InlineData(5, 2, 3, 4)]
    [InlineData(1, 1, 1, 1)]
    public void Random_shapes_agree_with_the_definition(int kernelHeight, int tileHeight, int kernelWidth, int tileWidth)
    {
        Data data = new(kernelHeight + (10 * tileHeight) + (100 * kernelWidth) + (1000 * tileWidth));
        for (int i = 0; i < 120; i++)
        {
            bool large = i % 8 == 0;
            ConvCase shape = new()
            {
                Batch = data.Next(1, 3),
                InChannels = data.Next(1, large ? 70 : 20),
                OutChannels = data.Next(1, large ? 70 : 40),
                In = [1, data.Next(1, large ? 40 : 12), data.Next(1, large ? 40 : 15)],
                Kernel = [1, kernelHeight, kernelWidth],
                PadBefore = [0, data.Next(0, 2), data.Next(0, 2)],
                PadAfter = [0, data.Next(0, 2), data.Next(0, 2)],
            };
            Check(shape, tileHeight, tileWidth, data);
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void Rows_wider_than_a_block_agree_with_the_definition(int tile)
    {
        Data data = new(77);
        foreach ((int channels, int width) in new[] { (64, 200), (5, 431), (16, 260) })
        {
            Check(ConvCase.Square(channels, 18, 9, width, 3, 1, 1), tile, tile, data);
            Check(ConvCase.Square(channels, 18, 9, width, 3, 1, 0), tile, tile, data);
        }
    }

    [Fact]
    public void Padding_wider_than_the_kernel_reads_as_zero()
    {
        Data data = new(78);
        ConvCase shape = new()
        {
            InChannels = 3,
            OutChannels = 17,
            In = [1, 2, 3],
            Kernel = [1, 3, 3],
            PadBefore = [0, 9, 7],
            PadAfter = [0, 8, 11],
        };
        Check(shape, 4, 4, data);
        Check(shape, 2, 2, data);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(2)]
    public void The_addend_may_be_the_output(int tile)
    {
        Data data = new(79);
        foreach ((int size, int channels) in new[] { (5, 3), (8, 16), (11, 20), (19, 37) })
        {
            ConvCase shape = ConvCase.Square(4, channels, size, size, 3, 1, 1);
            float[] input = data.Floats(shape.InputLength);
            float[] weights = data.Floats(shape.WeightLength);
            float[] sums = data.Floats(shape.OutputLength);
            double[] expected = shape.Reference(input, weights, [], sums, x => Math.Max(x, 0));
            float[] output = ToLast(sums, 1, channels, size * size);
            Run(shape, tile, tile, ToLast(input, 1, 4, size * size), weights, [], output, output, default(Relu));
            Expect.Close(expected, ToFirst(output, 1, channels, size * size), 3e-5, shape.ToString());
        }
    }

    [Fact]
    public void A_nan_reaches_its_tiles_and_no_others()
    {
        ConvCase shape = ConvCase.Square(2, 3, 16, 16, 3, 1, 1);
        float[] input = new float[shape.InputLength];
        float[] weights = new float[shape.WeightLength];
        Array.Fill(weights, 1f);
        input[((5 * 16) + 6) * 2] = float.NaN;
        float[] output = Data.Dirty(shape.OutputLength);
        Run(shape, 4, 4, input, weights, [], [], output, default(Relu));
        for (int i = 0; i < output.Length; i++)
        {
            bool same = i / 3 / 16 / 4 == 1 && i / 3 % 16 / 4 == 1;
            Assert.Equal(same ? float.NaN : 0f, output[i]);
        }
    }

    [Fact]
    public void The_error_stays_near_that_of_the_definition_in_floats()
    {
        Data data = new(80);
        ConvCase shape = ConvCase.Square(64, 64, 16, 16, 3, 1, 1);
        float[] input = data.Floats(shape.InputLength);
        float[] weights = data.Floats(shape.WeightLength);
        double[] expected = shape.Reference(input, weights, [], [], x => x);
        double largest = 0;
        foreach (double y in expected) largest = Math.Max(largest, Math.Abs(y));
        foreach ((int tile, double limit) in new[] { (2, 6e-7), (4, 2e-6) })
        {
            float[] output = Data.Dirty(shape.OutputLength);
            Run(shape, tile, tile, ToLast(input, 1, 64, 256), weights, [], [], output, default(Identity));
            float[] actual = ToFirst(output, 1, 64, 256);
            double error = 0;
            for (int i = 0; i < actual.Length; i++) error = Math.Max(error, Math.Abs(actual[i] - expected[i]));
            Assert.True(error / largest < limit, $"F({tile}×{tile}): {error / largest:E2}");
        }
    }

    [Fact]
    public void No_call_allocates()
    {
        Data data = new(81);
        ConvCase shape = ConvCase.Square(8, 24, 12, 12, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] input = data.Floats(shape.InputLength);
        float[] weights = WinogradWeights.Transform(data.Floats(shape.WeightLength), 24, 8, 3, 3, 4, 4);
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[WinogradConvolution.WorkspaceLength(sizes, 4, 4)];
        Expect.NoAllocation(() => WinogradConvolution.Run(input, weights, default, default, output, workspace, sizes, 4, 4, new Clip(0, 6)));
    }

    [Fact]
    public void Short_spans_and_other_shapes_are_refused()
    {
        ConvCase shape = ConvCase.Square(8, 8, 12, 12, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] weights = new float[36 * 16 * 8];
        float[] workspace = new float[WinogradConvolution.WorkspaceLength(sizes, 4, 4)];
        float[] tensor = new float[shape.InputLength];
        float[] output = new float[shape.OutputLength];
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(new float[5], weights, default, default, output, workspace, sizes, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, new float[weights.Length - 1], default, default, output, workspace, sizes, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, weights, default, default, new float[5], workspace, sizes, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, weights, new float[7], default, output, workspace, sizes, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, weights, default, default, output, new float[workspace.Length - 1], sizes, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, weights, default, default, output, workspace, sizes, 3, 3, default(Relu)));
        ConvShape strided = ConvCase.Square(8, 8, 12, 12, 3, 2, 1).ToShape();
        Assert.Throws<ArgumentException>(() => WinogradConvolution.Run(tensor, weights, default, default, output, workspace, strided, 4, 4, default(Relu)));
        Assert.Throws<ArgumentException>(() => WinogradWeights.Transform(new float[71], 8, 1, 3, 3, 4, 4));
    }

    private static void Check(ConvCase shape, int tileHeight, int tileWidth, Data data)
    {
        if (!shape.IsPossible)
        {
            return;
        }

        float[] input = data.Floats(shape.InputLength);
        float[] weights = data.Floats(shape.WeightLength);
        float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutChannels);
        float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutputLength);
        double[] expected = shape.Reference(input, weights, bias, addend, x => x < 0 ? 0.25 * x : x);
        int pixels = shape.Out(1) * shape.Out(2);
        float[] output = Data.Dirty(shape.OutputLength);
        Run(
            shape, tileHeight, tileWidth, ToLast(input, shape.Batch, shape.InChannels, shape.In[1] * shape.In[2]), weights, bias,
            addend.Length == 0 ? [] : ToLast(addend, shape.Batch, shape.OutChannels, pixels), output, new LeakyRelu(0.25f));
        Expect.Close(expected, ToFirst(output, shape.Batch, shape.OutChannels, pixels), 1e-4, $"F({tileHeight}×{tileWidth}) of {shape}");
    }

    private static void Run<TActivation>(
        ConvCase shape, int tileHeight, int tileWidth, float[] input, float[] weights, float[] bias, float[] addend, float[] output, TActivation activation)
        where TActivation : struct, IActivation
    {
        ConvShape sizes = shape.ToShape();
        float[] packed = WinogradWeights.Transform(weights, shape.OutChannels, shape.InChannels, shape.Kernel[1], shape.Kernel[2], tileHeight, tileWidth);
        int length = WinogradConvolution.WorkspaceLength(sizes, tileHeight, tileWidth);
        Assert.Equal(length, WinogradWorkspace.Length(
            shape.Batch, shape.InChannels, shape.OutChannels, shape.Out(1), shape.Out(2), shape.Kernel[1], shape.Kernel[2], tileHeight, tileWidth));
        float[] workspace = Data.Dirty(length);
        using Guarded guarded = new();
        WinogradConvolution.Run(guarded.Of(input), guarded.Of(packed), guarded.Of(bias), guarded.Of(addend), guarded.Of(output), guarded.Of(workspace), sizes, tileHeight, tileWidth, activation);
        guarded.Return();
    }

    /// <summary>[batch, channels, pixels] to [batch, pixels, channels].</summary>
    private static float[] ToLast(float[] tensor, int batch, int channels, int pixels)
    {
        float[] moved = new float[tensor.Length];
        for (int i = 0; i < moved.Length; i++)
        {
            int sample = i / (channels * pixels);
            moved[i] = tensor[(((sample * channels) + (i % channels)) * pixels) + (i / channels % pixels)];
        }

        Assert.Equal(batch * channels * pixels, tensor.Length);
        return moved;
    }

    /// <summary>[batch, pixels, channels] to [batch, channels, pixels].</summary>
    private static float[] ToFirst(float[] tensor, int batch, int channels, int pixels) => ToLast(tensor, batch, pixels, channels);
}
