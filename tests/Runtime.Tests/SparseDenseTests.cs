using System;
using RedGen.Compiler.Kernels.Packing;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Dense layers that leave out inputs of zero, against plain loops.</summary>
public class SparseDenseTests
{
    [Fact]
    public void Random_sizes_and_shares_of_zeros_agree_with_the_definition()
    {
        Data data = new(71);
        for (int i = 0; i < 300; i++)
        {
            int inputs = i % 10 == 0 ? data.Next(1000, 2300) : data.Next(1, 200);
            int outputs = data.Next(1, i % 10 == 0 ? 90 : 270);
            float[] x = Zeroed(data, inputs, data.Next(0, 100));
            float[] w = data.Floats(inputs * outputs);
            float[] bias = data.Next(0, 1) == 0 ? [] : data.Floats(outputs);
            double[] expected = Outcome(x, w, bias, inputs, outputs);
            float[] y = Data.Dirty(outputs);
            using Guarded guarded = new();
            Dense.RunSparse(guarded.Of(x), guarded.Of(DensePacking.Pack(w, inputs, outputs)), guarded.Of(bias), guarded.Of(y), inputs, outputs, default(Relu));
            guarded.Return();
            Expect.Close(expected, y, 1e-4, $"{inputs} → {outputs}");
        }
    }

    [Fact]
    public void Pairs_of_random_sizes_and_shares_of_zeros_agree_with_the_definition()
    {
        Data data = new(72);
        for (int i = 0; i < 300; i++)
        {
            int inputs = i % 20 == 0 ? data.Next(2040, 4500) : data.Next(1, 150);
            HashedCase c = new(data, 9, 48, inputs, data.Next(1, 200));
            Zeros(data, c.X, data.Next(40, 100));
            float[] levels = HashedWeights.Levels(-4, 4);
            float[] y = Data.Dirty(c.Outputs);
            using Guarded guarded = new();
            HashedDense.RunSparsePairs(
                guarded.Of(c.X), guarded.Of(HashedWeights.ToPairs(c.Rows, levels, c.First, c.Outputs, inputs)), guarded.Of(c.Scales), guarded.Of(c.Bias),
                guarded.Of(y), inputs, c.Outputs, default(Relu));
            guarded.Return();
            Expect.Close(c.Outcome(code => levels[code - c.First]), y, 1e-4, c.Text);
        }
    }

    [Fact]
    public void Every_tail_of_inputs_and_outputs_is_computed()
    {
        Data data = new(73);
        for (int inputs = 1; inputs <= 13; inputs++)
        {
            for (int outputs = 1; outputs <= 140; outputs++)
            {
                float[] x = Zeroed(data, inputs, 70);
                float[] w = data.Floats(inputs * outputs);
                float[] y = Data.Dirty(outputs + 1);
                Dense.RunSparse(x, DensePacking.Pack(w, inputs, outputs), default, y.AsSpan(0, outputs), inputs, outputs, default(Identity));
                for (int m = 0; m < outputs; m++) Assert.Equal(Sum(x, w, inputs, m), y[m], 1e-4);
                Assert.True(float.IsNaN(y[outputs]));
            }
        }
    }

    [Fact]
    public void Nothing_but_zeros_gives_the_biases()
    {
        float[] w = new Data(74).Floats(200 * 70);
        float[] bias = new Data(75).Floats(70);
        float[] x = new float[200];
        x.AsSpan(50).Fill(-0f);
        float[] y = Data.Dirty(70);
        Dense.RunSparse(x, DensePacking.Pack(w, 200, 70), bias, y, 200, 70, default(Identity));
        Assert.Equal(bias, y);
    }

    [Fact]
    public void Nan_infinity_and_denormals_are_no_zeros()
    {
        float[] w = new float[200 * 70];
        Array.Fill(w, 2f);
        float[] packed = DensePacking.Pack(w, 200, 70);
        foreach ((float value, float expected) in new[] { (float.NaN, float.NaN), (float.PositiveInfinity, float.PositiveInfinity), (float.Epsilon, 2 * float.Epsilon) })
        {
            float[] x = new float[200];
            x[177] = value;
            float[] y = Data.Dirty(70);
            Dense.RunSparse(x, packed, default, y, 200, 70, default(Identity));
            Assert.All(y, v => Assert.Equal(expected, v));
        }
    }

    [Fact]
    public void Inputs_without_zeros_give_the_bits_of_the_dense_kernel()
    {
        Data data = new(76);
        float[] x = Zeroed(data, 300, 20);
        float[] packed = DensePacking.Pack(data.Floats(300 * 100), 300, 100);
        float[] expected = new float[100];
        float[] y = new float[100];
        Dense.Run(x, packed, default, expected, 300, 100, default(Relu));
        Dense.RunSparse(x, packed, default, y, 300, 100, default(Relu));
        Assert.Equal(expected, y);
    }

    [Fact]
    public void Any_activation_follows_the_sums()
    {
        Data data = new(77);
        float[] x = Zeroed(data, 100, 60);
        float[] w = data.Floats(100 * 70);
        float[] packed = DensePacking.Pack(w, 100, 70);
        float[] y = Data.Dirty(70);
        Dense.RunSparse(x, packed, default, y, 100, 70, default(Tanh));
        for (int m = 0; m < 70; m++) Assert.Equal(Math.Tanh(Sum(x, w, 100, m)), y[m], 1e-5);
    }

    [Fact]
    public void Calls_check_their_sizes_and_do_not_allocate()
    {
        Data data = new(78);
        float[] x = Zeroed(data, 2000, 70);
        float[] packed = DensePacking.Pack(data.Floats(2000 * 70), 2000, 70);
        float[] y = new float[70];
        Expect.NoAllocation(() => Dense.RunSparse(x, packed, default, y, 2000, 70, default(Relu)));
        Assert.Throws<ArgumentException>(() => Dense.RunSparse(x, packed.AsSpan(1), default, y, 2000, 70, default(Relu)));
        Assert.Throws<ArgumentException>(() => Dense.RunSparse(x, packed, default, y.AsSpan(1), 2000, 70, default(Relu)));
        Assert.Throws<ArgumentException>(() => Dense.RunSparse(x.AsSpan(1), packed, default, y, 2000, 70, default(Relu)));
        Assert.Throws<ArgumentException>(() => Dense.RunSparse(x, packed, new float[69], y, 2000, 70, default(Relu)));
        Assert.Throws<ArgumentException>(() => HashedDense.RunSparsePairs(x, packed, new float[69], default, y, 2000, 70, default(Relu)));
    }

    private static float[] Zeroed(Data data, int count, int percent)
    {
        float[] x = data.Floats(count);
        Zeros(data, x, percent);
        return x;
    }

    private static void Zeros(Data data, float[] x, int percent)
    {
        for (int k = 0; k < x.Length; k++)
        {
            if (data.Next(0, 99) < percent) x[k] = data.Next(0, 1) == 0 ? 0f : -0f;
        }
    }

    private static double Sum(float[] x, float[] w, int inputs, int m)
    {
        double sum = 0;
        for (int k = 0; k < inputs; k++) sum += (double)w[(m * inputs) + k] * x[k];
        return sum;
    }

    private static double[] Outcome(float[] x, float[] w, float[] bias, int inputs, int outputs)
    {
        double[] y = new double[outputs];
        for (int m = 0; m < outputs; m++) y[m] = Math.Max(0, Sum(x, w, inputs, m) + (bias.Length > 0 ? bias[m] : 0));
        return y;
    }
}
