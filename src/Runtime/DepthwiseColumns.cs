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
            a = o.MultiplyAdd(w, o.Load(ref x, 0), a);
            b = o.MultiplyAdd(w, o.Load(ref x, o.Count), b);
            c = o.MultiplyAdd(w, o.Load(ref x, 2 * o.Count), c);
            d = o.MultiplyAdd(w, o.Load(ref x, 3 * o.Count), d);
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
            a = o.MultiplyAdd(w0, o.Load(ref x, 0), a);
            TLanes v = o.Load(ref x, o.Count);
            a = o.MultiplyAdd(w1, v, a);
            b = o.MultiplyAdd(w0, v, b);
            v = o.Load(ref x, 2 * o.Count);
            b = o.MultiplyAdd(w1, v, b);
            c = o.MultiplyAdd(w0, v, c);
            v = o.Load(ref x, 3 * o.Count);
            c = o.MultiplyAdd(w1, v, c);
            d = o.MultiplyAdd(w0, v, d);
            d = o.MultiplyAdd(w1, o.Load(ref x, 4 * o.Count), d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Three<TLanes>(ref float x, TLanes w0, TLanes w1, TLanes w2, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            a = o.MultiplyAdd(w0, o.Load(ref x, 0), a);
            TLanes v = o.Load(ref x, o.Count);
            a = o.MultiplyAdd(w1, v, a);
            b = o.MultiplyAdd(w0, v, b);
            v = o.Load(ref x, 2 * o.Count);
            a = o.MultiplyAdd(w2, v, a);
            b = o.MultiplyAdd(w1, v, b);
            c = o.MultiplyAdd(w0, v, c);
            v = o.Load(ref x, 3 * o.Count);
            b = o.MultiplyAdd(w2, v, b);
            c = o.MultiplyAdd(w1, v, c);
            d = o.MultiplyAdd(w0, v, d);
            v = o.Load(ref x, 4 * o.Count);
            c = o.MultiplyAdd(w2, v, c);
            d = o.MultiplyAdd(w1, v, d);
            d = o.MultiplyAdd(w2, o.Load(ref x, 5 * o.Count), d);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<TLanes>(ref float x, TLanes w0, TLanes w1, TLanes w2, TLanes w3, ref TLanes a, ref TLanes b, ref TLanes c, ref TLanes d)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            a = o.MultiplyAdd(w0, o.Load(ref x, 0), a);
            TLanes v = o.Load(ref x, o.Count);
            a = o.MultiplyAdd(w1, v, a);
            b = o.MultiplyAdd(w0, v, b);
            v = o.Load(ref x, 2 * o.Count);
            a = o.MultiplyAdd(w2, v, a);
            b = o.MultiplyAdd(w1, v, b);
            c = o.MultiplyAdd(w0, v, c);
            v = o.Load(ref x, 3 * o.Count);
            a = o.MultiplyAdd(w3, v, a);
            b = o.MultiplyAdd(w2, v, b);
            c = o.MultiplyAdd(w1, v, c);
            d = o.MultiplyAdd(w0, v, d);
            v = o.Load(ref x, 4 * o.Count);
            b = o.MultiplyAdd(w3, v, b);
            c = o.MultiplyAdd(w2, v, c);
            d = o.MultiplyAdd(w1, v, d);
            v = o.Load(ref x, 5 * o.Count);
            c = o.MultiplyAdd(w3, v, c);
            d = o.MultiplyAdd(w2, v, d);
            d = o.MultiplyAdd(w3, o.Load(ref x, 6 * o.Count), d);
        }
    }
}
