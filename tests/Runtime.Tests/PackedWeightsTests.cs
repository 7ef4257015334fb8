using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Floats in literals of eight bytes.</summary>
public class PackedWeightsTests
{
    [Fact]
    public void The_lower_half_comes_first_and_the_last_one_may_be_missing()
    {
        ulong[] literals = [0x40000000_3F800000, 0x00000000_C0400000];
        Assert.Equal([1f, 2f, -3f], PackedWeights.Floats(literals, 3).ToArray());
        Assert.Equal([1f, 2f, -3f, 0f], PackedWeights.Floats(literals, 4).ToArray());
        Assert.True(PackedWeights.Floats(default, 0).IsEmpty);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-1)]
    public void More_floats_than_there_are_is_an_error(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PackedWeights.Floats(new ulong[2], length).ToArray());
}
