using System;
using System.Collections.Generic;
using System.Linq;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>The errors that the documentation of MicroMath states, over sweeps of all magnitudes, and its special values.</summary>
public class MicroMathTests
{
    public static TheoryData<string, double, float, float> Errors => new()
    {
        { "Exp", 2, -87.3f, 88.7f },
        { "ExpMinusOne", 4, -30f, 88.7f },
        { "Log", 2, float.Epsilon, float.MaxValue },
        { "LogOnePlus", 4, -0.999f, 1e30f },
        { "Sigmoid", 4, -87f, 100f },
        { "Tanh", 3, -40f, 40f },
        { "Softplus", 5, -86f, 1e30f },
    };

    private static readonly Dictionary<string, (Func<float, float> Micro, Func<double, double> Exact)> Functions = new()
    {
        ["Exp"] = (MicroMath.Exp, Math.Exp),
        ["ExpMinusOne"] = (MicroMath.ExpMinusOne, x => Math.Abs(x) < 1e-3 ? x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4)))))) : Math.Exp(x) - 1),
        ["Log"] = (MicroMath.Log, Math.Log),
        ["LogOnePlus"] = (MicroMath.LogOnePlus, LogOnePlus),
        ["Sigmoid"] = (MicroMath.Sigmoid, x => 1 / (1 + Math.Exp(-x))),
        ["Tanh"] = (MicroMath.Tanh, Math.Tanh),
        ["Softplus"] = (MicroMath.Softplus, x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x)))),
    };

    [Fact]
    public void Integers_of_64_bits_become_the_floats_that_doubles_would_make_of_them()
    {
        var random = new Random(5);
        long[] ends = [0, 1, -1, int.MaxValue, int.MinValue, 16777217, 33554431, (1L << 53) + 1, long.MaxValue, long.MinValue, (1L << 54) + (1L << 30), (1L << 54) + (1L << 30) + 1];
        foreach (long x in Enumerable.Range(0, 20000).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)).Concat(ends))
        {
            Assert.Equal((float)x, MicroMath.ToSingle(x));
            Assert.Equal((float)unchecked((ulong)x), MicroMath.ToSingle(unchecked((ulong)x)));
        }
    }

    [Fact]
    public void Floats_are_truncated_to_64_bits_as_by_way_of_doubles()
    {
        for (uint bits = 0; bits < 0xFFFFF000; bits += 4001)
        {
            float x = BitConverter.UInt32BitsToSingle(bits);
            Assert.Equal(ElementConvert.ToInt64(x), MicroMath.SingleToInt64(x));
        }

        foreach (float x in new[] { 9223372036854775808f, -9223372036854775808f, 2147483648f, -2147483648f, float.NaN, float.PositiveInfinity, float.NegativeInfinity })
            Assert.Equal(ElementConvert.ToInt64(x), MicroMath.SingleToInt64(x));
    }

    [Fact]
    public void An_exponent_of_more_digits_than_a_float_is_odd_or_even()
    {
        Assert.Equal(float.NegativeInfinity, MicroMath.Pow(-2f, (1L << 40) + 1));
        Assert.Equal(float.PositiveInfinity, MicroMath.Pow(-2f, 1L << 40));
        Assert.Equal(-1f, MicroMath.Pow(-1f, 16777217L));
        Assert.Equal(-8f, MicroMath.Pow(-2f, 3L));
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void Functions_are_within_their_errors(string name, double ulps, float low, float high)
    {
        (Func<float, float> micro, Func<double, double> exact) = Functions[name];
        (double worst, float where) = (0, 0);
        for (uint bits = 1; bits < 0x7F800000; bits += 2003)
        {
            Visit(BitConverter.UInt32BitsToSingle(bits));
            Visit(-BitConverter.UInt32BitsToSingle(bits));
        }

        Assert.True(worst <= ulps, $"{name}: {worst:F3} ULP at {where:R}");

        void Visit(float x)
        {
            if (x < low || x > high) return;
            double expected = exact(x);
            double size = Math.Max(Math.Abs(expected), 1.1754943508222875e-38);
            double error = Math.Abs(micro(x) - expected) / Math.ScaleB(1, Math.ILogB(size) - 23);
            if (!(error <= worst)) (worst, where) = (error, x);
        }
    }

    [Fact]
    public void The_error_function_is_that_of_the_vectors()
    {
        for (float x = -6f; x < 6f; x += 0.00037f) Assert.Equal(ScalarMath.Erf((double)x), MicroMath.Erf(x), 3e-7);
    }

    [Fact]
    public void Sines_are_near()
    {
        for (float x = -8000f; x < 8000f; x += 0.0613f)
        {
            Assert.Equal(Math.Sin(x), MicroMath.Sin(x), 1.2e-7);
            Assert.Equal(Math.Cos(x), MicroMath.Cos(x), 1.2e-7);
        }
    }

    [Fact]
    public void Roundings_are_those_of_the_framework()
    {
        float[] special = [0f, -0f, 0.5f, -0.5f, 1.5f, 2.5f, -1.5f, 0.49999997f, 8388607.5f, 8388609f, -8388608f, 1e20f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon];
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++)
        {
            float x = i < special.Length ? special[i] : BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            Assert.Equal(MathF.Round(x), MicroMath.Round(x));
            Assert.Equal(MathF.Floor(x), MicroMath.Floor(x));
            Assert.Equal(MathF.Ceiling(x), MicroMath.Ceiling(x));
            Assert.Equal(MathF.Truncate(x), MicroMath.Truncate(x));
            Assert.Equal(float.IsNaN(x), MicroMath.IsNaN(x));
            Assert.Equal(MathF.Abs(x), MicroMath.Abs(x));
            Assert.Equal(MathF.Max(x, 1f), MicroMath.Max(x, 1f));
            Assert.Equal(MathF.Min(1f, x), MicroMath.Min(1f, x));
        }
    }

    [Theory]
    [InlineData(2f, 10f, 1024f)]
    [InlineData(-2f, 3f, -8f)]
    [InlineData(-2f, 0.5f, float.NaN)]
    [InlineData(0f, -1f, float.PositiveInfinity)]
    [InlineData(0f, 2.5f, 0f)]
    [InlineData(float.NaN, 0f, 1f)]
    [InlineData(1f, float.NaN, 1f)]
    [InlineData(4f, 0.5f, 2f)]
    [InlineData(2f, -2f, 0.25f)]
    public void Powers_follow_the_definition(float a, float b, float expected) => Assert.Equal(expected, MicroMath.Pow(a, b), 1e-6f);

    [Theory]
    [InlineData("Exp", float.NegativeInfinity, 0f)]
    [InlineData("Exp", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Exp", float.NaN, float.NaN)]
    [InlineData("Log", 0f, float.NegativeInfinity)]
    [InlineData("Log", -1f, float.NaN)]
    [InlineData("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log", float.NaN, float.NaN)]
    [InlineData("LogOnePlus", -1f, float.NegativeInfinity)]
    [InlineData("LogOnePlus", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("Sigmoid", float.NaN, float.NaN)]
    [InlineData("Tanh", float.NegativeInfinity, -1f)]
    [InlineData("Tanh", float.PositiveInfinity, 1f)]
    [InlineData("Tanh", float.NaN, float.NaN)]
    [InlineData("Softplus", float.NegativeInfinity, 0f)]
    [InlineData("Softplus", float.NaN, float.NaN)]
    public void Special_values_follow_the_definition(string name, float x, float expected) => Assert.Equal(expected, Functions[name].Micro(x));

    private static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }
}
