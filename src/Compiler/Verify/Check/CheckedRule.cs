using System;

namespace RedGen.Compiler.Verify.Check;

/// <summary>What the checker knows of a function beside its values: derived here again, apart from the search's lines.</summary>
/// <param name="Slopes">The least and the largest derivative over an interval.</param>
internal sealed record CheckedRule(Func<double, double, (double Least, double Most)> Slopes)
{
    /// <summary>1 where the function is convex over an interval, −1 where it is concave, 0 where it is neither for sure.</summary>
    public Func<double, double, int> Bend { get; init; } = static (_, _) => 0;

    /// <summary>Whether the function has a value everywhere in an interval.</summary>
    public Func<double, double, bool> IsDefined { get; init; } = static (_, _) => true;

    /// <summary>What the values of arguments from a number on are never less than, as float32 code computes them.</summary>
    public Func<double, double> Floor { get; init; } = static _ => double.NegativeInfinity;

    /// <summary>What the values never leave in magnitude, wherever the argument is.</summary>
    public double Most { get; init; } = double.PositiveInfinity;

    /// <summary>Whether it rises everywhere, with a slope that depends on the argument's magnitude only.</summary>
    public bool IsOdd { get; init; }

    /// <summary>A function whose slope rises with its argument.</summary>
    public static CheckedRule Convex(Func<double, double> slope) => new((lower, upper) => (slope(lower), slope(upper))) { Bend = static (_, _) => 1 };

    /// <summary>A function whose slope falls with its argument.</summary>
    public static CheckedRule Concave(Func<double, double> slope) => new((lower, upper) => (slope(upper), slope(lower))) { Bend = static (_, _) => -1 };

    /// <summary>A rising function whose slope depends on the argument's magnitude only.</summary>
    /// <param name="slope">The slope at a magnitude.</param>
    /// <param name="growsSteeper">Whether it rises with the magnitude, or falls.</param>
    public static CheckedRule Odd(Func<double, double> slope, bool growsSteeper) => new((lower, upper) =>
    {
        double near = lower <= 0 && upper >= 0 ? 0 : Math.Min(Math.Abs(lower), Math.Abs(upper)), far = Math.Max(Math.Abs(lower), Math.Abs(upper));
        return growsSteeper ? (slope(near), slope(far)) : (slope(far), slope(near));
    })
    {
        IsOdd = true,
        Bend = (lower, upper) => lower >= 0 ? (growsSteeper ? 1 : -1) : upper <= 0 ? (growsSteeper ? -1 : 1) : 0,
    };

    /// <summary>A function whose slope turns at known points and is monotone between them.</summary>
    /// <param name="slope">The slope.</param>
    /// <param name="turns">Where it turns.</param>
    public static CheckedRule Turning(Func<double, double> slope, params double[] turns) => new((lower, upper) =>
    {
        (double a, double b) = (slope(lower), slope(upper));
        (double least, double most) = (Math.Min(a, b), Math.Max(a, b));
        foreach (double turn in turns)
            if (turn > lower && turn < upper) (least, most) = (Math.Min(least, slope(turn)), Math.Max(most, slope(turn)));
        return (least, most);
    });

    /// <summary>A function of a known largest |f''|: the slope at the middle, and how far it may be from that.</summary>
    public static CheckedRule Smooth(Func<double, double> slope, double curvature) => new((lower, upper) =>
    {
        double middle = slope((lower / 2) + (upper / 2)), reach = curvature * (upper - lower) / 2;
        return (middle - reach, middle + reach);
    });
}
