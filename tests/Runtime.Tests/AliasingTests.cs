using System;
using System.Runtime.InteropServices;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Common memory is found where the framework finds it.</summary>
public class AliasingTests
{
    [Fact]
    public void Parts_of_an_array_agree_with_the_framework()
    {
        float[] memory = new float[12];
        for (int a = 0; a <= memory.Length; a++)
            for (int length = 0; a + length <= memory.Length; length++)
                for (int b = 0; b <= memory.Length; b++)
                    for (int other = 0; b + other <= memory.Length; other += 3)
                    {
                        Span<float> one = memory.AsSpan(a, length), two = memory.AsSpan(b, other);
                        Assert.Equal(one.Overlaps(two), Aliasing.Exists(one, two));
                    }
    }

    [Fact]
    public void Parts_that_share_bytes_of_an_element_overlap_too()
    {
        Span<byte> memory = new byte[32];
        Span<float> one = MemoryMarshal.Cast<byte, float>(memory[..16]), two = MemoryMarshal.Cast<byte, float>(memory[14..30]);
        Assert.True(Aliasing.Exists(one, two));
        Assert.True(Aliasing.Exists(two, one));
        Assert.False(Aliasing.Exists(one, MemoryMarshal.Cast<byte, float>(memory[16..])));
        Assert.False(Aliasing.Exists(one, new float[4]));
    }
}
