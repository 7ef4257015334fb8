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

    /// <summary><c>a + b</c>.</summary>
    TLanes Add(TLanes a, TLanes b);

    /// <summary><c>a − b</c>.</summary>
    TLanes Subtract(TLanes a, TLanes b);

    /// <summary><c>a × b</c>.</summary>
    TLanes Multiply(TLanes a, TLanes b);

    /// <summary><c>a × b + c</c>: rounded once where the processor can, twice elsewhere.</summary>
    TLanes MultiplyAdd(TLanes a, TLanes b, TLanes c);

    /// <summary>The larger of two in every lane; a NaN on either side gives NaN.</summary>
    TLanes Max(TLanes a, TLanes b);

    /// <summary>The sum of all lanes.</summary>
    float Sum(TLanes value);

    /// <summary>An activation of every lane.</summary>
    TLanes Apply<TActivation>(TActivation activation, TLanes value)
        where TActivation : struct, IActivation;
}
