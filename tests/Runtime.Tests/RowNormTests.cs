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
}
