using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Red.Certify;

/// <summary>A value of the two networks: known exactly where it does not depend on the input, else bounded.</summary>
internal sealed class BoundedValue
{
    private PairBound? _bound;

    /// <summary>A value that depends on the input.</summary>
    public BoundedValue(PairBound bound) => _bound = bound;

    /// <summary>A value that does not depend on the input.</summary>
    public BoundedValue(ReferenceTensor original, ReferenceTensor reduced)
    {
        Original = original;
        Reduced = reduced;
    }

    /// <summary>The exact value in the original network, or null.</summary>
    public ReferenceTensor? Original { get; }

    /// <summary>The exact value in the reduced network, or null.</summary>
    public ReferenceTensor? Reduced { get; }

    /// <summary>The exact value where it is one in both networks; else null.</summary>
    public ReferenceTensor? Exact => Original is not null && (ReferenceEquals(Original, Reduced) || AreEqual(Original, Reduced!)) ? Original : null;

    /// <summary>Whether the elements are floats.</summary>
    public bool IsReal => _bound is not null || Original!.IsReal;

    /// <summary>The lengths of the dimensions.</summary>
    public int[] Lengths => _bound?.Lengths ?? Original!.Lengths;

    /// <summary>The bounds of the elements, which are floats.</summary>
    public PairBound Bound => _bound ??= Original!.Lengths.SequenceEqual(Reduced!.Lengths)
        ? PairBound.Of(Original, Reduced)
        : throw new UncertifiableException("its constants have other shapes in the reduced network");

    private static bool AreEqual(ReferenceTensor a, ReferenceTensor b)
        => a.ElementType == b.ElementType && a.Lengths.SequenceEqual(b.Lengths)
            && (a.IsReal ? a.Reals!.SequenceEqual(b.Reals!) : a.Integers is null ? a.Strings!.SequenceEqual(b.Strings!) : a.Integers.SequenceEqual(b.Integers!));
}
