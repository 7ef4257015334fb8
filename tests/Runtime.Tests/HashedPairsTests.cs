using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Dense layers over two weights a float, against plain loops.</summary>
public class HashedPairsTests
{
    [Fact]
    public void Levels_agree_with_the_definition()
    {
        Data data = new(41);
        for (int i = 0; i < 400; i++)
        {
            HashedCase c = HashedCase.Random(data, data.Next(1, 127));
            float[] levels = Levels(c);
            for (int k = 0; k < c.X.Length; k++) c.X[k] /= 64;
            double[] expected = c.Outcome(code => levels[code - c.First]);
            float[] pairs = HashedWeights.ToPairs(c.Rows, levels, c.First, c.Outputs, c.Inputs);

            float[] y = Data.Dirty(c.Outputs);
            using Guarded guarded = new();
            HashedDense.RunPairs(guarded.Of(c.X), guarded.Of(pairs), guarded.Of(c.Scales), guarded.Of(c.Bias), guarded.Of(y), c.Inputs, c.Outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, c.Text);

            y = Data.Dirty(c.Outputs);
            HashedDense.RunPairs(guarded.Of(c.X), guarded.Of(pairs), guarded.Of(Long(c.Scales)), guarded.Of(Long(c.Bias)), guarded.Of(y), c.Inputs, c.Outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-5, c.Text + ", padded");
        }
    }

    [Fact]
    public void Every_tail_of_inputs_and_outputs_is_computed()
    {
        Data data = new(42);
        for (int inputs = 1; inputs <= 17; inputs++)
        {
            for (int outputs = 1; outputs <= 140; outputs++)
            {
                HashedCase c = new(data, 9, 48, inputs, outputs);
                float[] levels = Levels(c);
                float[] y = Data.Dirty(outputs + 1);
                HashedDense.RunPairs(
                    c.X, HashedWeights.ToPairs(c.Rows, levels, c.First, outputs, inputs), c.Scales, c.Bias, y.AsSpan(0, outputs), inputs, outputs, default(Relu));
                Expect.Close(c.Outcome(code => levels[code - c.First]), y.AsSpan(0, outputs), 2e-5, c.Text);
                Assert.True(float.IsNaN(y[outputs]), c.Text);
            }
        }
    }

    [Fact]
    public void Sums_of_two_codes_are_paired_as_values_of_one_code_are()
    {
        Data data = new(44);
        for (int i = 0; i < 100; i++)
        {
            HashedCase c = HashedCase.Random(data, data.Next(1, 127));
            float[] levels = Levels(c);
            float[] blocks = HashedWeights.ToBlocks(c.Rows, levels, default, c.First, c.Outputs, c.Inputs);
            float[] expected = HashedWeights.ToPairs(c.Rows, levels, c.First, c.Outputs, c.Inputs);
            Assert.Equal(Bits(expected), Bits(HashedDigits.ToPairs(blocks, c.Outputs, c.Inputs)));
        }

        Assert.Throws<ArgumentException>(() => HashedDigits.ToPairs(new float[31], 2, 2));
        float[] fine = new float[32];
        fine[17] = 257;
        Assert.Throws<ArgumentException>(() => HashedDigits.ToPairs(fine, 2, 2));
    }

    [Fact]
    public void Any_activation_follows_the_sums()
    {
        Data data = new(43);
        HashedCase c = new(data, 5, 48, 20, 70);
        float[] pairs = HashedWeights.ToPairs(c.Rows, Levels(c), c.First, 70, 20);
        float[] sums = new float[70];
        HashedDense.RunPairs(c.X, pairs, c.Scales, c.Bias, sums, 20, 70, default(Identity));
        float[] y = Data.Dirty(70);
        HashedDense.RunPairs(c.X, pairs, c.Scales, c.Bias, y, 20, 70, default(Tanh));
        Expect.Close(Array.ConvertAll(sums, v => Math.Tanh(v)), y, 1e-6, "tanh");
    }

    [Fact]
    public void Nan_and_infinity_reach_every_output()
    {
        float[] pairs = HashedWeights.ToPairs([49, 50, 48, 50, 49, 50], [-1f, 1f, 2f], 48, 3, 2);
        float[] y = new float[3];
        HashedDense.RunPairs([float.PositiveInfinity, 1f], pairs, default, default, y, 2, 3, default(Relu));
        Assert.Equal([float.PositiveInfinity, 0f, float.PositiveInfinity], y);
        HashedDense.RunPairs([1f, float.NaN], pairs, default, default, y, 2, 3, default(Relu));
        Assert.All(y, v => Assert.True(float.IsNaN(v)));
    }

    [Fact]
    public void Calls_check_their_sizes_and_do_not_allocate()
    {
        Data data = new(44);
        HashedCase c = new(data, 9, 48, 33, 50);
        float[] levels = Levels(c);
        float[] pairs = HashedWeights.ToPairs(c.Rows, levels, c.First, 50, 33);
        float[] y = new float[50];
        Expect.NoAllocation(() => HashedDense.RunPairs(c.X, pairs, c.Scales, c.Bias, y, 33, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunPairs(c.X, pairs.AsSpan(1), c.Scales, c.Bias, y, 33, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunPairs(c.X, pairs, c.Scales, c.Bias, y.AsSpan(1), 33, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunPairs(c.X, pairs, new float[49], c.Bias, y, 33, 50, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToPairs(c.Rows, [0.1f, .. levels.AsSpan(1)], c.First, 50, 33));
        Assert.Throws<ArgumentException>(() => HashedWeights.ToPairs(c.Rows, levels, c.First, 50, 34));
    }

    private static float[] Levels(HashedCase c)
    {
        int least = -(c.Values.Length / 2);
        return HashedWeights.Levels(least, least + c.Values.Length - 1);
    }

    private static float[] Long(float[] values) => values.Length == 0 ? values : DensePacking.PadOutputs(values);

    private static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
}
