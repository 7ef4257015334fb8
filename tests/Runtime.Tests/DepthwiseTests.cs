using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Depthwise convolution against a naive loop in double, and the workspace formulas of both sides.</summary>
public class DepthwiseTests
{
    [Fact]
    public void Random_shapes_agree_with_the_definition()
    {
        Data data = new(41);
        for (int i = 0; i < 400; i++)
        {
            int channels = data.Next(1, 4);
            bool three = data.Next(0, 1) == 0;
            Check(
                new ConvCase
                {
                    Batch = data.Next(1, 2),
                    Groups = channels,
                    InChannels = channels,
                    OutChannels = channels * data.Next(1, 2),
                    In = [1, data.Next(1, 20), data.Next(1, 40)],
                    Kernel = [1, three ? 3 : data.Next(1, 5), three ? 3 : data.Next(1, 5)],
                    Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                    Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                    PadBefore = [0, data.Next(0, 3), data.Next(0, 3)],
                    PadAfter = [0, data.Next(0, 3), data.Next(0, 3)],
                },
                data);
        }
    }

    [Theory]
    [InlineData(112, 112, 3, 1, 1)]
    [InlineData(113, 111, 3, 2, 1)]
    [InlineData(60, 300, 5, 1, 2)]
    [InlineData(3, 3000, 3, 1, 1)]
    public void Planes_larger_than_a_band_agree_with_the_definition(int height, int width, int kernel, int stride, int pad) =>
        Check(ConvCase.Square(2, 2, height, width, kernel, stride, pad) with { Groups = 2 }, new Data(42));

    [Fact]
    public void The_planner_knows_the_workspace_of_every_shape()
    {
        Data data = new(43);
        for (int i = 0; i < 3000; i++)
        {
            int groups = data.Next(1, 3);
            int large = data.Next(1, 5) == 1 ? 300 : 40;
            ConvCase shape = new()
            {
                Groups = groups,
                InChannels = groups * data.Next(1, 40),
                OutChannels = groups * data.Next(1, 3),
                In = [data.Next(1, 3), data.Next(1, large), data.Next(1, large)],
                Kernel = [data.Next(1, 2), data.Next(1, 3), data.Next(1, 3)],
                Stride = [data.Next(1, 2), data.Next(1, 3), data.Next(1, 3)],
                Dilation = [1, data.Next(1, 2), data.Next(1, 2)],
                PadBefore = [data.Next(0, 1), data.Next(0, 2), data.Next(0, 2)],
                PadAfter = [data.Next(0, 1), data.Next(0, 2), data.Next(0, 2)],
            };
            if (shape.IsPossible)
            {
                ConvWorkspace plan = new(
                    groups, shape.InChannels, shape.In, [shape.Out(0), shape.Out(1), shape.Out(2)],
                    shape.Kernel, shape.Stride, shape.Dilation, shape.PadBefore);
                Assert.Equal(Convolution.WorkspaceLength(shape.ToShape()), plan.Length);
                Assert.Equal(DepthwiseConvolution.WorkspaceLength(shape.ToShape()), plan.DepthwiseLength);
                ChannelsLastWorkspace last = new(
                    shape.InChannels, shape.In, [shape.Out(0), shape.Out(1), shape.Out(2)], shape.Kernel, shape.Stride, shape.Dilation, shape.PadBefore);
                Assert.Equal(ChannelsLastConvolution.WorkspaceLength(shape.ToShape()), last.Length);
                if (shape.In[0] * shape.Out(0) * shape.Kernel[0] == 1)
                {
                    Assert.Equal(ChannelsLastConvolution.PlainInputWorkspaceLength(shape.ToShape()), last.PlainInputLength);
                }
            }
        }
    }

    [Fact]
    public void No_call_allocates()
    {
        ConvCase shape = ConvCase.Square(2, 2, 12, 12, 3, 1, 1) with { Groups = 2 };
        ConvShape sizes = shape.ToShape();
        float[] input = new float[shape.InputLength];
        float[] weights = new float[shape.WeightLength];
        float[] output = new float[shape.OutputLength];
        float[] workspace = new float[DepthwiseConvolution.WorkspaceLength(sizes)];
        Expect.NoAllocation(() => DepthwiseConvolution.Run(input, weights, default, output, workspace, sizes, default(Relu)));
    }

    [Fact]
    public void What_is_not_depthwise_is_refused()
    {
        ConvShape shape = ConvCase.Square(2, 2, 4, 4, 3, 1, 1).ToShape();
        Assert.Throws<ArgumentException>(() => DepthwiseConvolution.Run(
            new float[32], new float[36], default, new float[32], new float[1000], shape, default(Relu)));
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
        double[] expected = shape.Reference(input, weights, bias, [], x => Math.Min(Math.Max(x, 0), 6));
        float[] output = Data.Dirty(shape.OutputLength);
        float[] workspace = Data.Dirty(DepthwiseConvolution.WorkspaceLength(sizes));
        using Guarded guarded = new();
        DepthwiseConvolution.Run(guarded.Of(input), guarded.Of(weights), guarded.Of(bias), guarded.Of(output), guarded.Of(workspace), sizes, new Clip(0, 6));
        guarded.Return();
        Expect.Close(expected, output, 1e-5, shape.ToString());
    }
}
