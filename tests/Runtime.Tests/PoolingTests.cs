using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Poolings against a naive loop in double.</summary>
public class PoolingTests
{
    [Fact]
    public void Random_shapes_agree_with_the_definition()
    {
        Data data = new(21);
        for (int i = 0; i < 600; i++)
        {
            bool deep = data.Next(0, 3) == 0;
            PoolAxis d = deep ? Axis(data, 6) : new PoolAxis(1, 1, 1, 1, 1, 0, 0);
            PoolAxis h = Axis(data, 12);
            PoolAxis w = Axis(data, 40);
            if (d.Out < 1 || h.Out < 1 || w.Out < 1)
            {
                continue;
            }

            PoolShape shape = new(
                data.Next(0, 1) == 0 ? data.Next(1, 3) : data.Next(4, 70), d.In, h.In, w.In, d.Out, h.Out, w.Out, d.Kernel, h.Kernel, w.Kernel, d.Stride, h.Stride, w.Stride,
                d.Dilation, h.Dilation, w.Dilation, d.Before, h.Before, w.Before, d.After, h.After, w.After);
            Check(shape, data);
        }
    }

    [Theory]
    [InlineData(8, 8, 2, 2, 0)]
    [InlineData(9, 33, 2, 2, 0)]
    [InlineData(32, 32, 3, 2, 1)]
    [InlineData(7, 7, 7, 1, 0)]
    [InlineData(14, 14, 3, 1, 1)]
    [InlineData(13, 13, 5, 1, 2)]
    [InlineData(56, 56, 3, 1, 1)]
    [InlineData(55, 55, 3, 2, 0)]
    [InlineData(40, 40, 13, 1, 6)]
    [InlineData(30, 30, 4, 4, 0)]
    [InlineData(150, 300, 3, 1, 1)]
    [InlineData(3, 5000, 3, 2, 1)]
    [InlineData(5, 3, 2, 1, 1)]
    public void Common_shapes_agree_with_the_definition(int height, int width, int kernel, int stride, int pad) =>
        Check(
            new PoolShape(
                7, height, width, ((height + (2 * pad) - kernel) / stride) + 1, ((width + (2 * pad) - kernel) / stride) + 1,
                kernel, kernel, stride, stride, pad, pad, pad, pad),
            new Data(22));

    [Theory]
    [InlineData(3000, 900, 1, 3, 1)]
    [InlineData(3000, 1500, 750, 0, 1)]
    [InlineData(3000, 1000, 3, 700, 2)]
    [InlineData(600, 30, 30, 0, 1)]
    [InlineData(9000, 4, 4, 1, 1)]
    public void Long_rows_and_windows_agree_with_the_definition(int width, int kernel, int stride, int pad, int dilation)
    {
        int windows = ((width + (2 * pad) - ((kernel - 1) * dilation) - 1) / stride) + 1;
        Check(new PoolShape(2, 1, 2, width, 1, 2, windows, 1, 1, kernel, 1, 1, stride, 1, 1, dilation, 0, 0, pad, 0, 0, pad), new Data(25));
    }

    [Theory]
    [InlineData(6, 6, 3, 1, 1)]
    [InlineData(9, 20, 3, 2, 1)]
    [InlineData(8, 40, 2, 2, 0)]
    [InlineData(2, 900, 5, 1, 2)]
    public void A_nan_reaches_the_windows_that_hold_it_and_no_other(int height, int width, int kernel, int stride, int pad)
    {
        PoolShape shape = new(2, height, width, ((height + (2 * pad) - kernel) / stride) + 1, ((width + (2 * pad) - kernel) / stride) + 1, kernel, kernel, stride, stride, pad, pad, pad, pad);
        float[] x = new Data(24).Floats(shape.Channels * shape.InLength);
        float[] y = new float[shape.Channels * shape.OutLength];
        foreach (int place in new[] { 0, width - 1, width, (height * width) - 1, height * width, x.Length - 1 })
        {
            float[] holed = (float[])x.Clone();
            holed[place] = float.NaN;
            MaxPool.Run(holed, y, shape);
            Expect.Close(Reference(holed, shape, static (sum, max, inside, padded) => double.IsNaN(sum) ? double.NaN : max), y, 0, $"{place}");
            AveragePool.Run(holed, y, shape, false);
            Expect.Close(Reference(holed, shape, static (sum, max, inside, padded) => sum / inside), y, 1e-6, $"{place}");
        }
    }

