using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Rows of floats against their definitions in double, for all lengths around the vector's.</summary>
public class RowMathTests
{
    [Fact]
    public void Sums_and_products_agree_with_the_definition()
    {
        Data data = new(71);
        for (int length = 0; length < 70; length++)
        {
            float[] a = data.Floats(length, 3);
            float[] b = data.Floats(length, 3);
            string context = "length " + length;
            double center = 0.25;
            Expect.Close([a.Sum(v => (double)v)], [RowMath.Sum(a)], 1e-5, context);
            Expect.Close([a.Sum(v => (v - center) * (v - center))], [RowMath.SquaredDistances(a, (float)center)], 1e-5, context);
            Expect.Close([a.Zip(b, (p, q) => (double)p * q).Sum()], [RowMath.Dot(a, b)], 1e-5, context);
            float[] y = (float[])b.Clone();
            RowMath.AddScaled(a, 1.5f, y);
            Expect.Close([.. a.Zip(b, (p, q) => (1.5 * p) + q)], y, 1e-6, context);
        }
    }

    [Fact]
    public void Rows_are_normalised_and_rotated()
    {
        Data data = new(72);
        for (int length = 0; length < 40; length++)
        {
            float[] x = data.Floats(length, 3);
            float[] other = data.Floats(length, 3);
            float[] scale = data.Floats(length);
            float[] shift = data.Floats(length);
            string context = "length " + length;
            float[] y = Data.Dirty(length);
            RowMath.Normalise(x, y, 0.5f, 2f, 1f);
            Expect.Close([.. x.Select(v => ((v - 0.5) * 2) + 1)], y, 1e-6, context);
            RowMath.Normalise(x, y, 0.5f, 2f, scale, shift);
            Expect.Close([.. x.Select((v, i) => ((v - 0.5) * 2 * scale[i]) + shift[i])], y, 1e-6, context);
            RowMath.Normalise(x, y, 0.5f, 2f, scale, default);
            Expect.Close([.. x.Select((v, i) => (v - 0.5) * 2 * scale[i])], y, 1e-6, context);
            float[] z = Data.Dirty(length);
            RowMath.Rotate(x, other, scale, shift, y, z);
            Expect.Close([.. x.Select((v, i) => ((double)scale[i] * v) - ((double)shift[i] * other[i]))], y, 1e-6, context);
            Expect.Close([.. x.Select((v, i) => ((double)shift[i] * v) + ((double)scale[i] * other[i]))], z, 1e-6, context);
        }
    }

    [Fact]
    public void Rows_of_different_lengths_are_refused()
    {
        Assert.Throws<ArgumentException>(() => RowMath.Dot(new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => RowMath.AddScaled(new float[3], 1f, new float[2]));
        Assert.Throws<ArgumentException>(() => RowMath.Normalise(new float[3], new float[3], 0f, 1f, new float[2], default));
    }
}
