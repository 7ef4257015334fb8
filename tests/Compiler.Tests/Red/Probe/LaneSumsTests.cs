using System;
using System.Linq;
using System.Numerics;
using RedGen.Compiler.Red.Probe;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Probe;

/// <summary>Sums that are the same bits on every machine.</summary>
public sealed class LaneSumsTests
{
    [Fact]
    public void Vectors_and_scalars_give_the_same_bits()
    {
        var random = new Random(1);
        for (int count = 0; count < 70; count++)
        {
            float[] x = [.. Enumerable.Range(0, 200).Select(_ => (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-8, 9))))];
            int a = random.Next(60), b = random.Next(130);
            float scalar = LaneSums.DotScalar(x, a, x, b, count);
            Assert.Equal(BitConverter.SingleToInt32Bits(scalar), BitConverter.SingleToInt32Bits(LaneSums.Dot(x, a, b, count)));
            if (Vector<float>.Count == 8) Assert.Equal(BitConverter.SingleToInt32Bits(scalar), BitConverter.SingleToInt32Bits(LaneSums.DotVector(x, a, x, b, count)));
            double exact = Enumerable.Range(0, count).Sum(i => (double)x[a + i] * x[b + i]), size = Enumerable.Range(0, count).Sum(i => Math.Abs((double)x[a + i] * x[b + i]));
            Assert.InRange(scalar - exact, -1e-5 * size, 1e-5 * size);
        }
    }
}
