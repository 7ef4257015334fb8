using System;
using System.Linq;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Convolutions of 8-bit integers whose results are 8-bit integers too, against their definition: floats, doubles and the long way give the same integers.</summary>
public class QuantizedRoundingTests
{
    [Fact]
    public void Random_convolutions_round_as_defined()
    {
        Data data = new(91);
        for (int i = 0; i < 150; i++)
        {
            int kernel = data.Next(1, 3);
            Check(ConvCase.Square(data.Next(1, 40), 8 * data.Next(1, 9), data.Next(2, 15), data.Next(2, 15), kernel, data.Next(1, 2), data.Next(0, kernel - 1)), data);
        }
    }

    [Fact]
    public void Random_depthwise_convolutions_round_as_defined()
    {
        Data data = new(92);
        for (int i = 0; i < 200; i++)
        {
            int channels = 8 * data.Next(1, 12);
            Check(
                new ConvCase
                {
                    Batch = data.Next(1, 2),
                    Groups = channels,
                    InChannels = channels,
                    OutChannels = channels,
                    In = [1, data.Next(1, 20), data.Next(1, 20)],
                    Kernel = [1, i % 8 == 0 ? 5 : 3, 3],
                    Stride = [1, data.Next(1, 3), data.Next(1, 3)],
                    Dilation = [1, i % 9 == 0 ? 2 : 1, i % 10 == 0 ? 2 : 1],
                    PadBefore = [0, data.Next(0, 2), data.Next(0, 2)],
                    PadAfter = [0, data.Next(0, 2), data.Next(0, 2)],
                },
                data);
        }
    }

    [Fact]
    public void Bands_of_rows_round_as_defined()
    {
        Data data = new(93);
        Check(ConvCase.Square(96, 32, 60, 33, 3, 1, 1) with { Groups = 1 }, data);
        Check(ConvCase.Square(96, 96, 90, 45, 3, 1, 1) with { Groups = 96 }, data);
        Check(ConvCase.Square(96, 96, 90, 46, 3, 2, 1) with { Groups = 96 }, data);
        Check(ConvCase.Square(33, 48, 41, 40, 1, 1, 0), data);
    }

    private static void Check(ConvCase shape, Data data)
    {
        if (!shape.IsPossible) return;
        byte[] input = [.. Enumerable.Range(0, shape.InputLength).Select(_ => (byte)data.Next(0, 255))];
        sbyte[] weights = [.. Enumerable.Range(0, shape.WeightLength).Select(_ => (sbyte)data.Next(-128, 127))];
        int zero = data.Next(0, 255);
        Check(shape, input, input, zero, weights, data);
        Check(shape, [.. input.Select(x => unchecked((sbyte)(x - 128)))], input, zero, weights, data, 128);
    }

    /// <summary>Compares both forms of rounding; <paramref name="shift"/> is what values are less than <paramref name="values"/>.</summary>
    private static void Check<T>(ConvCase shape, T[] input, byte[] values, int zero, sbyte[] weights, Data data, int shift = 0)
        where T : unmanaged
    {
        ConvShape sizes = shape.ToShape();
        QuantizedWorkspace plan = new(
            shape.Groups, shape.InChannels, shape.OutChannels, [shape.Out(0), shape.Out(1), shape.Out(2)], shape.Kernel, shape.Stride, shape.Dilation);
        sbyte[] packed = QuantizedPacking.Pack(weights, 0, shape.Groups, shape.OutChannels, shape.InChannels / shape.Groups, plan);
        int taps = shape.WeightLength / shape.OutChannels;

        // Sums spread over some more than the range; every third channel of powers of two, so that many are ties.
        float scale = 0.25f, inputScale = 0.03125f, spread = 40f * scale / (inputScale * 74 * 74 * MathF.Sqrt(taps));
        float[] scales = [.. Enumerable.Range(0, shape.OutChannels).Select(c => c % 3 == 0 ? MathF.ScaleB(1f, (int)MathF.Log2(spread)) : spread * (0.8f + (data.Next(0, 999) / 2500f)))];
        float[] bias = [.. Enumerable.Range(0, shape.OutChannels).Select(_ => data.Next(-40, 40) * scale / 2)];
        int lowest = data.Next(0, 1) * 100, zeroPoint = data.Next(0, 255);
        float margin = data.Next(0, 1) == 0 ? 0.01f : 0.3f;
        float[] real = [.. values.Select(x => (x - zero) * inputScale)];
        float[] realWeights = [.. weights.Select((w, i) => w * scales[i / taps])];
        double[] expected = shape.Reference(real, realWeights, bias, [], x => Saturate.Round((float)x / scale, zeroPoint, lowest, 255));
        Assert.Equal(expected, Run(QuantizedResult.Dequantized(inputScale, scales, bias, scale, zeroPoint, lowest, 255, margin)));

        int[] integers = [.. bias.Select(b => (int)(b * 100))];
        float[] factors = [.. scales.Select(s => s * inputScale / scale)];
        double[] sums = shape.Reference([.. values.Select(x => (float)(x - zero))], [.. weights.Select(w => (float)w)], [.. integers.Select(b => (float)b)], [], x => x);
        int channelLength = shape.Out(0) * shape.Out(1) * shape.Out(2);
        Assert.Equal(
            sums.Select((s, i) => (double)Saturate.Round((long)s * factors[i / channelLength % shape.OutChannels], zeroPoint, lowest, 255)),
            Run(QuantizedResult.Scaled(factors, integers, zeroPoint, lowest, 255)));

        double[] Run(in QuantizedResult result)
        {
            byte[] output = new byte[shape.OutputLength];
            int[] workspace = [.. Enumerable.Repeat(-1_515_870_811, QuantizedPlanes.WorkspaceLength(sizes, sizeof(byte)))];
            using Guarded guarded = new();
            QuantizedPlanes.Run<T, byte>(guarded.Of(input), zero - shift, guarded.Of(packed), 0, guarded.Of(output), guarded.Of(workspace), sizes, result);
            guarded.Return();
            return [.. output.Select(y => (double)y)];
        }
    }
}
