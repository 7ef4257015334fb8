using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;
using Xunit;

namespace RedGen.Compiler.Tests.Verify;

/// <summary>The checker's values, lines and slopes of every function that the analysis knows.</summary>
public sealed class CheckedFunctionTests
{
    /// <summary>The functions, and how far arguments may be from 0, or (second) from 0 upward only.</summary>
    private static readonly (Activation Function, double Reach, double Least)[] Functions =
    [
        (new LeakyReluActivation(0), 1000, -1000), (new LeakyReluActivation(0.3), 1000, -1000), (new ClipActivation(-0.5, 2), 1000, -1000),
        (new SigmoidActivation(false), 30, -30), (new SigmoidActivation(true), 30, -30), (new ExpActivation(1e-6), 20, -20), (new LogActivation(), 100, 1e-3), (new SqrtActivation(), 100, 0), (new ReciprocalActivation(0), 100, 1e-3),
        (new PowerActivation(2, true), 30, -30), (new PowerActivation(3, false), 30, -30), (new PowerActivation(1.5, false), 30, 0), (new PowerActivation(0.3, false), 30, 0), (new PowerActivation(-0.5, false), 30, 1e-2), (new PowerActivation(-2, false), 30, 1e-2),
        (new SoftplusActivation(), 30, -30), (new AbsActivation(), 100, -100), (new CoshActivation(), 10, -10), (new AcoshActivation(), 100, 1.001), (new AtanActivation(), 100, -100), (new AsinhActivation(), 100, -100), (new ErfActivation(), 5, -5),
        (new SoftsignActivation(), 100, -100), (new SinhActivation(), 10, -10), (new TanActivation(), 1.5, -1.5), (new AsinActivation(), 0.999, -0.999), (new AtanhActivation(), 0.999, -0.999),
        (new SineActivation(false), 100, -100), (new SineActivation(true), 100, -100), (new EluActivation(2.5, 1, 1), 20, -20), (new EluActivation(0.5, 0.5, 1), 20, -20), (new EluActivation(1.76, 1, 1.05), 20, -20),
        (new HardSwishActivation(), 10, -10), (new GeluActivation(false), 10, -10), (new GeluActivation(true), 10, -10), (new SwishActivation(1), 20, -20), (new SwishActivation(-1.7), 20, -20), (new MishActivation(), 20, -20),
        (new RoundingActivation(RoundingKind.Down), 10, -10), (new RoundingActivation(RoundingKind.Up), 10, -10), (new RoundingActivation(RoundingKind.Nearest), 10, -10), (new RoundingActivation(RoundingKind.Zero), 10, -10),
        (new ComparisonActivation(ComparisonKind.Above), 1, -1), (new ComparisonActivation(ComparisonKind.NotBelow), 1, -1), (new ComparisonActivation(ComparisonKind.Same), 1, -1), (new SignActivation(), 1, -1),
        (new ThresholdedActivation(double.NegativeInfinity, 0.4, 0), 2, -2), (new ThresholdedActivation(-0.3, 0.3, -0.1), 2, -2), (new WithinActivation(-5, 5), 5, -5), (new FiniteTestActivation(), 5, -5),
    ];

    public static IEnumerable<object[]> Numbers() => Enumerable.Range(0, Functions.Length).Select(static i => new object[] { i });

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Values_and_lines_enclose_the_function(int number)
    {
        (Activation function, double reach, double least) = Functions[number];
        foreach ((double lower, double upper) in Intervals(number, reach, least))
        {
            (CheckedFunction.Line below, CheckedFunction.Line above) = CheckedFunction.Lines(function, lower, upper);
            (double low, double high) = CheckedFunction.Bound(function, lower, upper);
            for (int k = 0; k <= 40; k++)
            {
                double x = k == 40 ? upper : lower + ((upper - lower) * k / 40), y = function.Apply(x), rounding = 1e-14 * (1 + Math.Abs(y));
                Assert.InRange(y, below.At(x) - rounding, above.At(x) + rounding);
                Assert.InRange(y, low - rounding, high + rounding);
            }
        }
    }

    /// <summary>The lines are of use: nearer than the values' interval where the function is smooth and the interval small.</summary>
    [Theory]
    [MemberData(nameof(Numbers))]
    public void Lines_of_small_intervals_are_near(int number)
    {
        (Activation function, double reach, double least) = Functions[number];
        if (CheckedSteps.Has(function)) return;
        foreach ((double lower, double upper) in Intervals(number, reach, least).Where(static i => i.Upper - i.Lower is > 1e-3 and < 0.01))
        {
            (CheckedFunction.Line below, CheckedFunction.Line above) = CheckedFunction.Lines(function, lower, upper);
            double middle = (lower + upper) / 2, range = Math.Abs(function.Apply(upper) - function.Apply(lower)), error = function.Error(Math.Max(Math.Abs(lower), Math.Abs(upper)), Math.Max(Math.Abs(function.Apply(lower)), Math.Abs(function.Apply(upper))));
            Assert.InRange(above.At(middle) - below.At(middle), 0, (4 * error) + (0.6 * (function is AbsActivation ? upper - lower : range)) + 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Slopes_enclose_all_quotients(int number)
    {
        (Activation function, double reach, double least) = Functions[number];
        int bounded = 0;
        foreach ((double lower, double upper) in Intervals(number, reach, least))
        {
            (double flattest, double steepest) slopes;
            try
            {
                slopes = CheckedFunction.Slopes(function, lower, upper);
            }
            catch (UnverifiableException)
            {
                continue;
            }

            bounded++;
            for (int k = 0; k < 20 && upper - lower > 1e-4; k++)
            {
                double a = lower + ((upper - lower) * k / 20), b = lower + ((upper - lower) * (k + 1) / 20);
                double quotient = (function.Apply(b) - function.Apply(a)) / (b - a), rounding = 1e-12 * (1 + Math.Abs(function.Apply(a))) / (b - a);
                Assert.InRange(quotient, slopes.flattest - rounding, slopes.steepest + rounding);
            }
        }

        Assert.True(bounded > 0);
    }

    /// <summary>A wrong turn of a slope, or a wrong bend, shows: what the tests above would find.</summary>
    [Fact]
    public void A_rule_that_is_wrong_is_found()
    {
        var function = new SwishActivation(1);
        (double least, double most) = CheckedFunction.Slopes(function, -4, -1);
        double turned = Enumerable.Range(0, 300).Select(static k => -4 + (k * 0.01)).Min(function.Slope);
        Assert.InRange(turned, least, most);
        // Without the turn inside, the ends alone would not enclose it.
        Assert.True(turned < Math.Min(function.Slope(-4), function.Slope(-1)) - 1e-3);
    }

    private static IEnumerable<(double Lower, double Upper)> Intervals(int seed, double reach, double least)
    {
        var random = new Random(seed);
        for (int i = 0; i < 400; i++)
        {
            double scale = Math.Pow(10, random.Next(-5, 1)), lower = least + ((reach - least) * random.NextDouble());
            double upper = Math.Min(reach, lower + ((reach - least) * scale * random.NextDouble()));
            // Often across or at zero, where functions turn.
            if (i % 4 == 0 && least < 0) (lower, upper) = (-scale * random.NextDouble() * reach, scale * random.NextDouble() * reach);
            if (i % 16 == 1 && least <= 0) lower = upper >= 0 ? 0 : lower;
            yield return (Math.Min(lower, upper), Math.Max(lower, upper));
        }
    }
}
