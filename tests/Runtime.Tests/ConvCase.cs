using System;

namespace RedGen.Runtime.Tests;

/// <summary>A convolution's attributes as ONNX has them, and its definition as a loop in double. Axes are depth, height, width.</summary>
internal sealed record ConvCase
{
    public int Batch { get; init; } = 1;

    public int Groups { get; init; } = 1;

    public required int InChannels { get; init; }

    public required int OutChannels { get; init; }

    public required int[] In { get; init; }

    public required int[] Kernel { get; init; }

    public int[] Stride { get; init; } = [1, 1, 1];

    public int[] Dilation { get; init; } = [1, 1, 1];

    public int[] PadBefore { get; init; } = [0, 0, 0];

    public int[] PadAfter { get; init; } = [0, 0, 0];

    public int InputLength => Batch * InChannels * In[0] * In[1] * In[2];

    public int WeightLength => OutChannels * (InChannels / Groups) * Kernel[0] * Kernel[1] * Kernel[2];

    public int OutputLength => Batch * OutChannels * Out(0) * Out(1) * Out(2);

    public bool IsPossible => Out(0) > 0 && Out(1) > 0 && Out(2) > 0;

    internal static ConvCase Square(int inChannels, int outChannels, int height, int width, int kernel, int stride, int pad) => new()
    {
        InChannels = inChannels,
        OutChannels = outChannels,
        In = [1, height, width],
        Kernel = [1, kernel, kernel],
        Stride = [1, stride, stride],
        PadBefore = [0, pad, pad],
        PadAfter = [0, pad, pad],
    };

    public int Out(int axis)
    {
        int room = In[axis] + PadBefore[axis] + PadAfter[axis] - (((Kernel[axis] - 1) * Dilation[axis]) + 1);
        return room < 0 ? 0 : (room / Stride[axis]) + 1;
    }

    public ConvShape ToShape() => new(
        Batch, Groups, InChannels, OutChannels, In[0], In[1], In[2], Out(0), Out(1), Out(2), Kernel[0], Kernel[1], Kernel[2],
        Stride[0], Stride[1], Stride[2], Dilation[0], Dilation[1], Dilation[2], PadBefore[0], PadBefore[1], PadBefore[2]);

    public double[] Reference(float[] input, float[] weights, float[] bias, float[] addend, Func<double, double> activation)
    {
        double[] output = new double[OutputLength];
        int perGroupOut = OutChannels / Groups;
        int at = 0;
        for (int n = 0; n < Batch; n++)
        {
            for (int m = 0; m < OutChannels; m++)
            {
                for (int d = 0; d < Out(0); d++)
                {
                    for (int h = 0; h < Out(1); h++)
                    {
                        for (int w = 0; w < Out(2); w++)
                        {
                            double sum = Sum(input, weights, n, m, m / perGroupOut, d, h, w);
                            sum += bias.Length > 0 ? bias[m] : 0;
                            sum += addend.Length > 0 ? addend[at] : 0;
                            output[at++] = activation(sum);
                        }
                    }
                }
            }
        }

        return output;
    }

    private double Sum(float[] input, float[] weights, int n, int m, int group, int d, int h, int w)
    {
        int channels = InChannels / Groups;
        double sum = 0;
        for (int c = 0; c < channels; c++)
        {
            for (int kd = 0; kd < Kernel[0]; kd++)
            {
                for (int kh = 0; kh < Kernel[1]; kh++)
                {
                    for (int kw = 0; kw < Kernel[2]; kw++)
                    {
                        int id = (d * Stride[0]) + (kd * Dilation[0]) - PadBefore[0];
                        int ih = (h * Stride[1]) + (kh * Dilation[1]) - PadBefore[1];
                        int iw = (w * Stride[2]) + (kw * Dilation[2]) - PadBefore[2];
                        if (id < 0 || id >= In[0] || ih < 0 || ih >= In[1] || iw < 0 || iw >= In[2])
                        {
                            continue;
                        }

                        int channel = (n * InChannels) + (group * channels) + c;
                        float x = input[(((((channel * In[0]) + id) * In[1]) + ih) * In[2]) + iw];
                        sum += (double)x * weights[(((((((m * channels) + c) * Kernel[0]) + kd) * Kernel[1]) + kh) * Kernel[2]) + kw];
                    }
                }
            }
        }

        return sum;
    }
}
