using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Channels-last convolutions against a naive loop in double.</summary>
public class ChannelsLastTests
{
    [Fact]
    public void Random_2d_shapes_agree_with_the_definition()
    {
        Data data = new(31);
        for (int i = 0; i < 500; i++)
        {
            int groups = data.Next(0, 3) == 0 ? data.Next(2, 4) : 1;
            ConvCase shape = new()
            {
                Batch = data.Next(1, 2),
                Groups = groups,
                InChannels = groups * data.Next(1, 6),
                OutChannels = groups * data.Next(1, 50),
                In = [1, data.Next(1, 17), data.Next(1, 20)],
                Kernel = [1, data.Next(1, 4), data.Next(1, 5)],
                Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                Dilation = [1, data.Next(1, 2), data.Next(1, 3)],
                PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
            };
            Check(shape, data);
        }
    }

    [Fact]
    public void Random_3d_shapes_agree_with_the_definition()
    {
        Data data = new(32);
        for (int i = 0; i < 100; i++)
        {
            int groups = data.Next(1, 2);
            ConvCase shape = new()
            {
                Groups = groups,
                InChannels = groups * data.Next(1, 3),
                OutChannels = groups * data.Next(1, 20),
                In = [data.Next(1, 6), data.Next(1, 9), data.Next(1, 12)],
                Kernel = [data.Next(1, 3), data.Next(1, 3), data.Next(1, 3)],
                Stride = [data.Next(1, 2), data.Next(1, 2), data.Next(1, 2)],
                Dilation = [data.Next(1, 2), data.Next(1, 2), data.Next(1, 2)],
                PadBefore = [data.Next(0, 2), data.Next(0, 2), data.Next(0, 2)],
                PadAfter = [data.Next(0, 2), data.Next(0, 2), data.Next(0, 2)],
            };
            Check(shape, data);
        }
    }

    [Fact]
    public void Pointwise_shapes_of_every_size_agree_with_the_definition()
    {
        Data data = new(33);
        for (int pixels = 1; pixels <= 70; pixels++)
        {
            Check(ConvCase.Square(data.Next(1, 40), pixels, 1, pixels, 1, 1, 0), data);
            Check(ConvCase.Square(data.Next(1, 40), data.Next(1, 40), pixels, 3, 1, 2, 0), data);
        }
    }

    [Theory]
    [InlineData(3, 8, 90, 300, 3, 1, 1)]
    [InlineData(3, 8, 130, 260, 3, 2, 0)]
    [InlineData(70, 5, 40, 40, 3, 1, 1)]
    [InlineData(64, 70, 4, 4, 3, 1, 1)]
    [InlineData(33, 64, 2, 2, 3, 1, 1)]
    [InlineData(900, 33, 9, 9, 1, 1, 0)]
    public void Large_and_small_images_agree_with_the_definition(int channels, int outChannels, int height, int width, int kernel, int stride, int pad) =>
        Check(ConvCase.Square(channels, outChannels, height, width, kernel, stride, pad), new Data(34));

    [Fact]
    public void Padding_wider_than_the_kernel_reads_as_zero()
    {
        ConvCase shape = new()
        {
            InChannels = 2,
            OutChannels = 19,
            In = [1, 3, 4],
            Kernel = [1, 2, 2],
            Stride = [1, 3, 3],
            PadBefore = [0, 7, 9],
            PadAfter = [0, 8, 6],
        };
        Check(shape, new Data(35));
        Check(shape with { In = [1, 40, 40] }, new Data(36));
    }

    [Fact]
    public void A_nan_reaches_the_windows_that_hold_it_and_no_others()
    {
        foreach (int size in new[] { 2, 5, 8, 13, 20 })
        {
            ConvCase shape = ConvCase.Square(1, 5, size, size, 3, 1, 1);
            float[] input = new float[shape.InputLength];
            float[] weights = new float[shape.WeightLength];
            Array.Fill(weights, 1f);
            input[size + 1] = float.NaN;
            float[] output = Run(shape, input, weights, [], [], plain: false);
            Assert.Equal(output, Run(shape, input, weights, [], [], plain: true));
            for (int i = 0; i < output.Length; i++)
            {
                bool near = Math.Abs((i / size % size) - 1) <= 1 && Math.Abs((i % size) - 1) <= 1;
                Assert.Equal(near ? float.NaN : 0f, output[i]);
            }
        }
    }

    [Fact]
    public void No_call_allocates()
    {
        ConvCase shape = ConvCase.Square(8, 24, 12, 12, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] input = new float[shape.InputLength];
        float[] packed = ChannelsLast.Pack(new float[shape.WeightLength], shape);
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[Math.Max(ChannelsLastConvolution.WorkspaceLength(sizes), ChannelsLastConvolution.PlainInputWorkspaceLength(sizes))];
        Expect.NoAllocation(() => ChannelsLastConvolution.Run(input, packed, default, output, output, workspace, sizes, new Clip(0, 6)));
        Expect.NoAllocation(() => ChannelsLastConvolution.RunPlainInput(input, packed, default, output, output, workspace, sizes, new Clip(0, 6)));
    }

