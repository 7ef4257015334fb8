#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The width of vector that a micro-kernel is written for. A kernel is generic over it and asks <c>default(TLanes)</c> for every
/// operation; the JIT compiles it once per width with each operation one instruction. All addresses are refs plus element offsets.
/// </summary>
/// <typeparam name="TLanes">The vector itself.</typeparam>
internal interface ILanes<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Floats in a vector.</summary>
    int Count { get; }

    /// <summary>The same value in every lane.</summary>
    TLanes Fill(float value);

    /// <summary>Reads one vector that starts <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    TLanes Load(ref float origin, nint offset);

    /// <summary>Reads a vector, or the <paramref name="count"/> floats that are left where they are fewer; the other lanes are zero.</summary>
    TLanes LoadUpTo(ref float origin, nint offset, int count);

    /// <summary>Writes one vector that starts <paramref name="offset"/> floats after <paramref name="origin"/>.</summary>
    void Store(TLanes value, ref float origin, nint offset);

    /// <summary>Writes a vector, or its first <paramref name="count"/> lanes where they are fewer.</summary>
    void StoreUpTo(TLanes value, ref float origin, nint offset, int count);

    /// <summary>The first <paramref name="count"/> lanes of one vector, the others of another.</summary>
    TLanes KeepUpTo(TLanes value, int count, TLanes others);

    /// <summary><c>a + b</c>.</summary>
    TLanes Add(TLanes a, TLanes b);

    /// <summary><c>a − b</c>.</summary>
    TLanes Subtract(TLanes a, TLanes b);

    /// <summary><c>a × b</c>.</summary>
    TLanes Multiply(TLanes a, TLanes b);

    /// <summary><c>a ÷ b</c>.</summary>
    TLanes Divide(TLanes a, TLanes b);

    /// <summary><c>a × b + c</c>: rounded once where the processor can, twice elsewhere.</summary>
    TLanes MultiplyAdd(TLanes a, TLanes b, TLanes c);

    /// <summary><c>a × b + sum</c> in place of the sum: as <see cref="MultiplyAdd"/>, but the JIT adds in the sum's own register, where it copies a result there.</summary>
    void Accumulate(ref TLanes sum, TLanes a, TLanes b);

    /// <summary>The square root.</summary>
    TLanes Sqrt(TLanes value);

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    TLanes Max(TLanes a, TLanes b);

    /// <summary>The smaller of two in every lane; a NaN on either side gives NaN.</summary>
    TLanes Min(TLanes a, TLanes b);

    /// <summary>x, or the bound where x is below it. NaN stays NaN, and −0 stays at a bound of 0. The bound is no NaN.</summary>
    TLanes AtLeast(TLanes x, TLanes bound);

    /// <summary>x, or the bound where x is above it. NaN stays NaN, and −0 stays at a bound of 0. The bound is no NaN.</summary>
    TLanes AtMost(TLanes x, TLanes bound);

    /// <summary>x without its sign.</summary>
    TLanes Abs(TLanes x);

    /// <summary>−x.</summary>
    TLanes Negate(TLanes x);

    /// <summary>A magnitude, positive or +0, with the sign of <paramref name="x"/>, zero's included.</summary>
    TLanes WithSign(TLanes magnitude, TLanes x);

    /// <summary>A mask of the lanes with a &lt; b.</summary>
    TLanes Less(TLanes a, TLanes b);

    /// <summary>A mask of the lanes with a ≤ b.</summary>
    TLanes LessOrEqual(TLanes a, TLanes b);

    /// <summary>A mask of the lanes with a = b.</summary>
    TLanes Equal(TLanes a, TLanes b);

    /// <summary>Whether a ≤ b in every lane; not where either is NaN.</summary>
    bool AreAtMost(TLanes a, TLanes b);

    /// <summary>One vector's lanes where the mask is set, another's where not.</summary>
    TLanes Select(TLanes mask, TLanes set, TLanes unset);

    /// <summary>x · 2^n for whole n from −252 to 254; a denormal result may be rounded twice.</summary>
    TLanes Scale(TLanes x, TLanes n);

    /// <summary>Splits positive normal numbers: x = f · 2^exponent with f from √½ to √2.</summary>
    TLanes SplitPower(TLanes x, out TLanes exponent);

    /// <summary>The lower 16 bits of every lane as the upper half of a float whose lower half is zero.</summary>
    TLanes LowerHalf(TLanes pair);

    /// <summary>Every lane with its lower 16 bits set to zero.</summary>
    TLanes UpperHalf(TLanes pair);

    /// <summary>The sum of all lanes.</summary>
    float Sum(TLanes value);

    /// <summary>The sums of all lanes of two vectors.</summary>
    void Sums(TLanes a, TLanes b, out float sumOfA, out float sumOfB);

    /// <summary>The largest of all lanes; a NaN gives NaN.</summary>
    float Largest(TLanes value);
}
