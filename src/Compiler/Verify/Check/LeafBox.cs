using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Check;

/// <summary>What a leaf of a proof stands for: inputs inside of a box for which the code gives elements of values inside of intervals.</summary>
/// <param name="Lower">The inputs' lower ends.</param>
/// <param name="Upper">The inputs' upper ends.</param>
/// <param name="Elements">By place (<see cref="ProofTree"/>) the ends of elements that were split.</param>
internal sealed record LeafBox(double[] Lower, double[] Upper, ImmutableSortedDictionary<int, (double Low, double High)> Elements)
{
    /// <summary>A box of inputs as a whole.</summary>
    public static LeafBox Of(double[] lower, double[] upper) => new(lower, upper, ImmutableSortedDictionary<int, (double Low, double High)>.Empty);

    /// <summary>Whether a value is between the ends of a place.</summary>
    public bool Holds(int place, double value) => Ends(place) is var (low, high) && value >= low && value <= high && !double.IsInfinity(value);

    /// <summary>The part where a place is at most a value.</summary>
    public LeafBox Below(int place, double value) => With(place, Ends(place).Low, value);

    /// <summary>The part where a place is at least a value.</summary>
    public LeafBox Above(int place, double value) => With(place, value, Ends(place).High);

    private (double Low, double High) Ends(int place)
        => place < Lower.Length ? (Lower[place], Upper[place]) : Elements.TryGetValue(place, out (double Low, double High) ends) ? ends : (double.NegativeInfinity, double.PositiveInfinity);

    private LeafBox With(int place, double low, double high)
    {
        if (place >= Lower.Length) return this with { Elements = Elements.SetItem(place, (low, high)) };
        (double[] lower, double[] upper) = ((double[])Lower.Clone(), (double[])Upper.Clone());
        (lower[place], upper[place]) = (low, high);
        return this with { Lower = lower, Upper = upper };
    }
}
