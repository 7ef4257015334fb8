using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

public class RowNormTests
{
    [Fact]
    public void Rows_agree_with_the_definition_in_place_or_not()
    {
        for (int length = 1; length < 140; length++)
        {
            var data = new Data(length);
            int rows = data.Next(1, 4);
            float[] x = [.. data.Floats(rows * length, 3f).Select(v => v + 5f)];
            float[] scale = length % 3 == 0 ? [] : data.Floats(length);
            float[] shift = length % 4 == 0 ? [] : data.Floats(length);
            foreach (bool centers in (bool[])[true, false])
            {
                double[] expected = [.. Enumerable.Range(0, rows).SelectMany(r => Row(x.AsSpan(r * length, length).ToArray(), scale, shift, centers))];
                float[] y = Data.Dirty(x.Length);
                using Guarded guarded = new();
                RowNorm.Run(guarded.Of(x), guarded.Of(y), rows, length, guarded.Of(scale), guarded.Of(shift), 1e-3f, centers);
                guarded.Return();
                Expect.Close(expected, y, 2e-5, $"length {length}");
                float[] inPlace = [.. x];
                RowNorm.Run(guarded.Of(inPlace), guarded.Of(inPlace), rows, length, guarded.Of(scale), guarded.Of(shift), 1e-3f, centers);
                guarded.Return();
                Expect.SameBits(y, inPlace);
            }
        }
    }

    [Fact]
    public void A_NaN_spreads_over_its_row_only()
    {
        float[] x = [.. new Data(1).Floats(60)];
        x[25] = float.NaN;
        var y = new float[60];
        RowNorm.Run(x, y, 3, 20, default, default, 1e-5f, centers: true);
        Assert.All(y.Skip(20).Take(20), v => Assert.True(float.IsNaN(v)));
        Assert.All(y.Take(20).Concat(y.Skip(40)), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void Nothing_is_allocated_and_short_spans_are_refused()
    {
        float[] x = new Data(2).Floats(64);
        var y = new float[64];
        Expect.NoAllocation(() => RowNorm.Run(x, y, 2, 32, default, default, 1e-5f, centers: true));
        Assert.Throws<ArgumentException>(() => RowNorm.Run(x, y, 3, 32, default, default, 1e-5f, centers: true));
        Assert.Throws<ArgumentException>(() => RowNorm.Run(x, y, 2, 32, new float[31], default, 1e-5f, centers: true));
    }

    private static double[] Row(float[] x, float[] scale, float[] shift, bool centers)
    {
        double mean = centers ? x.Average() : 0;
        double factor = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-3f);
        return [.. x.Select((v, i) => ((v - mean) * factor * (scale.Length == 0 ? 1 : scale[i])) + (shift.Length == 0 ? 0 : shift[i]))];
    }

    [Fact]
    public void Rows_are_divided_by_their_norms()
    {
        Data data = new(77);
        foreach (int length in new[] { 1, 5, 16, 17, 40, 300 })
        {
            float[] x = data.Floats(3 * length);
            Array.Clear(x, length, length);
            float[] y = Data.Dirty(x.Length);
            foreach (int order in new[] { 1, 2 })
            {
                double[] expected = new double[x.Length];
                for (int i = 0; i < x.Length; i++)
                {
                    double norm = 0;
                    for (int k = i / length * length; k < ((i / length) + 1) * length; k++) norm += order == 1 ? Math.Abs(x[k]) : (double)x[k] * x[k];
                    expected[i] = norm == 0 ? 0 : x[i] / (order == 1 ? norm : Math.Sqrt(norm));
                }

                using Guarded guarded = new();
                LpNorm.Run(guarded.Of(x), guarded.Of(y), 3, length, order);
                guarded.Return();
                Expect.Close(expected, y, 1e-6, $"order {order}, {length}");
                float[] same = (float[])x.Clone();
                LpNorm.Run(same, same, 3, length, order);
                Assert.Equal(y, same);
            }
        }

        float[] a = new float[40];
        Expect.NoAllocation(() => LpNorm.Run(a, a, 2, 20, 2));
    }
}