    [Fact]
    public void Short_spans_are_refused()
    {
        ConvCase shape = ConvCase.Square(8, 8, 3, 3, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] packed = new float[16 * sizes.Taps];
        float[] workspace = new float[ChannelsLastConvolution.WorkspaceLength(sizes)];
        float[] tensor = new float[shape.InputLength];
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(new float[5], packed, default, default, tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(tensor, packed, default, default, new float[5], workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(tensor, packed.AsSpan(1), default, default, tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(tensor, packed, new float[7], default, tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(tensor, packed, default, new float[7], tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastConvolution.Run(tensor, packed, default, default, tensor, workspace.AsSpan(1), sizes, default(Relu)));
    }

    private static void Check(ConvCase shape, Data data)
    {
        if (!shape.IsPossible)
        {
            return;
        }

        float[] input = data.Floats(shape.InputLength);
        float[] weights = data.Floats(shape.WeightLength);
        float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutChannels);
        float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutputLength);
        double[] expected = shape.Reference(input, weights, bias, addend, x => Math.Max(x, 0));
        double tolerance = shape.InChannels > 100 ? 1e-4 : 1e-5;
        Expect.Close(expected, Run(shape, input, weights, bias, addend, plain: false), tolerance, shape.ToString());
        if (shape.In[0] == 1 && shape.Kernel[0] == 1 && shape.Out(0) == 1)
        {
            Expect.Close(expected, Run(shape, input, weights, bias, addend, plain: true), tolerance, "plain input, " + shape);
        }
    }

    /// <summary>Runs in place of the addend, if there is one, with the tensors of the reference's order.</summary>
    private static float[] Run(ConvCase shape, float[] input, float[] weights, float[] bias, float[] addend, bool plain)
    {
        ConvShape sizes = shape.ToShape();
        int outPixels = shape.Out(0) * shape.Out(1) * shape.Out(2);
        float[] packed = ChannelsLast.Pack(weights, shape);
        float[] output = addend.Length == 0 ? Data.Dirty(shape.OutputLength) : ChannelsLast.Of(addend, shape.Batch, shape.OutChannels, outPixels);
        float[] sum = addend.Length == 0 ? [] : output;
        using Guarded guarded = new();
        if (plain)
        {
            ChannelsLastConvolution.RunPlainInput(
                guarded.Of(input), guarded.Of(packed), guarded.Of(bias), guarded.Of(sum), guarded.Of(output),
                guarded.Of(Data.Dirty(ChannelsLastConvolution.PlainInputWorkspaceLength(sizes))), sizes, default(Relu));
        }
        else
        {
            float[] last = ChannelsLast.Of(input, shape.Batch, shape.InChannels, shape.In[0] * shape.In[1] * shape.In[2]);
            ChannelsLastConvolution.Run(
                guarded.Of(last), guarded.Of(packed), guarded.Of(bias), guarded.Of(sum), guarded.Of(output),
                guarded.Of(Data.Dirty(ChannelsLastConvolution.WorkspaceLength(sizes))), sizes, default(Relu));
        }

        guarded.Return();
        return ChannelsLast.Back(output, shape.Batch, shape.OutChannels, outPixels);
    }
}

/// <summary>Channels-last tensors and packed weights, the slow way.</summary>
internal static class ChannelsLast
{
    internal static float[] Of(float[] plain, int batch, int channels, int pixels)
    {
        float[] result = new float[plain.Length];
        for (int i = 0; i < result.Length; i++)
        {
            (int n, int rest) = Math.DivRem(i, channels * pixels);
            result[i] = plain[(((n * channels) + (rest % channels)) * pixels) + (rest / channels)];
        }

        return result;
    }

    internal static float[] Back(float[] last, int batch, int channels, int pixels) => Of(last, batch, pixels, channels);

    internal static float[] Pack(float[] weights, ConvCase shape)
    {
        int inGroup = shape.InChannels / shape.Groups;
        int outGroup = shape.OutChannels / shape.Groups;
        int taps = shape.Kernel[0] * shape.Kernel[1] * shape.Kernel[2];
        int panels = (outGroup + 15) / 16;
        float[] packed = new float[shape.Groups * panels * taps * inGroup * 16];
        for (int m = 0; m < shape.OutChannels; m++)
        {
            for (int t = 0; t < taps; t++)
            {
                for (int c = 0; c < inGroup; c++)
                {
                    int panel = (m / outGroup * panels) + (m % outGroup / 16);
                    packed[(((((panel * taps) + t) * inGroup) + c) * 16) + (m % outGroup % 16)] = weights[(((m * inGroup) + c) * taps) + t];
                }
            }
        }

        return packed;
    }
}
