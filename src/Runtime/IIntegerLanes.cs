#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The width of vector that an integer micro-kernel is written for, as <see cref="ILanes{TLanes}"/> is for floats. A vector holds 16-bit
/// inputs, 16-bit weights, or 32-bit sums of two products each; the products are added in pairs, which is exact.
/// </summary>
/// <typeparam name="TLanes">The vector itself.</typeparam>
internal interface IIntegerLanes<TLanes>
    where TLanes : struct, IIntegerLanes<TLanes>
{
    /// <summary>32-bit sums in a vector.</summary>
    int Count { get; }

    /// <summary>The same 16-bit number everywhere.</summary>
    TLanes Fill(int value);

    /// <summary>Four neighbouring inputs, over and over.</summary>
    TLanes Repeat(ref short origin, nint offset);

    /// <summary>Inputs of neighbouring channels in pairs: one from each offset.</summary>
    TLanes Pair(ref short origin, nint first, nint second);

    /// <summary>Weights less their zero point.</summary>
    TLanes Weights(ref sbyte origin, nint offset, TLanes zero);

    /// <summary>Adds the products of both numbers of every pair to a sum.</summary>
    TLanes MultiplyAdd(TLanes x, TLanes weights, TLanes sums);

    /// <summary>Writes the sums.</summary>
    void Store(TLanes sums, ref int to);

    /// <summary>Adds neighbouring sums and writes those of two vectors.</summary>
    void StoreFolded(TLanes first, TLanes second, ref int to);
}
