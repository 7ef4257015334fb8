using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Dense layers over unpacked rows, which share the reading of inputs among up to four.</summary>
public class DenseRowsTests
{
    [Fact]
    public void Every_number_of_rows_and_of_inputs_is_computed()
    {
        Data data = new(51);
        using Guarded guarded = new();
        for (int inputs = 1; inputs <= 70; inputs++)
        {
            for (int outputs = 1; outputs <= 9; outputs++)
            {
                float[] x = data.Floats(inputs);
                float[] w = data.Floats(inputs * outputs);
                float[] bias = outputs % 2 == 0 ? data.Floats(outputs) : [];
                double[] expected = Sums(x, w, bias, outputs);
                string text = $"{inputs} to {outputs}";

                float[] y = Data.Dirty(outputs);
                Dense.RunRows(guarded.Of(x), guarded.Of(w), guarded.Of(bias), guarded.Of(y), inputs, outputs, default(Identity));
                guarded.Return();
                Expect.Close(expected, y, 1e-5, text);

                y = Data.Dirty(outputs);
                Dense.RunRows(x, w, bias, y, inputs, outputs, default(Relu));
                Expect.Close(Array.ConvertAll(expected, static s => Math.Max(s, 0)), y, 1e-5, text + ", Relu");

                y = Data.Dirty(outputs);
                Dense.RunRows(x, w, bias, y, inputs, outputs, default(Sigmoid));
                Expect.Close(Array.ConvertAll(expected, static s => 1 / (1 + Math.Exp(-s))), y, 1e-5, text + ", Sigmoid");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_infinite_input_or_weight_counts_once(bool isInput)
    {
        Data data = new(52);
        for (int inputs = 1; inputs <= 50; inputs++)
        {
            for (int at = 0; at < inputs; at++)
            {
                float[] x = data.Floats(inputs);
                float[] w = data.Floats(inputs * 7);
                if (isInput) x[at] = float.PositiveInfinity;
                else w[(3 * inputs) + at] = float.PositiveInfinity;
                float[] y = Data.Dirty(7);
                Dense.RunRows(x, w, default, y, inputs, 7, default(Identity));
                Expect.Close(Sums(x, w, [], 7), y, 1e-5, $"{inputs} inputs, infinite at {at}");
            }
        }
    }

    [Fact]
    public void Sums_that_are_no_numbers_stay_so_behind_a_Relu()
    {
        for (int outputs = 1; outputs <= 7; outputs++)
        {
            float[] y = new float[outputs];
            float[] w = new float[20 * outputs];
            w.AsSpan().Fill(1);
            float[] x = new float[20];
            x[3] = float.NaN;
            Dense.RunRows(x, w, default, y, 20, outputs, default(Relu));
            Assert.All(y, static v => Assert.True(float.IsNaN(v)));
        }
    }

    private static double[] Sums(float[] x, float[] w, float[] bias, int outputs)
    {
        double[] sums = new double[outputs];
        for (int m = 0; m < outputs; m++)
        {
            sums[m] = bias.Length > 0 ? bias[m] : 0;
            for (int k = 0; k < x.Length; k++) sums[m] += (double)x[k] * w[(m * x.Length) + k];
        }

        return sums;
    }
}
