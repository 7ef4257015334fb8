using System;
using Xunit;

namespace RedGen.Runtime.Tests;

public sealed class ScalarMathTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1e-9, 1.1283791670955126e-9)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(1, 0.8427007929497149)]
    [InlineData(-2, -0.9953222650189527)]
    [InlineData(2.4999999, 0.9995930477647266)]
    [InlineData(2.5, 0.999593047982555)]
    [InlineData(4, 0.9999999845827421)]
    [InlineData(7, 1)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.NegativeInfinity, -1)]
    public void Erf(double x, double expected)
    {
        Assert.Equal(expected, ScalarMath.Erf(x), 1e-15);
        Assert.Equal((float)expected, ScalarMath.Erf((float)x), 3e-7f);
    }

    [Theory]
    [InlineData(1e-10, 1.00000000005e-10)]
    [InlineData(-1e-5, -9.99995000016666625e-6)]
    [InlineData(1, 1.718281828459045)]
    [InlineData(-1000, -1)]
    [InlineData(1000, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    public void ExpMinusOne(double x, double expected) => Relatively(expected, ScalarMath.ExpMinusOne(x));

    [Theory]
    [InlineData(1e-10, 9.9999999995e-11)]
    [InlineData(-0.5, -0.6931471805599453)]
    [InlineData(1e300, 690.7755278982137)]
    [InlineData(-1, double.NegativeInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    public void LogOnePlus(double x, double expected) => Relatively(expected, ScalarMath.LogOnePlus(x));

    [Fact]
    public void Integer_division_never_throws()
    {
        Assert.Equal(0, ScalarMath.Divide(5, 0));
        Assert.Equal(int.MinValue, ScalarMath.Divide(int.MinValue, -1));
        Assert.Equal(long.MinValue, ScalarMath.Divide(long.MinValue, -1L));
        Assert.Equal(0, ScalarMath.Remainder(int.MinValue, -1));
        Assert.Equal(0UL, ScalarMath.Remainder(7UL, 0UL));
        Assert.Equal(-3, ScalarMath.Divide(-7, 2));
        Assert.Equal(-1, ScalarMath.Remainder(-7, 2));
        Assert.Equal(1, ScalarMath.FloorModulo(-7, 2));
        Assert.Equal(-1L, ScalarMath.FloorModulo(7L, -2L));
    }

    [Theory]
    [InlineData(3, 4, 81)]
    [InlineData(-2, 3, -8)]
    [InlineData(2, 64, 0)]
    [InlineData(2, -1, 0)]
    [InlineData(-1, -3, -1)]
    [InlineData(0, 0, 1)]
    public void Power(long a, long b, long expected) => Assert.Equal(expected, ScalarMath.Power(a, b));

    [Theory]
    [InlineData(2.9, 2, 2)]
    [InlineData(-2.9, -2, unchecked((ulong)-2L))]
    [InlineData(1e19, long.MaxValue, 10000000000000000000)]
    [InlineData(1e30, long.MaxValue, ulong.MaxValue)]
    [InlineData(-1e30, long.MinValue, 0x8000000000000000)]
    [InlineData(double.NaN, 0, 0)]
    [InlineData(double.PositiveInfinity, long.MaxValue, ulong.MaxValue)]
    public void Conversions_saturate_at_64_bits(double x, long expected, ulong unsigned)
    {
        Assert.Equal(expected, ElementConvert.ToInt64(x));
        Assert.Equal(unsigned, ElementConvert.ToUInt64(x));
    }

    private static void Relatively(double expected, double actual)
    {
        if (!double.IsFinite(expected)) Assert.Equal(expected, actual);
        else Assert.True(Math.Abs(actual - expected) <= 4e-16 * Math.Abs(expected), $"{actual:R}, should be {expected:R}");
    }
}
