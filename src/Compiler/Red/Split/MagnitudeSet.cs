namespace RedGen.Compiler.Red.Splitting;

/// <summary>A set of positions in a list of at most 127 magnitudes.</summary>
/// <param name="Low">Positions 0 … 63.</param>
/// <param name="High">Positions 64 … 127.</param>
internal readonly record struct MagnitudeSet(ulong Low, ulong High)
{
    /// <summary>The number of members.</summary>
    public int Count => Ones(Low) + Ones(High);

    /// <summary>Whether a position is a member.</summary>
    public bool Contains(int position) => ((position < 64 ? Low >> position : High >> (position - 64)) & 1) != 0;

    /// <summary>The set with one more member.</summary>
    public MagnitudeSet With(int position) => position < 64 ? this with { Low = Low | (1UL << position) } : this with { High = High | (1UL << (position - 64)) };

    /// <summary>The members of both sets.</summary>
    public MagnitudeSet And(MagnitudeSet other) => new(Low & other.Low, High & other.High);

    private static int Ones(ulong bits)
    {
        int count = 0;
        for (; bits != 0; bits &= bits - 1) count++;
        return count;
    }
}
