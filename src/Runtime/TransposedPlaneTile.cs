#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of <see cref="TransposedPlanes"/>: sums over channels of weights[channel][row] × input[channel][place] for one to three rows and four
/// vectors of neighbouring places.
/// </summary>
internal static class TransposedPlaneTile
{
    /// <summary>Vectors of a tile.</summary>
    internal const int Vectors = 4;

    /// <summary>Computes a tile.</summary>
    /// <param name="rows">1 to 3.</param>
    /// <param name="x">The channels' places, side by side.</param>
    /// <param name="channels">Channels.</param>
    /// <param name="w">The weights, those of one channel side by side.</param>
    /// <param name="y">Where the first row's results go.</param>
    /// <param name="step">Floats to the results of the next row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Run<TLanes>(int rows, ref float x, int channels, ref float w, ref float y, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        if (rows == 3) Three<TLanes>(ref x, channels, ref w, ref y, step);
        else if (rows == 2) Two<TLanes>(ref x, channels, ref w, ref y, step);
        else One<TLanes>(ref x, channels, ref w, ref y);
    }

    [MethodImpl(Simd.Hot)]
    private static void Three<TLanes>(ref float x, int channels, ref float w, ref float y, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a0 = default, a1 = default, a2 = default, a3 = default;
            TLanes b0 = default, b1 = default, b2 = default, b3 = default;
            TLanes c0 = default, c1 = default, c2 = default, c3 = default;
            for (int channel = 0; channel < channels; channel++)
            {
                TLanes v0 = o.Load(ref x, 0), v1 = o.Load(ref x, o.Count), v2 = o.Load(ref x, 2 * o.Count), v3 = o.Load(ref x, 3 * o.Count);
                TLanes f = o.Fill(w);
                o.Accumulate(ref a0, f, v0);
                o.Accumulate(ref a1, f, v1);
                o.Accumulate(ref a2, f, v2);
                o.Accumulate(ref a3, f, v3);
                f = o.Fill(Unsafe.Add(ref w, 1));
                o.Accumulate(ref b0, f, v0);
                o.Accumulate(ref b1, f, v1);
                o.Accumulate(ref b2, f, v2);
                o.Accumulate(ref b3, f, v3);
                f = o.Fill(Unsafe.Add(ref w, 2));
                o.Accumulate(ref c0, f, v0);
                o.Accumulate(ref c1, f, v1);
                o.Accumulate(ref c2, f, v2);
                o.Accumulate(ref c3, f, v3);
                x = ref Unsafe.Add(ref x, Vectors * o.Count);
                w = ref Unsafe.Add(ref w, 3);
            }

            Store(a0, a1, a2, a3, ref y);
            Store(b0, b1, b2, b3, ref Unsafe.Add(ref y, step));
            Store(c0, c1, c2, c3, ref Unsafe.Add(ref y, 2 * step));
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Two<TLanes>(ref float x, int channels, ref float w, ref float y, nint step)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a0 = default, a1 = default, a2 = default, a3 = default;
            TLanes b0 = default, b1 = default, b2 = default, b3 = default;
            for (int channel = 0; channel < channels; channel++)
            {
                TLanes v0 = o.Load(ref x, 0), v1 = o.Load(ref x, o.Count), v2 = o.Load(ref x, 2 * o.Count), v3 = o.Load(ref x, 3 * o.Count);
                TLanes f = o.Fill(w);
                o.Accumulate(ref a0, f, v0);
                o.Accumulate(ref a1, f, v1);
                o.Accumulate(ref a2, f, v2);
                o.Accumulate(ref a3, f, v3);
                f = o.Fill(Unsafe.Add(ref w, 1));
                o.Accumulate(ref b0, f, v0);
                o.Accumulate(ref b1, f, v1);
                o.Accumulate(ref b2, f, v2);
                o.Accumulate(ref b3, f, v3);
                x = ref Unsafe.Add(ref x, Vectors * o.Count);
                w = ref Unsafe.Add(ref w, 2);
            }

            Store(a0, a1, a2, a3, ref y);
            Store(b0, b1, b2, b3, ref Unsafe.Add(ref y, step));
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void One<TLanes>(ref float x, int channels, ref float w, ref float y)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            TLanes a0 = default, a1 = default, a2 = default, a3 = default;
            for (int channel = 0; channel < channels; channel++)
            {
                TLanes f = o.Fill(Unsafe.Add(ref w, channel));
                o.Accumulate(ref a0, f, o.Load(ref x, 0));
                o.Accumulate(ref a1, f, o.Load(ref x, o.Count));
                o.Accumulate(ref a2, f, o.Load(ref x, 2 * o.Count));
                o.Accumulate(ref a3, f, o.Load(ref x, 3 * o.Count));
                x = ref Unsafe.Add(ref x, Vectors * o.Count);
            }

            Store(a0, a1, a2, a3, ref y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TLanes>(TLanes a, TLanes b, TLanes c, TLanes d, ref float y)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            o.Store(a, ref y, 0);
            o.Store(b, ref y, o.Count);
            o.Store(c, ref y, 2 * o.Count);
            o.Store(d, ref y, 3 * o.Count);
        }
    }
}
