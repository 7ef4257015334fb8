using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Convolution against a naive loop in double.</summary>
public class ConvolutionTests
{
    [Fact]
    public void Random_2d_shapes_agree_with_the_definition()
    {
        Data data = new(1);
        for (int i = 0; i < 400; i++)
        {
            int groups = data.Next(1, 3);
            ConvCase shape = new()
            {
                Batch = data.Next(1, 2),
                Groups = groups,
                InChannels = groups * data.Next(1, 5),
                OutChannels = groups * data.Next(1, 9),
                In = [1, data.Next(1, 20), data.Next(1, 40)],
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
        Data data = new(2);
        for (int i = 0; i < 100; i++)
        {
            int groups = data.Next(1, 2);
            ConvCase shape = new()
            {
                Batch = 1,
                Groups = groups,
                InChannels = groups * data.Next(1, 3),
                OutChannels = groups * data.Next(1, 6),
                In = [data.Next(1, 6), data.Next(1, 9), data.Next(1, 30)],
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
    public void Pointwise_shapes_of_every_length_agree_with_the_definition()
    {
        Data data = new(3);
        for (int pixels = 1; pixels <= 70; pixels++)
        {
            Check(ConvCase.Square(data.Next(1, 40), data.Next(1, 12), 1, pixels, 1, 1, 0), data);
        }
    }

    [Theory]
    [InlineData(3, 8, 90, 300, 3, 1, 1)]
    [InlineData(3, 8, 130, 260, 3, 2, 0)]
    [InlineData(70, 5, 40, 40, 3, 1, 1)]
    public void Inputs_larger_than_a_band_agree_with_the_definition(int channels, int outChannels, int height, int width, int kernel, int stride, int pad)
    {
        ConvCase shape = ConvCase.Square(channels, outChannels, height, width, kernel, stride, pad);
        Assert.True(shape.ToShape().BandRows < shape.ToShape().OutHeight);
        Check(shape, new Data(4));
    }

    [Fact]
    public void Padding_wider_than_the_kernel_reads_as_zero()
    {
        Check(
            new ConvCase
            {
                InChannels = 2,
                OutChannels = 3,
                In = [1, 3, 4],
                Kernel = [1, 2, 2],
                Stride = [1, 3, 3],
                PadBefore = [0, 7, 9],
                PadAfter = [0, 8, 6],
            },
            new Data(5));
    }

    [Fact]
    public void The_addend_may_be_the_output()
    {
        Data data = new(6);
        foreach ((int pixels, int kernel) in new[] { (5, 3), (7, 3), (11, 3), (19, 1), (33, 1) })
        {
            ConvCase shape = ConvCase.Square(4, 6, pixels, pixels, kernel, 1, kernel / 2);
            float[] input = data.Floats(shape.InputLength);
            float[] weights = data.Floats(shape.WeightLength);
            float[] output = data.Floats(shape.OutputLength);
            double[] expected = shape.Reference(input, weights, [], output, x => Math.Max(x, 0));
            ConvShape sizes = shape.ToShape();
            float[] packed = ConvBlockPacking.Pack(weights, shape.Groups, shape.OutChannels, sizes.Taps);
            using Guarded guarded = new();
            Convolution.Run(guarded.Of(input), guarded.Of(packed), default, guarded.Of(output), guarded.Of(output), guarded.Of(Data.Dirty(Convolution.WorkspaceLength(sizes))), sizes, default(Relu));
            guarded.Return();
            Expect.Close(expected, output, 1e-5, shape.ToString());
        }
    }

    [Fact]
    public void A_nan_reaches_the_windows_that_hold_it_and_no_others()
    {
        foreach (int size in new[] { 5, 8, 13, 20 })
        {
            ConvCase shape = ConvCase.Square(1, 5, size, size, 3, 1, 1);
            ConvShape sizes = shape.ToShape();
            float[] input = new float[shape.InputLength];
            float[] weights = new float[shape.WeightLength];
            Array.Fill(weights, 1f);
            float[] output = Data.Dirty(shape.OutputLength);
            input[(2 * size) + 3] = float.NaN;
            Convolution.Run(
                input, ConvBlockPacking.Pack(weights, 1, 5, 9), default, default, output,
                Data.Dirty(Convolution.WorkspaceLength(sizes)), sizes, default(Relu));
            for (int i = 0; i < output.Length; i++)
            {
                bool near = Math.Abs((i / size % size) - 2) <= 1 && Math.Abs((i % size) - 3) <= 1;
                Assert.Equal(near ? float.NaN : 0f, output[i]);
            }
        }
    }

    [Fact]
    public void No_call_allocates()
    {
        Data data = new(7);
        ConvCase shape = ConvCase.Square(8, 8, 12, 12, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] input = data.Floats(shape.InputLength);
        float[] packed = ConvBlockPacking.Pack(data.Floats(shape.WeightLength), 1, 8, sizes.Taps);
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[Convolution.WorkspaceLength(sizes)];
        Expect.NoAllocation(() => Convolution.Run(input, packed, default, default, output, workspace, sizes, new Clip(0, 6)));
    }

    [Fact]
    public void Short_spans_are_refused()
    {
        ConvCase shape = ConvCase.Square(8, 8, 12, 12, 3, 1, 1);
        ConvShape sizes = shape.ToShape();
        float[] packed = new float[8 * sizes.Taps];
        float[] workspace = new float[Convolution.WorkspaceLength(sizes)];
        float[] tensor = new float[shape.InputLength];
        Assert.Throws<ArgumentException>(() => Convolution.Run(new float[5], packed, default, default, tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => Convolution.Run(tensor, packed, default, default, new float[5], workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => Convolution.Run(tensor, packed, new float[7], default, tensor, workspace, sizes, default(Relu)));
        Assert.Throws<ArgumentException>(() => Convolution.Run(tensor, packed, default, default, tensor, new float[workspace.Length - 1], sizes, default(Relu)));
    }

    private static void Check(ConvCase shape, Data data)
    {
        if (!shape.IsPossible)
        {
            return;
        }

        ConvShape sizes = shape.ToShape();
        float[] input = data.Floats(shape.InputLength);
        float[] weights = data.Floats(shape.WeightLength);
        float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutChannels);
        float[] addend = data.Next(0, 1) == 0 ? [] : data.Floats(shape.OutputLength);
        double[] expected = shape.Reference(input, weights, bias, addend, x => x < 0 ? 0.25 * x : x);
        float[] packed = ConvBlockPacking.Pack(weights, shape.Groups, shape.OutChannels, sizes.Taps);
        float[] output = Data.Dirty(shape.OutputLength);
        using Guarded guarded = new();
        Convolution.Run(guarded.Of(input), guarded.Of(packed), guarded.Of(bias), guarded.Of(addend), guarded.Of(output), guarded.Of(Data.Dirty(Convolution.WorkspaceLength(sizes))), sizes, new LeakyRelu(0.25f));
        guarded.Return();
        Expect.Close(expected, output, 2e-5, shape.ToString());
    }
}
