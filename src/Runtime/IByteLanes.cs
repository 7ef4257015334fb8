#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The width of vector that loops over quantised elements are written for: 8-bit integers are read as floats and written from them, with
/// float arithmetic in between, every lane rounded as one element would be.
/// </summary>
/// <typeparam name="TLanes">The vector itself.</typeparam>
internal interface IByteLanes<TLanes>
    where TLanes : struct, IByteLanes<TLanes>
{
    /// <summary>Elements in a vector.</summary>
    int Count { get; }

    /// <summary>The same value in every lane.</summary>
    TLanes Fill(float value);

    /// <summary>Reads 8-bit integers.</summary>
    TLanes FromBytes(ref byte origin, nint offset, bool isSigned);

    /// <summary>Reads floats.</summary>
    TLanes FromFloats(ref float origin, nint offset);

    /// <summary>Rounds what is in the range of the integers, ties to even, and writes it plus a zero point.</summary>
    void ToBytes(TLanes value, int zeroPoint, ref byte origin, nint offset);

    /// <summary>Writes floats.</summary>
    void ToFloats(TLanes value, ref float origin, nint offset);

    /// <summary>Rounds what is within ±65,536, ties to even.</summary>
    TLanes Round(TLanes value);

    /// <summary><c>a + b</c>.</summary>
    TLanes Add(TLanes a, TLanes b);

    /// <summary><c>a × b</c>.</summary>
    TLanes Multiply(TLanes a, TLanes b);

    /// <summary><c>a ÷ b</c>.</summary>
    TLanes Divide(TLanes a, TLanes b);

    /// <summary>The nearest number of a range; its low end for NaN.</summary>
    TLanes Clamp(TLanes value, TLanes low, TLanes high);
}
