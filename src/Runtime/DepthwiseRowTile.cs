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
            a = o.MultiplyAdd(v, w0, a);
            v = o.Load(ref x, 0);
            a = o.MultiplyAdd(v, w1, a);
            b = o.MultiplyAdd(v, w0, b);
            v = o.Load(ref x, step);
            a = o.MultiplyAdd(v, w2, a);
            b = o.MultiplyAdd(v, w1, b);
            c = o.MultiplyAdd(v, w0, c);
            v = o.Load(ref x, 2 * step);
            b = o.MultiplyAdd(v, w2, b);
            c = o.MultiplyAdd(v, w1, c);
            d = o.MultiplyAdd(v, w0, d);
            v = o.Load(ref x, 3 * step);
            c = o.MultiplyAdd(v, w2, c);
            d = o.MultiplyAdd(v, w1, d);
            d = o.MultiplyAdd(o.Load(ref right, 0), w2, d);
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
            a = o.MultiplyAdd(o.Load(ref left, 0), w0, a);
            a = o.MultiplyAdd(o.Load(ref x, 0), w1, a);
            TLanes v = o.Load(ref x, step);
            a = o.MultiplyAdd(v, w2, a);
            b = o.MultiplyAdd(v, w0, b);
            b = o.MultiplyAdd(o.Load(ref x, 2 * step), w1, b);
            v = o.Load(ref x, 3 * step);
            b = o.MultiplyAdd(v, w2, b);
            c = o.MultiplyAdd(v, w0, c);
            c = o.MultiplyAdd(o.Load(ref x, 4 * step), w1, c);
            v = o.Load(ref x, 5 * step);
            c = o.MultiplyAdd(v, w2, c);
            d = o.MultiplyAdd(v, w0, d);
            d = o.MultiplyAdd(o.Load(ref x, 6 * step), w1, d);
            d = o.MultiplyAdd(o.Load(ref right, 0), w2, d);
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
        a = o.MultiplyAdd(o.Load(ref left, 0), w0, a);
        TLanes v = o.Load(ref x, 0);
        a = o.MultiplyAdd(v, w1, a);
        b = o.MultiplyAdd(v, w0, b);
        v = o.Load(ref x, step);
        a = o.MultiplyAdd(v, w2, a);
        b = o.MultiplyAdd(v, w1, b);
        b = o.MultiplyAdd(o.Load(ref right, 0), w2, b);
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
        a = o.MultiplyAdd(o.Load(ref left, 0), w0, a);
        a = o.MultiplyAdd(o.Load(ref x, 0), w1, a);
        TLanes v = o.Load(ref x, step);
        a = o.MultiplyAdd(v, w2, a);
        b = o.MultiplyAdd(v, w0, b);
        b = o.MultiplyAdd(o.Load(ref x, unchecked(2 * step)), w1, b);
        b = o.MultiplyAdd(o.Load(ref right, 0), w2, b);
    }
}
