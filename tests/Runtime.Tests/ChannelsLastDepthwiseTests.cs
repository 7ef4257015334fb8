using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Channels-last depthwise convolutions against a naive loop in double, and the moves between layouts.</summary>
public class ChannelsLastDepthwiseTests
{
    [Fact]
    public void Random_shapes_agree_with_the_definition()
    {
        Data data = new(41);
        for (int i = 0; i < 500; i++)
        {
            int channels = data.Next(1, 70);
            bool deep = data.Next(0, 4) == 0;
            ConvCase shape = new()
            {
                Batch = data.Next(1, 2),
                Groups = channels,
                InChannels = channels,
                OutChannels = channels,
                In = [deep ? data.Next(1, 4) : 1, data.Next(1, 12), data.Next(1, 20)],
                Kernel = [deep ? data.Next(1, 3) : 1, data.Next(1, 4), data.Next(1, 5)],
                Stride = [deep ? data.Next(1, 2) : 1, data.Next(1, 3), data.Next(1, 3)],
                Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                PadBefore = [deep ? data.Next(0, 1) : 0, data.Next(0, 3), data.Next(0, 3)],
                PadAfter = [deep ? data.Next(0, 1) : 0, data.Next(0, 3), data.Next(0, 3)],
            };
            Check(shape, data);
        }
    }

    [Fact]
    public void Common_kernels_of_every_width_agree_with_the_definition()
    {
        Data data = new(42);
        for (int width = 1; width <= 20; width++)
        {
            foreach (int kernel in new[] { 3, 5, 7 })
            {
                foreach (int stride in new[] { 1, 2 })
                {
                    for (int pad = 0; pad <= kernel / 2; pad++)
                    {
                        int channels = data.Next(1, 50);
                        ConvCase shape = ConvCase.Square(channels, channels, data.Next(1, 12), width, kernel, stride, pad) with { Groups = channels };
                        Check(shape, data);
                        Check(shape with { PadBefore = [0, 0, 0] }, data);
                        Check(shape with { In = [1, 1, width], Kernel = [1, 1, kernel], PadBefore = [0, 0, pad], PadAfter = [0, 0, pad] }, data);
                    }
                }
            }
        }
    }

