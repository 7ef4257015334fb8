#nullable enable

namespace RedGen.Runtime;

/// <summary>
/// The vectors that an integer micro-kernel is written for, as <see cref="ILanes{TLanes}"/> is for floats. They hold inputs, weights, or
/// 32-bit sums of products. Inputs are 16 bits and products are added in pairs, or 8 bits and added by fours; both are exact.
/// </summary>
/// <typeparam name="TLanes">The vector itself.</typeparam>
internal interface IIntegerLanes<TLanes>
    where TLanes : struct, IIntegerLanes<TLanes>
{
    /// <summary>Output channels that two vectors compute; a single one where they come in pairs of taps.</summary>
    int Count { get; }

    /// <summary>The zero point of the weights everywhere.</summary>
    TLanes Fill(int value);

    /// <summary>The input so many elements behind another.</summary>
    ref short At(ref short origin, nint offset);

    /// <summary>Four neighbouring inputs, over and over.</summary>
    TLanes Repeat(ref short origin, nint offset);

    /// <summary>Weights less their zero point.</summary>
    TLanes Weights(ref sbyte origin, nint offset, TLanes zero);

    /// <summary>Adds products to sums.</summary>
    TLanes MultiplyAdd(TLanes x, TLanes weights, TLanes sums);

    /// <summary>Writes the sums of the channels of two vectors.</summary>
    void StoreFolded(TLanes first, TLanes second, ref int to);
}

/// <summary>Vectors of 16-bit inputs, which can come in pairs of taps of neighbouring channels.</summary>
/// <typeparam name="TLanes">The vector itself.</typeparam>
internal interface IPairLanes<TLanes> : IIntegerLanes<TLanes>
    where TLanes : struct, IPairLanes<TLanes>
{
    /// <summary>Inputs of neighbouring channels in pairs: one from each offset.</summary>
    TLanes Pair(ref short origin, nint first, nint second);

    /// <summary>Writes the sums.</summary>
    void Store(TLanes sums, ref int to);
}
