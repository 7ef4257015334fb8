#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>One line of a kernel's taps, added to the sums of neighbouring windows of <see cref="DepthwiseStrip"/>.</summary>
internal interface IDepthwiseTapLine
{
    /// <summary>
    /// Adds the line to the sums a to h of eight windows, or of the first four where <c>eight</c>, a constant, is false. <c>x</c> is the first tap of the first
    /// window in the ring, <c>w</c> the first weight, with <c>channels</c> floats from one to the next.
    /// </summary>
    void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>;
}

/// <summary>Taps one by one, whatever the stride and the dilation: a load for each tap and window.</summary>
internal readonly struct DepthwiseTapsApart : IDepthwiseTapLine
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            int remainder = 0;
            for (int tap = 0; tap < steps.Taps; tap++)
            {
                TLanes v = o.Load(ref w, 0);
                DepthwiseColumns.One(ref x, v, ref a, ref b, ref c, ref d);
                if (eight) DepthwiseColumns.One(ref Unsafe.Add(ref x, 4 * o.Count), v, ref e, ref f, ref g, ref h);
                w = ref Unsafe.Add(ref w, channels);
                x = ref Unsafe.Add(ref x, steps.Advance(ref remainder));
            }
        }
    }
}

/// <summary>Five neighbouring taps, windows one column apart.</summary>
internal readonly struct DepthwiseFiveByOne : IDepthwiseTapLine
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            DepthwiseColumns.Three(ref x, ref w, channels, eight, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            DepthwiseColumns.Two(
                ref Unsafe.Add(ref x, 3 * default(TLanes).Count), ref Unsafe.Add(ref w, 3 * channels), channels, eight,
                ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
    }
}

/// <summary>Five neighbouring taps, windows two columns apart.</summary>
internal readonly struct DepthwiseFiveByTwo : IDepthwiseTapLine
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            DepthwiseColumns.Three(ref x, ref w, 2 * channels, eight, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            DepthwiseColumns.Two(
                ref Unsafe.Add(ref x, steps.ToRemainder), ref Unsafe.Add(ref w, channels), 2 * channels, eight,
                ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
    }
}

/// <summary>Seven neighbouring taps, windows one column apart.</summary>
internal readonly struct DepthwiseSevenByOne : IDepthwiseTapLine
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            DepthwiseColumns.Four(ref x, ref w, channels, eight, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            DepthwiseColumns.Three(
                ref Unsafe.Add(ref x, 4 * default(TLanes).Count), ref Unsafe.Add(ref w, 4 * channels), channels, eight,
                ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
    }
}

/// <summary>Seven neighbouring taps, windows two columns apart.</summary>
internal readonly struct DepthwiseSevenByTwo : IDepthwiseTapLine
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TLanes>(
        in DepthwiseSteps steps, ref float x, ref float w, nint channels, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            DepthwiseColumns.Four(ref x, ref w, 2 * channels, eight, ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
            DepthwiseColumns.Three(
                ref Unsafe.Add(ref x, steps.ToRemainder), ref Unsafe.Add(ref w, channels), 2 * channels, eight,
                ref a, ref b, ref c, ref d, ref e, ref f, ref g, ref h);
        }
    }
}
