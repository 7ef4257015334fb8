using System;
using System.Numerics;
using Xunit;

namespace RedGen.Runtime.Tests;

/// <summary>The errors that the documentation of VectorMath states, over sweeps of all magnitudes, and its special values.</summary>
public class VectorMathTests
{
    [Fact]
    public void Exp_is_within_its_error() => Sweep(VectorMath.Exp, Math.Exp, 1.5, -87.3f, 88.7f);

    [Fact]
    public void ExpMinusOne_is_within_its_error() => Sweep(VectorMath.ExpMinusOne, ExpMinusOne, 4, -30f, 88.7f);

    [Fact]
    public void Log_is_within_its_error() => Sweep(VectorMath.Log, Math.Log, 1.5, float.Epsilon, float.MaxValue);

    [Fact]
    public void LogOnePlus_is_within_its_error() => Sweep(VectorMath.LogOnePlus, LogOnePlus, 4, -0.999f, 1e30f);

    [Fact]
    public void Sigmoid_is_within_its_error() => Sweep(VectorMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), 3, -87f, 100f);

    [Fact]
    public void Tanh_is_within_its_error() => Sweep(VectorMath.Tanh, Math.Tanh, 2, -40f, 40f);

    [Fact]
    public void Erf_is_within_its_error() => Sweep(VectorMath.Erf, ErrorFunction, 3, -6f, 6f);

    [Fact]
    public void Sin_is_within_its_error() => Sweep(VectorMath.Sin, Math.Sin, 2.5, float.MinValue, float.MaxValue);

    [Fact]
    public void Cos_is_within_its_error() => Sweep(VectorMath.Cos, Math.Cos, 2.5, float.MinValue, float.MaxValue);

    [Fact]
    public void Sin_and_Cos_are_within_their_errors_near_their_zeros()
    {
        for (int n = -5216; n <= 5216; n++)
        {
            float x = (float)(n * Math.PI / 2);
            foreach (float angle in new[] { MathF.BitDecrement(x), x, MathF.BitIncrement(x) })
            {
                Assert.InRange(Math.Abs(One(VectorMath.Sin, angle) - Math.Sin(angle)) / Ulp(Math.Sin(angle)), 0, 2.5);
                Assert.InRange(Math.Abs(One(VectorMath.Cos, angle) - Math.Cos(angle)) / Ulp(Math.Cos(angle)), 0, 2.5);
            }
        }
    }

    [Fact]
    public void Large_angles_leave_their_neighbours_alone()
    {
        var x = new float[Vector<float>.Count];
        for (int i = 0; i < x.Length; i++)
        {
            Array.Fill(x, 0.75f);
            x[i] = 1e10f;
            Vector<float> sine = VectorMath.Sin(new Vector<float>(x)), cosine = VectorMath.Cos(new Vector<float>(x));
            for (int lane = 0; lane < x.Length; lane++)
            {
                Assert.Equal(One(VectorMath.Sin, x[lane]), sine[lane]);
                Assert.Equal(One(VectorMath.Cos, x[lane]), cosine[lane]);
            }
        }
    }

    [Fact]
    public void Asin_is_within_its_error() => Sweep(VectorMath.Asin, Math.Asin, 3, -1f, 1f);

    [Fact]
    public void Acos_is_within_its_error() => Sweep(VectorMath.Acos, Math.Acos, 3, -1f, 1f);

    [Fact]
    public void Atan_is_within_its_error() => Sweep(VectorMath.Atan, Math.Atan, 3, float.MinValue, float.MaxValue);

    [Fact]
    public void Round_and_Sign_are_exact()
    {
        for (uint bits = 0; bits < 0x7F900000; bits += 40009)
        {
            foreach (uint sign in new[] { 0u, 0x80000000u })
            {
                float x = BitConverter.UInt32BitsToSingle(bits | sign);
                Assert.Equal(MathF.Round(x), One(VectorMath.Round, x));
                Assert.Equal(x > 0 ? 1 : x < 0 ? -1 : x, One(VectorMath.Sign, x));
            }
        }

        foreach (float x in new[] { 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 8388607.5f, 4194303.5f, -0f })
            Assert.Equal(BitConverter.SingleToInt32Bits(MathF.Round(x)), BitConverter.SingleToInt32Bits(One(VectorMath.Round, x)));
    }

    [Fact]
    public void Softplus_is_within_its_error() =>
        Sweep(VectorMath.Softplus, x => Math.Max(x, 0) + LogOnePlus(Math.Exp(-Math.Abs(x))), 4, -86f, 1e30f);

    [Fact]
    public void Results_that_are_denormal_are_near()
    {
        for (float x = -103.9f; x < -87.3f; x += 0.01f)
        {
            Assert.Equal(Math.Exp(x), One(VectorMath.Exp, x), 2.9e-45);
            Assert.Equal(Math.Exp(x), One(VectorMath.Sigmoid, x), 2.9e-45);
        }
    }

    [Theory]
    [InlineData("Exp", 0f, 1f)]
    [InlineData("Exp", float.NegativeInfinity, 0f)]
    [InlineData("Exp", -1000f, 0f)]
    [InlineData("Exp", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Exp", 89f, float.PositiveInfinity)]
    [InlineData("Exp", float.NaN, float.NaN)]
    [InlineData("Log", 1f, 0f)]
    [InlineData("Log", 0f, float.NegativeInfinity)]
    [InlineData("Log", -1f, float.NaN)]
    [InlineData("Log", float.NegativeInfinity, float.NaN)]
    [InlineData("Log", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Log", float.NaN, float.NaN)]
    [InlineData("LogOnePlus", -1f, float.NegativeInfinity)]
    [InlineData("LogOnePlus", -2f, float.NaN)]
    [InlineData("LogOnePlus", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Sigmoid", float.NegativeInfinity, 0f)]
    [InlineData("Sigmoid", float.PositiveInfinity, 1f)]
    [InlineData("Sigmoid", 0f, 0.5f)]
    [InlineData("Sigmoid", float.NaN, float.NaN)]
    [InlineData("Tanh", float.NegativeInfinity, -1f)]
    [InlineData("Tanh", float.PositiveInfinity, 1f)]
    [InlineData("Tanh", -0f, -0f)]
    [InlineData("Tanh", float.NaN, float.NaN)]
    [InlineData("Erf", float.NegativeInfinity, -1f)]
    [InlineData("Erf", float.PositiveInfinity, 1f)]
    [InlineData("Erf", -0f, -0f)]
    [InlineData("Erf", float.NaN, float.NaN)]
    [InlineData("Sin", -0f, -0f)]
    [InlineData("Sin", float.PositiveInfinity, float.NaN)]
    [InlineData("Sin", float.NegativeInfinity, float.NaN)]
    [InlineData("Sin", float.NaN, float.NaN)]
    [InlineData("Cos", 0f, 1f)]
    [InlineData("Cos", float.PositiveInfinity, float.NaN)]
    [InlineData("Cos", float.NaN, float.NaN)]
    [InlineData("Asin", -0f, -0f)]
    [InlineData("Asin", 1.0000001f, float.NaN)]
    [InlineData("Asin", float.NegativeInfinity, float.NaN)]
    [InlineData("Asin", float.NaN, float.NaN)]
    [InlineData("Acos", 1f, 0f)]
    [InlineData("Acos", -1.5f, float.NaN)]
    [InlineData("Acos", float.NaN, float.NaN)]
    [InlineData("Atan", -0f, -0f)]
    [InlineData("Atan", float.PositiveInfinity, 1.57079637f)]
    [InlineData("Atan", float.NegativeInfinity, -1.57079637f)]
    [InlineData("Atan", float.NaN, float.NaN)]
    [InlineData("Softplus", float.NegativeInfinity, 0f)]
    [InlineData("Softplus", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("Softplus", float.NaN, float.NaN)]
    [InlineData("ExpMinusOne", float.NegativeInfinity, -1f)]
    [InlineData("ExpMinusOne", float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData("ExpMinusOne", float.NaN, float.NaN)]
    public void Special_values_follow_the_definition(string function, float x, float expected)
    {
        float actual = One(Function(function), x);
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(float.IsNaN(actual) ? float.NaN : actual));
    }

    private static Func<Vector<float>, Vector<float>> Function(string name) => name switch
    {
        "Exp" => VectorMath.Exp,
        "ExpMinusOne" => VectorMath.ExpMinusOne,
        "Log" => VectorMath.Log,
        "LogOnePlus" => VectorMath.LogOnePlus,
        "Sigmoid" => VectorMath.Sigmoid,
        "Tanh" => VectorMath.Tanh,
        "Erf" => VectorMath.Erf,
        "Sin" => VectorMath.Sin,
        "Cos" => VectorMath.Cos,
        "Asin" => VectorMath.Asin,
        "Acos" => VectorMath.Acos,
        "Atan" => VectorMath.Atan,
        _ => VectorMath.Softplus,
    };

    private static float One(Func<Vector<float>, Vector<float>> function, float x) => function(new Vector<float>(x))[0];

    /// <summary>Every 4001st float between the bounds, both signs, so that all magnitudes are met.</summary>
    private static void Sweep(Func<Vector<float>, Vector<float>> function, Func<double, double> exact, double ulps, float low, float high)
    {
        (double worst, float where) = (0, 0);
        for (uint bits = 1; bits < 0x7F800000; bits += 4001)
        {
            float size = BitConverter.UInt32BitsToSingle(bits);
            Visit(size);
            Visit(-size);
        }

        Assert.True(worst <= ulps, $"{worst:F3} ULP at {where:R}");

        void Visit(float x)
        {
            if (x < low || x > high)
            {
                return;
            }

            double expected = exact(x);
            double error = Math.Abs(One(function, x) - expected) / Ulp(expected);
            if (!(error <= worst))
            {
                (worst, where) = (error, x);
            }
        }
    }

    private static double Ulp(double value)
    {
        double size = Math.Max(Math.Abs(value), 1.1754943508222875e-38);
        return Math.ScaleB(1, Math.ILogB(size) - 23);
    }

    private static double LogOnePlus(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : Math.Log(u) * x / (u - 1);
    }

    private static double ExpMinusOne(double x) => Math.Abs(x) < 0.5 ? Series(x) : Math.Exp(x) - 1;

    /// <summary>Σ xⁿ / n!, from n = 1.</summary>
    private static double Series(double x)
    {
        (double term, double sum) = (1, 0);
        for (int n = 1; n < 25; n++)
        {
            term *= x / n;
            sum += term;
        }

        return sum;
    }

    /// <summary>The alternating series near zero, the continued fraction of erfc outside.</summary>
    private static double ErrorFunction(double x)
    {
        double t = Math.Abs(x);
        if (t < 3)
        {
            double term = t;
            double sum = t;
            for (int n = 1; n < 120; n++)
            {
                term *= -t * t / n;
                sum += term / ((2 * n) + 1);
            }

            return Math.CopySign(sum * 2 / Math.Sqrt(Math.PI), x);
        }

        double fraction = 0;
        for (int n = 60; n >= 1; n--)
        {
            fraction = n / 2.0 / (t + fraction);
        }

        return Math.CopySign(1 - (Math.Exp(-t * t) / Math.Sqrt(Math.PI) / (t + fraction)), x);
    }
}