    [Fact]
    public void A_nan_reaches_every_window_that_holds_it()
    {
        float[] x = [1, float.NaN, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        float[] y = new float[11];
        MaxPool.Run(x, y, new PoolShape(1, 1, 12, 1, 11, 1, 2, 1, 1, 0, 0, 0, 0));
        Assert.Equal([float.NaN, float.NaN, 4f, 5f, 6f, 7f, 8f, 9f, 10f, 11f, 12f], y);
    }

    [Fact]
    public void Global_poolings_of_channels_side_by_side_agree_with_the_definition()
    {
        Data data = new(23);
        foreach ((int channels, int pixels) in new[] { (1, 1), (5, 7), (16, 64), (33, 9), (64, 49), (200, 25) })
        {
            float[] x = data.Floats(2 * channels * pixels);
            float[] largest = new float[2 * channels];
            float[] average = new float[2 * channels];
            ChannelsLastPool.GlobalMax(x, largest, 2, channels, pixels);
            ChannelsLastPool.GlobalAverage(x, average, 2, channels, pixels);
            for (int i = 0; i < largest.Length; i++)
            {
                (float max, double sum) = (float.NegativeInfinity, 0);
                for (int p = 0; p < pixels; p++)
                {
                    float value = x[(((i / channels * pixels) + p) * channels) + (i % channels)];
                    max = Math.Max(max, value);
                    sum += value;
                }

                Assert.Equal(max, largest[i]);
                Assert.Equal(sum / pixels, average[i], 1e-6);
            }
        }

        float[] y = new float[3];
        ChannelsLastPool.GlobalMax([1, float.NaN, 3, 4, 5, 6], y, 1, 3, 2);
        Assert.Equal([4f, float.NaN, 6f], y);
    }

    [Fact]
    public void No_call_allocates()
    {
        PoolShape shape = new(2, 8, 8, 4, 4, 2, 2, 2, 2, 0, 0, 0, 0);
        float[] x = new float[128];
        float[] y = new float[32];
        Expect.NoAllocation(() => MaxPool.Run(x, y, shape));
        Expect.NoAllocation(() => AveragePool.Run(x, y, shape, true));
        Expect.NoAllocation(() => ChannelsLastPool.Max(x, y, 1, shape));
        Expect.NoAllocation(() => ChannelsLastPool.Average(x, y, 1, shape, true));
    }

    private static PoolAxis Axis(Data data, int limit)
    {
        int size = data.Next(1, limit);
        int kernel = data.Next(1, 4);
        int stride = data.Next(1, 3);
        int dilation = data.Next(1, 2);
        int before = data.Next(0, kernel - 1);
        int after = data.Next(0, kernel - 1);
        int room = size + before + after - (((kernel - 1) * dilation) + 1);
        bool ceil = data.Next(0, 1) == 1;
        int windows = room < 0 ? 0 : ((room + (ceil ? stride - 1 : 0)) / stride) + 1;

        // ONNX drops a window that would begin behind the input.
        if (ceil && (windows - 1) * stride >= size + before)
        {
            windows--;
        }

        return new PoolAxis(size, windows, kernel, stride, dilation, before, after);
    }

    private static void Check(PoolShape shape, Data data)
    {
        float[] x = data.Floats(shape.Channels * shape.InLength);
        string context = $"{shape.Channels} x {Text(shape.Depth)} x {Text(shape.Height)} x {Text(shape.Width)}";
        float[] y = Data.Dirty(shape.Channels * shape.OutLength);
        using Guarded guarded = new();
        MaxPool.Run(guarded.Of(x), guarded.Of(y), shape);
        guarded.Return();
        Expect.Close(Reference(x, shape, static (sum, max, inside, padded) => max), y, 0, "max " + context);
        AveragePool.Run(guarded.Of(x), guarded.Of(y), shape, false);
        guarded.Return();
        Expect.Close(Reference(x, shape, static (sum, max, inside, padded) => sum / inside), y, 1e-6, "average " + context);
        AveragePool.Run(guarded.Of(x), guarded.Of(y), shape, true);
        guarded.Return();
        Expect.Close(Reference(x, shape, static (sum, max, inside, padded) => sum / padded), y, 1e-6, "padded average " + context);
        CheckChannelsLast(x, shape, batch: 1, context);
        if (shape.Channels % 2 == 0)
        {
            CheckChannelsLast(x, shape, batch: 2, context);
        }
    }

    private static void CheckChannelsLast(float[] x, PoolShape all, int batch, string context)
    {
        int channels = all.Channels / batch;
        PoolAxis d = all.Depth, h = all.Height, w = all.Width;
        PoolShape shape = new(
            channels, d.In, h.In, w.In, d.Out, h.Out, w.Out, d.Kernel, h.Kernel, w.Kernel, d.Stride, h.Stride, w.Stride,
            d.Dilation, h.Dilation, w.Dilation, d.Before, h.Before, w.Before, d.After, h.After, w.After);
        float[] last = ChannelsLast.Of(x, batch, channels, all.InLength);
        float[] y = Data.Dirty(all.Channels * all.OutLength);
        using Guarded guarded = new();
        ChannelsLastPool.Max(guarded.Of(last), guarded.Of(y), batch, shape);
        guarded.Return();
        Expect.Close(Reference(x, all, static (sum, max, inside, padded) => max), ChannelsLast.Back(y, batch, channels, all.OutLength), 0, "max, channels last, " + context);
        ChannelsLastPool.Average(guarded.Of(last), guarded.Of(y), batch, shape, false);
        guarded.Return();
        Expect.Close(Reference(x, all, static (sum, max, inside, padded) => sum / inside), ChannelsLast.Back(y, batch, channels, all.OutLength), 1e-6, "average, channels last, " + context);
        ChannelsLastPool.Average(guarded.Of(last), guarded.Of(y), batch, shape, true);
        guarded.Return();
        Expect.Close(Reference(x, all, static (sum, max, inside, padded) => sum / padded), ChannelsLast.Back(y, batch, channels, all.OutLength), 1e-6, "padded average, channels last, " + context);
    }

    private static string Text(PoolAxis a) => $"({a.In}->{a.Out} k{a.Kernel} s{a.Stride} d{a.Dilation} p{a.Before},{a.After})";

    private static double[] Reference(float[] x, PoolShape shape, Func<double, double, int, int, double> result)
    {
        double[] y = new double[shape.Channels * shape.OutLength];
        int at = 0;
        for (int c = 0; c < shape.Channels; c++)
        {
            for (int d = 0; d < shape.Depth.Out; d++)
            {
                for (int h = 0; h < shape.Height.Out; h++)
                {
                    for (int w = 0; w < shape.Width.Out; w++)
                    {
                        y[at++] = Window(x, shape, c, d, h, w, result);
                    }
                }
            }
        }

        return y;
    }

    private static double Window(float[] x, PoolShape shape, int c, int d, int h, int w, Func<double, double, int, int, double> result)
    {
        (double sum, double max, int inside, int padded) = (0, double.NegativeInfinity, 0, 0);
        for (int tap = 0; tap < shape.Depth.Kernel * shape.Height.Kernel * shape.Width.Kernel; tap++)
        {
            int z = Place(shape.Depth, d, tap / (shape.Height.Kernel * shape.Width.Kernel));
            int y = Place(shape.Height, h, tap / shape.Width.Kernel % shape.Height.Kernel);
            int column = Place(shape.Width, w, tap % shape.Width.Kernel);
            padded += Within(shape.Depth, z, true) && Within(shape.Height, y, true) && Within(shape.Width, column, true) ? 1 : 0;
            if (Within(shape.Depth, z, false) && Within(shape.Height, y, false) && Within(shape.Width, column, false))
            {
                float value = x[(((((c * shape.Depth.In) + z) * shape.Height.In) + y) * shape.Width.In) + column];
                sum += value;
                max = Math.Max(max, value);
                inside++;
            }
        }

        return result(sum, max, inside, padded);
    }

    private static int Place(PoolAxis axis, int window, int tap) => (window * axis.Stride) - axis.Before + (tap * axis.Dilation);

    private static bool Within(PoolAxis axis, int place, bool padding) =>
        place >= (padding ? -axis.Before : 0) && place < axis.In + (padding ? axis.After : 0);
}
