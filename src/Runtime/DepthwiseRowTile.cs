#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// A tile of neighbouring windows of <see cref="DepthwiseRow"/>: one line of three taps added to the sums of up to four windows, each input
/// element loaded once. The first column and the last one have places of their own, since they may lie in the padding.
/// </summary>
internal interface IDepthwiseRowTile
{
    /// <summary>Windows: 2 or 4.</summary>
    int Windows { get; }

    /// <summary>Columns from window to window.</summary>
    int Stride { get; }

    /// <summary>Adds a line.</summary>
    /// <param name="left">The first column.</param>
    /// <param name="x">The second column; the others follow, <paramref name="step"/> floats apart.</param>
    /// <param name="right">The last column.</param>
    /// <param name="step">Floats from column to column.</param>
    /// <param name="w0">The weight of the first tap.</param>
    /// <param name="w1">The weight of the second tap.</param>
    /// <param name="w2">The weight of the third tap.</param>
    /// <param name="a">The sum of the first window.</param>
    /// <param name="b">The sum of the second window.</param>
    /// <param name="c">The sum of the third window, if there is one.</param>
    /// <param name="d">The sum of the fourth window, if there is one.</param>
    void Line<TLanes>(
        ref float left, ref float x, ref float right, nint step, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Four windows, one column apart.</summary>
internal readonly struct DepthwiseFourByOne : IDepthwiseRowTile
{
    /// <inheritdoc/>
    public int Windows => 4;

    /// <inheritdoc/>
    public int Stride => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Line<TLanes>(
        ref float left, ref float x, ref float right, nint step, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes v = o.Load(ref left, 0);
            o.Accumulate(ref a, v, w0);
            v = o.Load(ref x, 0);
            o.Accumulate(ref a, v, w1);
            o.Accumulate(ref b, v, w0);
            v = o.Load(ref x, step);
            o.Accumulate(ref a, v, w2);
            o.Accumulate(ref b, v, w1);
            o.Accumulate(ref c, v, w0);
            v = o.Load(ref x, 2 * step);
            o.Accumulate(ref b, v, w2);
            o.Accumulate(ref c, v, w1);
            o.Accumulate(ref d, v, w0);
            v = o.Load(ref x, 3 * step);
            o.Accumulate(ref c, v, w2);
            o.Accumulate(ref d, v, w1);
            o.Accumulate(ref d, o.Load(ref right, 0), w2);
        }
    }
}

/// <summary>Four windows, two columns apart.</summary>
internal readonly struct DepthwiseFourByTwo : IDepthwiseRowTile
{
    /// <inheritdoc/>
    public int Windows => 4;

    /// <inheritdoc/>
    public int Stride => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Line<TLanes>(
        ref float left, ref float x, ref float right, nint step, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Accumulate(ref a, o.Load(ref left, 0), w0);
            o.Accumulate(ref a, o.Load(ref x, 0), w1);
            TLanes v = o.Load(ref x, step);
            o.Accumulate(ref a, v, w2);
            o.Accumulate(ref b, v, w0);
            o.Accumulate(ref b, o.Load(ref x, 2 * step), w1);
            v = o.Load(ref x, 3 * step);
            o.Accumulate(ref b, v, w2);
            o.Accumulate(ref c, v, w0);
            o.Accumulate(ref c, o.Load(ref x, 4 * step), w1);
            v = o.Load(ref x, 5 * step);
            o.Accumulate(ref c, v, w2);
            o.Accumulate(ref d, v, w0);
            o.Accumulate(ref d, o.Load(ref x, 6 * step), w1);
            o.Accumulate(ref d, o.Load(ref right, 0), w2);
        }
    }
}

/// <summary>Two windows, one column apart, for rows of fewer than four.</summary>
internal readonly struct DepthwiseTwoByOne : IDepthwiseRowTile
{
    /// <inheritdoc/>
    public int Windows => 2;

    /// <inheritdoc/>
    public int Stride => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Line<TLanes>(
        ref float left, ref float x, ref float right, nint step, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Accumulate(ref a, o.Load(ref left, 0), w0);
        TLanes v = o.Load(ref x, 0);
        o.Accumulate(ref a, v, w1);
        o.Accumulate(ref b, v, w0);
        v = o.Load(ref x, step);
        o.Accumulate(ref a, v, w2);
        o.Accumulate(ref b, v, w1);
        o.Accumulate(ref b, o.Load(ref right, 0), w2);
    }
}

/// <summary>Two windows, two columns apart, for rows of fewer than four.</summary>
internal readonly struct DepthwiseTwoByTwo : IDepthwiseRowTile
{
    /// <inheritdoc/>
    public int Windows => 2;

    /// <inheritdoc/>
    public int Stride => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Line<TLanes>(
        ref float left, ref float x, ref float right, nint step, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        o.Accumulate(ref a, o.Load(ref left, 0), w0);
        o.Accumulate(ref a, o.Load(ref x, 0), w1);
        TLanes v = o.Load(ref x, step);
        o.Accumulate(ref a, v, w2);
        o.Accumulate(ref b, v, w0);
        o.Accumulate(ref b, o.Load(ref x, unchecked(2 * step)), w1);
        o.Accumulate(ref b, o.Load(ref right, 0), w2);
    }
}
