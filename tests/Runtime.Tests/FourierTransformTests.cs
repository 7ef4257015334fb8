using System;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class FourierTransformTests
{
    /// <summary>Powers of two, short lengths, primes and others beyond what is summed up.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(60)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(97)]
    [InlineData(256)]
    [InlineData(400)]
    [InlineData(1009)]
    public void Forward_is_the_definition_and_inverse_undoes_it(int length)
    {
        var random = new Random(length);
        double[] line = [.. Enumerable.Range(0, 2 * length).Select(_ => random.NextDouble() - 0.5)];
        double[] expected = Definition(line);
        double[] actual = [.. line];
        var scratch = new double[8 * length];
        FourierTransform.Forward(actual, scratch);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-11);
        FourierTransform.Inverse(actual, scratch);
        for (int i = 0; i < line.Length; i++) Assert.Equal(line[i], actual[i], 1e-13);
    }

    [Fact]
    public void Tables_are_made_once()
    {
        var line = new double[2 * 400];
        var scratch = new double[2 * 1024];
        FourierTransform.Forward(line, scratch);
        long before = GC.GetAllocatedBytesForCurrentThread();
        FourierTransform.Forward(line, scratch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static double[] Definition(double[] line)
    {
        int length = line.Length / 2;
        var result = new double[line.Length];
        for (int k = 0; k < length; k++)
        {
            for (int j = 0; j < length; j++)
            {
                double angle = -2 * Math.PI * ((long)k * j % length) / length;
                result[2 * k] += (line[2 * j] * Math.Cos(angle)) - (line[(2 * j) + 1] * Math.Sin(angle));
                result[(2 * k) + 1] += (line[2 * j] * Math.Sin(angle)) + (line[(2 * j) + 1] * Math.Cos(angle));
            }
        }

        return result;
    }
}
