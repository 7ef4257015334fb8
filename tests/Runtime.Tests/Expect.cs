using System;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>Comparisons of float results with a double reference.</summary>
internal static class Expect
{
    /// <summary>Every element within <paramref name="tolerance"/> × max(1, |expected|); NaN and infinities only where they are expected.</summary>
    internal static void Close(double[] expected, ReadOnlySpan<float> actual, double tolerance, string context)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(expected[i] - actual[i]);
            bool same = expected[i].Equals(actual[i]) || (double.IsFinite(expected[i]) && error <= tolerance * Math.Max(1, Math.Abs(expected[i])));
            Assert.True(same, $"{context}: element {i} of {expected.Length}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    /// <summary>The same bits everywhere, any NaN for NaN.</summary>
    internal static void SameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool same = BitConverter.SingleToInt32Bits(expected[i]) == BitConverter.SingleToInt32Bits(actual[i]) || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]));
            Assert.True(same, $"element {i} of {expected.Length}: expected {expected[i]:R}, got {actual[i]:R}");
        }
    }

    /// <summary>Bytes that the second and later calls allocate.</summary>
    internal static void NoAllocation(Action call)
    {
        call();
        call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            call();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
