#nullable enable
namespace RedGen.Runtime;

/// <summary>A vector of doubles: what <see cref="WinogradSpread"/> needs of one.</summary>
/// <typeparam name="TSelf">The vector itself.</typeparam>
internal interface IDoubleLanes<TSelf>
    where TSelf : struct, IDoubleLanes<TSelf>
{
    /// <summary>Lanes, a power of two.</summary>
    int Count { get; }

    /// <summary>Reads a vector <paramref name="offset"/> doubles behind.</summary>
    TSelf Load(ref double origin, nint offset);

    /// <summary>Reads as many floats, <paramref name="offset"/> floats behind.</summary>
    TSelf Widen(ref float origin, nint offset);

    /// <summary>Writes a vector <paramref name="offset"/> doubles behind.</summary>
    void Store(TSelf value, ref double origin, nint offset);

    /// <summary>Writes two vectors, rounded to floats, <paramref name="offset"/> floats behind.</summary>
    void StoreRounded(TSelf low, TSelf high, ref float origin, nint offset);

    /// <summary>a + b.</summary>
    TSelf Add(TSelf a, TSelf b);

    /// <summary>a − b.</summary>
    TSelf Subtract(TSelf a, TSelf b);

    /// <summary>Every lane times a factor.</summary>
    TSelf Multiply(TSelf a, double factor);
}