    [Fact]
    public void Wide_images_and_shared_columns_agree_with_the_definition()
    {
        Data data = new(44);
        foreach (int width in new[] { 33, 60, 75, 101, 150 })
        {
            foreach ((int height, int kernel) in new[] { (1, 5), (3, 5), (5, 5), (7, 7), (2, 7), (9, 9) })
            {
                foreach (int stride in new[] { 1, 2, 3 })
                {
                    int channels = data.Next(1, 40);
                    ConvCase shape = ConvCase.Square(channels, channels, data.Next(height, height + 6), width, kernel, stride, kernel / 2) with { Groups = channels };
                    Check(shape with { Kernel = [1, height, kernel], Stride = [1, data.Next(1, 3), stride], PadBefore = [0, data.Next(0, height), data.Next(0, kernel)] }, data);
                    Check(shape with { Kernel = [1, height, kernel], Dilation = [1, 2, 2] }, data);
                }
            }
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public void A_nan_reaches_the_windows_that_hold_it_and_no_others(int kernel)
    {
        foreach (int size in new[] { 2, 5, 8, 13, 20 })
        {
            ConvCase shape = ConvCase.Square(17, 17, size, size, kernel, 1, kernel / 2) with { Groups = 17 };
            float[] input = new float[shape.InputLength];
            float[] weights = new float[shape.WeightLength];
            Array.Fill(weights, 1f);
            input[(((size + 1) * 17) + 16)] = float.NaN;
            float[] output = Data.Dirty(shape.OutputLength);
            ChannelsLastDepthwise.Run(input, weights, default, output, shape.ToShape(), default(Relu));
            for (int i = 0; i < output.Length; i++)
            {
                bool near = i % 17 == 16 && Math.Abs((i / 17 / size) - 1) <= kernel / 2 && Math.Abs((i / 17 % size) - 1) <= kernel / 2;
                Assert.Equal(near ? float.NaN : 0f, output[i]);
            }
        }
    }

    [Fact]
    public void No_call_allocates_and_short_spans_are_refused()
    {
        ConvCase shape = ConvCase.Square(24, 24, 9, 9, 3, 1, 1) with { Groups = 24 };
        ConvShape sizes = shape.ToShape();
        float[] input = new float[shape.InputLength];
        float[] weights = new float[shape.WeightLength];
        float[] output = new float[shape.OutputLength];
        Expect.NoAllocation(() => ChannelsLastDepthwise.Run(input, weights, default, output, sizes, new Clip(0, 6)));
        Assert.Throws<ArgumentException>(() => ChannelsLastDepthwise.Run(new float[5], weights, default, output, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastDepthwise.Run(input, new float[5], default, output, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastDepthwise.Run(input, weights, new float[5], output, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => ChannelsLastDepthwise.Run(input, weights, default, new float[5], sizes, default(Relu)));
        ConvShape grouped = ConvCase.Square(24, 24, 9, 9, 3, 1, 1).ToShape();
        Assert.Throws<ArgumentException>(() => ChannelsLastDepthwise.Run(input, weights, default, output, grouped, default(Relu)));
    }

    [Fact]
    public void Layouts_are_exchanged_exactly()
    {
        Data data = new(43);
        for (int i = 0; i < 300; i++)
        {
            (int batch, int channels, int pixels) = (data.Next(1, 3), data.Next(1, 40), data.Next(1, 40));
            float[] plain = data.Floats(batch * channels * pixels);
            float[] last = Data.Dirty(plain.Length);
            LayoutMove.ToChannelsLast(plain, last, batch, channels, pixels);
            Assert.Equal(ChannelsLast.Of(plain, batch, channels, pixels), last);
            float[] back = Data.Dirty(plain.Length);
            LayoutMove.ToChannelsFirst(last, back, batch, channels, pixels);
            Assert.Equal(plain, back);
        }

        Assert.Throws<ArgumentException>(() => LayoutMove.ToChannelsLast(new float[5], new float[6], 1, 2, 3));
        Assert.Throws<ArgumentException>(() => LayoutMove.ToChannelsFirst(new float[6], new float[5], 1, 2, 3));
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
        int inPixels = shape.In[0] * shape.In[1] * shape.In[2];
        int outPixels = shape.Out(0) * shape.Out(1) * shape.Out(2);
        float[] output = Data.Dirty(shape.OutputLength);
        float[] last = ChannelsLast.Of(input, shape.Batch, shape.InChannels, inPixels);
        float[] taps = ChannelsLast.Of(weights, 1, shape.InChannels, shape.Kernel[0] * shape.Kernel[1] * shape.Kernel[2]);
        ConvShape sizes = shape.ToShape();
        using Guarded guarded = new();
        ChannelsLastDepthwise.Run(guarded.Of(last), guarded.Of(taps), guarded.Of(bias), guarded.Of(output), sizes, new Clip(-0.5f, 0.6f));
        guarded.Return();
        double[] expected = shape.Reference(input, weights, bias, [], x => Math.Min(Math.Max(x, -0.5f), 0.6f));
        Expect.Close(expected, ChannelsLast.Back(output, shape.Batch, shape.OutChannels, outPixels), 1e-5, shape.ToString());
        ChannelsLastDepthwise.Run(guarded.Of(last), guarded.Of(taps), guarded.Of(bias), guarded.Of(output), sizes, default(Identity));
        guarded.Return();
        expected = shape.Reference(input, weights, bias, [], x => x);
        Expect.Close(expected, ChannelsLast.Back(output, shape.Batch, shape.OutChannels, outPixels), 1e-5, shape.ToString());
    }
}
