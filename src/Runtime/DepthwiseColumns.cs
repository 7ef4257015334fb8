#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Runs of one to four neighbouring taps over neighbouring windows: each column is loaded once for four windows, and the weights stay in registers. So as
/// many multiply-adds can be done as the processor has, where a load for each would take as long or longer.
/// </summary>
internal static class DepthwiseColumns
{
    /// <summary>A tap of four windows, which are a vector apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void One<TLanes>(ref float x, TLanes w, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Accumulate(ref a, w, o.Load(ref x, 0));
            o.Accumulate(ref b, w, o.Load(ref x, o.Count));
            o.Accumulate(ref c, w, o.Load(ref x, 2 * o.Count));
            o.Accumulate(ref d, w, o.Load(ref x, 3 * o.Count));
        }
    }

    /// <summary>Two taps of eight windows, or of the first four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Two<TLanes>(
        ref float x, ref float w, nint step, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step);
        Two(ref x, w0, w1, ref a, ref b, ref c, ref d);
        if (eight) Two(ref Unsafe.Add(ref x, unchecked(4 * o.Count)), w0, w1, ref e, ref f, ref g, ref h);
    }

    /// <summary>Three taps of eight windows, or of the first four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Three<TLanes>(
        ref float x, ref float w, nint step, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, unchecked(2 * step));
        Three(ref x, w0, w1, w2, ref a, ref b, ref c, ref d);
        if (eight) Three(ref Unsafe.Add(ref x, unchecked(4 * o.Count)), w0, w1, w2, ref e, ref f, ref g, ref h);
    }

    /// <summary>Four taps of eight windows, or of the first four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Four<TLanes>(
        ref float x, ref float w, nint step, bool eight,
        ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d, ref TLanes e, ref TLanes f, ref TLanes g, ref TLanes h)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes o = default;
        TLanes w0 = o.Load(ref w, 0), w1 = o.Load(ref w, step), w2 = o.Load(ref w, unchecked(2 * step)), w3 = o.Load(ref w, unchecked(3 * step));
        Four(ref x, w0, w1, w2, w3, ref a, ref b, ref c, ref d);
        if (eight) Four(ref Unsafe.Add(ref x, unchecked(4 * o.Count)), w0, w1, w2, w3, ref e, ref f, ref g, ref h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two<TLanes>(ref float x, TLanes w0, TLanes w1, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Accumulate(ref a, w0, o.Load(ref x, 0));
            TLanes v = o.Load(ref x, o.Count);
            o.Accumulate(ref a, w1, v);
            o.Accumulate(ref b, w0, v);
            v = o.Load(ref x, 2 * o.Count);
            o.Accumulate(ref b, w1, v);
            o.Accumulate(ref c, w0, v);
            v = o.Load(ref x, 3 * o.Count);
            o.Accumulate(ref c, w1, v);
            o.Accumulate(ref d, w0, v);
            o.Accumulate(ref d, w1, o.Load(ref x, 4 * o.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three<TLanes>(ref float x, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Accumulate(ref a, w0, o.Load(ref x, 0));
            TLanes v = o.Load(ref x, o.Count);
            o.Accumulate(ref a, w1, v);
            o.Accumulate(ref b, w0, v);
            v = o.Load(ref x, 2 * o.Count);
            o.Accumulate(ref a, w2, v);
            o.Accumulate(ref b, w1, v);
            o.Accumulate(ref c, w0, v);
            v = o.Load(ref x, 3 * o.Count);
            o.Accumulate(ref b, w2, v);
            o.Accumulate(ref c, w1, v);
            o.Accumulate(ref d, w0, v);
            v = o.Load(ref x, 4 * o.Count);
            o.Accumulate(ref c, w2, v);
            o.Accumulate(ref d, w1, v);
            o.Accumulate(ref d, w2, o.Load(ref x, 5 * o.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes>(ref float x, TLanes w0, TLanes w1, TLanes w2, TLanes w3, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Accumulate(ref a, w0, o.Load(ref x, 0));
            TLanes v = o.Load(ref x, o.Count);
            o.Accumulate(ref a, w1, v);
            o.Accumulate(ref b, w0, v);
            v = o.Load(ref x, 2 * o.Count);
            o.Accumulate(ref a, w2, v);
            o.Accumulate(ref b, w1, v);
            o.Accumulate(ref c, w0, v);
            v = o.Load(ref x, 3 * o.Count);
            o.Accumulate(ref a, w3, v);
            o.Accumulate(ref b, w2, v);
            o.Accumulate(ref c, w1, v);
            o.Accumulate(ref d, w0, v);
            v = o.Load(ref x, 4 * o.Count);
            o.Accumulate(ref b, w3, v);
            o.Accumulate(ref c, w2, v);
            o.Accumulate(ref d, w1, v);
            v = o.Load(ref x, 5 * o.Count);
            o.Accumulate(ref c, w3, v);
            o.Accumulate(ref d, w2, v);
            o.Accumulate(ref d, w3, o.Load(ref x, 6 * o.Count));
        }
    }
}
