using System.Collections.Immutable;

namespace RedGen.Compiler.Verify.Properties;

/// <summary>A box of inputs, both ends of every side included.</summary>
/// <param name="Lower">The lower end by input element, row-major.</param>
/// <param name="Upper">The upper end.</param>
public sealed record VerifiedBox(ImmutableArray<double> Lower, ImmutableArray<double> Upper)
{
    /// <summary>The number of input elements.</summary>
    public int Length => Lower.Length;

    /// <summary>Whether a side has no point.</summary>
    public bool IsEmpty
    {
        get
        {
            for (int i = 0; i < Length; i++)
                if (!(Lower[i] <= Upper[i])) return true;
            return false;
        }
    }
}
