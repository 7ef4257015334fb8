#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Some inputs of a layer for <see cref="SparseDense"/>. Their sums are added to those of the inputs before, and are kept in the output for
/// those behind or become results.
/// </summary>
internal readonly struct SparsePart
{
    private readonly bool _isFirst;
    private readonly bool _isLast;

    /// <summary>Sets it.</summary>
    /// <param name="from">The row of weights that the first input has.</param>
    /// <param name="depth">Rows of the layer.</param>
    /// <param name="count">Inputs that are not zero.</param>
    /// <param name="isFirst">Whether no inputs come before.</param>
    /// <param name="isLast">Whether none follow.</param>
    internal SparsePart(int from, int depth, int count, bool isFirst, bool isLast)
    {
        From = from;
        Depth = depth;
        Count = count;
        _isFirst = isFirst;
        _isLast = isLast;
    }

    /// <summary>The row of weights that the first input has.</summary>
    internal nint From { get; }

    /// <summary>Rows of the layer.</summary>
    internal nint Depth { get; }

    /// <summary>Inputs that are not zero.</summary>
    internal nint Count { get; }

    /// <summary>Writes a vector of sums, or of results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void End<TLanes>(TLanes sum, ref float y, int m, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        if (!_isFirst)
        {
            sum = f.Add(f.Load(ref y, m), sum);
        }

        f.Store(_isLast ? end.Of(sum, m) : sum, ref y, m);
    }

    /// <summary>The same for a vector that may go beyond the outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void EndLast<TLanes>(TLanes sum, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        int count = unchecked(outputs - m);
        if (!_isFirst)
        {
            sum = f.Add(f.LoadUpTo(ref y, m, count), sum);
        }

        f.StoreUpTo(_isLast ? end.OfLast(sum, m) : sum, ref y, m, count);
    }
}
