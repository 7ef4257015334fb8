using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class RandomSequenceTests
{
    [Fact]
    public void The_bits_are_those_of_the_published_generator()
    {
        // The reference implementation (Vigna, splitmix64.c) with seed 1234567.
        var random = new RandomSequence(1234567);
        var bits = new ulong[5];
        for (int i = 0; i < bits.Length; i++) bits[i] = random.Next();
        Assert.Equal([6457827717110365317UL, 3203168211198807973UL, 9817491932198370423UL, 4593380528125082431UL, 16408922859458223821UL], bits);
    }

    [Fact]
    public void Units_of_few_bits_are_below_one_in_their_type()
    {
        var random = new RandomSequence(5);
        float largest = 0;
        for (int i = 0; i < 100_000; i++) largest = System.Math.Max(largest, (float)random.NextUnit(24));
        Assert.InRange(largest, 0.999f, 0.9999999f);
    }

    [Fact]
    public void A_determinant_follows_from_the_rows()
    {
        double[] matrix = [0, 2, 1, 3, 1, 4, 1, 0, 2];
        Assert.Equal(-5, Determinant.Of(matrix, 3), 1e-12);
        Assert.Equal(0, Determinant.Of(new double[] { 1, 2, 2, 4 }, 2));
        Assert.Equal(1, Determinant.Of(System.Array.Empty<double>(), 0));
    }
}
