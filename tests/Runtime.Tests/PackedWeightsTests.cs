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

    [Fact]
    public void Parts_begin_in_either_half()
    {
        ulong[] literals = [0x40000000_3F800000, 0x40800000_C0400000];
        Assert.Equal([2f, -3f], PackedWeights.Floats(literals, 1, 2).ToArray());
        Assert.Equal([-3f, 4f], PackedWeights.Floats(literals, 2, 2).ToArray());
        Assert.True(PackedWeights.Floats(literals, 4, 0).IsEmpty);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(-1, 2)]
    [InlineData(1, -1)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_part_beyond_the_literals_is_an_error(int start, int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PackedWeights.Floats(new ulong[2], start, length).ToArray());
}
