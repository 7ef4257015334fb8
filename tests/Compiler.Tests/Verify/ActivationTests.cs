using System;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>Lines and intervals enclose every function over random intervals, and a curvature that is understated is noticed.</summary>
public sealed class ActivationTests
{
    private static readonly (Activation Function, double From, double To)[] Functions =
    [
        (new ErfActivation(), -4, 4), (new AtanActivation(), -20, 20), (new SoftsignActivation(), -20, 20), (new AsinhActivation(), -20, 20), (new SinhActivation(), -8, 8),
        (new TanActivation(), -1.56, 1.56), (new AsinActivation(), -1, 1), (new AtanhActivation(), -0.9999, 0.9999), (new GeluActivation(false), -9, 9), (new GeluActivation(true), -9, 9),
        (new SwishActivation(1), -20, 20), (new SwishActivation(-2.3), -9, 9), (new MishActivation(), -20, 20), (new SineActivation(false), -30, 30), (new SineActivation(true), -30, 30),
        (new HardSwishActivation(), -7, 7), (new EluActivation(1, 1, 1), -9, 9), (new EluActivation(1.7581, 1, 1.0507), -9, 9), (new EluActivation(0.3, 0.3, 1), -5, 5), (new EluActivation(-2, 1, 1), -5, 5),
        (new ThresholdedActivation(double.NegativeInfinity, 0.7, 0), -3, 3), (new ThresholdedActivation(-0.5, 0.5, -0.2), -3, 3), (new ThresholdedActivation(double.NegativeInfinity, -0.4, 0), -3, 3),
        (new RoundingActivation(RoundingKind.Down), -5, 5), (new RoundingActivation(RoundingKind.Up), -5, 5), (new RoundingActivation(RoundingKind.Nearest), -5, 5), (new RoundingActivation(RoundingKind.Zero), -5, 5),
        (new ComparisonActivation(ComparisonKind.Above), -2, 2), (new ComparisonActivation(ComparisonKind.NotBelow), -2, 2), (new ComparisonActivation(ComparisonKind.Same), -2, 2),
        (new CoshActivation(), -8, 8), (new AcoshActivation(), 1, 50),
    ];

    [Fact]
    public void Lines_and_intervals_enclose_their_functions()
    {
        foreach ((Activation function, double from, double to) in Functions) Assert.Equal("", FirstEscape(function, from, to));
    }

    [Fact]
    public void Lines_are_near_their_functions_over_small_intervals()
    {
        // A relaxation that is sound and useless would pass the test above.
        foreach ((Activation function, double from, double to) in Functions)
        {
            if (function is RoundingActivation or ComparisonActivation or ThresholdedActivation) continue;
            for (int k = 1; k < 20; k++)
            {
                double lower = from + ((to - from) * k / 21), upper = lower + ((to - from) / 400), middle = (lower + upper) / 2;
                Relaxation lines = function.Relax(lower, upper);
                double gap = ((lines.UpperSlope - lines.LowerSlope) * middle) + lines.UpperOffset - lines.LowerOffset;
                double size = 1 + Math.Abs(function.Apply(middle)) + Math.Abs(function.Slope(middle)) + Math.Abs(middle);
                Assert.True(gap < 1e-2 * size, $"{function}: {gap} over {lower} … {upper}");
            }
        }
    }

    [Fact]
    public void A_curvature_that_is_too_small_is_found()
        => Assert.NotEqual("", FirstEscape(new FlatSine(), -30, 30));

    /// <summary>The first value outside of its interval or lines; empty where there is none.</summary>
    private static string FirstEscape(Activation function, double from, double to)
    {
        var random = new Random(5);
        for (int i = 0; i < 1500; i++)
        {
            double width = (to - from) * Math.Pow(10, -6 * random.NextDouble() * random.NextDouble()), lower = from + (random.NextDouble() * (to - from - width));
            // Ends at round numbers, where functions turn and jump.
            if (i % 5 == 0) lower = Math.Max(from, Math.Round(lower * 2) / 2);
            double upper = Math.Min(to, i % 7 == 0 ? Math.Ceiling((lower + width) * 2) / 2 : lower + width);
            Relaxation lines = function.Relax(lower, upper);
            Interval ends = function.Bound(lower, upper);
            for (int k = 0; k <= 97; k++)
            {
                double x = k == 97 ? upper : lower + ((upper - lower) * k / 97), y = function.Apply(x), slack = 1e-14 * (1 + Math.Abs(y) + (Math.Abs(lines.LowerSlope) + Math.Abs(lines.UpperSlope)) * Math.Abs(x));
                if (!(y >= ends.Low - slack && y <= ends.High + slack)) return FormattableString.Invariant($"{function}: {y} at {x} is outside of {ends} over {lower} … {upper}");
                if (!(y >= (lines.LowerSlope * x) + lines.LowerOffset - slack && y <= (lines.UpperSlope * x) + lines.UpperOffset + slack))
                    return FormattableString.Invariant($"{function}: {y} at {x} is outside of {lines} over {lower} … {upper}");
            }
        }

        return "";
    }

    /// <summary>A sine that is said to be nearly straight.</summary>
    private sealed record FlatSine : SmoothActivation
    {
        public override double Apply(double x) => Math.Sin(x);

        public override double Slope(double x) => Math.Cos(x);

        protected override double Curvature(double lower, double upper) => 1e-3;

        public override double Error(double reach, double largest) => 0;
    }
}
