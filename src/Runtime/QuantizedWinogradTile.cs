#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of quantised Winograd convolutions: at one point, some tiles' transformed inputs times the weights of 16 outputs. Those of the next point,
/// which follow, are fetched into the cache meanwhile (<see cref="Prefetch"/>).
/// </summary>
internal static class QuantizedWinogradTile
{
    /// <summary>Integers from a tile's products to the next tile's.</summary>
    private const int Next = QuantizedWinograd.Points * QuantizedTile.Block;

    /// <summary>The products of all tiles for a block of outputs.</summary>
    /// <param name="inputs">[tiles][points][pitch].</param>
    /// <param name="pitch">Channels, filled up to a vector.</param>
    /// <param name="tiles">Tiles, by fours.</param>
    /// <param name="weights">[points][steps][16][4].</param>
    /// <param name="steps">Steps of four channels.</param>
    /// <param name="products">[tiles][points][16].</param>
    [MethodImpl(Simd.Hot)]
    internal static void Multiply(ref short inputs, nint pitch, int tiles, ref short weights, int steps, ref int products)
    {
        unchecked
        {
            nint tile = QuantizedWinograd.Points * pitch;
            for (int point = 0; point < QuantizedWinograd.Points; point++)
            {
                int t = 0;
                for (; t <= tiles - 8; t += 8) Eight(ref Unsafe.Add(ref inputs, t * tile), tile, ref weights, steps, ref Unsafe.Add(ref products, t * Next));
                if (t < tiles) Four(ref Unsafe.Add(ref inputs, t * tile), tile, ref weights, steps, ref Unsafe.Add(ref products, t * Next));
                weights = ref Unsafe.Add(ref weights, steps * QuantizedTile.Step);
                inputs = ref Unsafe.Add(ref inputs, pitch);
                products = ref Unsafe.Add(ref products, QuantizedTile.Block);
            }
        }
    }

    /// <summary>Eight tiles by two vectors, which hold two sums an output.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Eight(ref short inputs, nint tile, ref short weights, int steps, ref int products)
    {
        unchecked
        {
            IntegerLanes512 lanes = default;
            IntegerLanes512 a0 = default, b0 = default, c0 = default, d0 = default, e0 = default, f0 = default, g0 = default, h0 = default;
            IntegerLanes512 a1 = default, b1 = default, c1 = default, d1 = default, e1 = default, f1 = default, g1 = default, h1 = default;
            ref short b = ref Unsafe.Add(ref inputs, tile);
            ref short c = ref Unsafe.Add(ref inputs, 2 * tile);
            ref short d = ref Unsafe.Add(ref inputs, 3 * tile);
            ref short e = ref Unsafe.Add(ref inputs, 4 * tile);
            ref short f = ref Unsafe.Add(ref inputs, 5 * tile);
            ref short g = ref Unsafe.Add(ref inputs, 6 * tile);
            ref short h = ref Unsafe.Add(ref inputs, 7 * tile);
            nint ahead = steps * QuantizedTile.Step;
            for (nint k = 0; k < 4 * steps; k += 4)
            {
                IntegerLanes512 w0 = lanes.Load(ref weights, 0), w1 = lanes.Load(ref weights, 32);
                Prefetch.Line(ref weights, ahead);
                Prefetch.Line(ref weights, ahead + 32);
                weights = ref Unsafe.Add(ref weights, QuantizedTile.Step);
                IntegerLanes512 x = lanes.Repeat(ref inputs, k);
                a0 = lanes.MultiplyAdd(x, w0, a0);
                a1 = lanes.MultiplyAdd(x, w1, a1);
                x = lanes.Repeat(ref b, k);
                b0 = lanes.MultiplyAdd(x, w0, b0);
                b1 = lanes.MultiplyAdd(x, w1, b1);
                x = lanes.Repeat(ref c, k);
                c0 = lanes.MultiplyAdd(x, w0, c0);
                c1 = lanes.MultiplyAdd(x, w1, c1);
                x = lanes.Repeat(ref d, k);
                d0 = lanes.MultiplyAdd(x, w0, d0);
                d1 = lanes.MultiplyAdd(x, w1, d1);
                x = lanes.Repeat(ref e, k);
                e0 = lanes.MultiplyAdd(x, w0, e0);
                e1 = lanes.MultiplyAdd(x, w1, e1);
                x = lanes.Repeat(ref f, k);
                f0 = lanes.MultiplyAdd(x, w0, f0);
                f1 = lanes.MultiplyAdd(x, w1, f1);
                x = lanes.Repeat(ref g, k);
                g0 = lanes.MultiplyAdd(x, w0, g0);
                g1 = lanes.MultiplyAdd(x, w1, g1);
                x = lanes.Repeat(ref h, k);
                h0 = lanes.MultiplyAdd(x, w0, h0);
                h1 = lanes.MultiplyAdd(x, w1, h1);
            }

            lanes.StoreFolded(a0, a1, ref products);
            lanes.StoreFolded(b0, b1, ref Unsafe.Add(ref products, Next));
            lanes.StoreFolded(c0, c1, ref Unsafe.Add(ref products, 2 * Next));
            lanes.StoreFolded(d0, d1, ref Unsafe.Add(ref products, 3 * Next));
            lanes.StoreFolded(e0, e1, ref Unsafe.Add(ref products, 4 * Next));
            lanes.StoreFolded(f0, f1, ref Unsafe.Add(ref products, 5 * Next));
            lanes.StoreFolded(g0, g1, ref Unsafe.Add(ref products, 6 * Next));
            lanes.StoreFolded(h0, h1, ref Unsafe.Add(ref products, 7 * Next));
        }
    }

    /// <summary>Four tiles by two vectors.</summary>
    [MethodImpl(Simd.Hot)]
    private static void Four(ref short inputs, nint tile, ref short weights, int steps, ref int products)
    {
        unchecked
        {
            IntegerLanes512 lanes = default;
            IntegerLanes512 a0 = default, b0 = default, c0 = default, d0 = default;
            IntegerLanes512 a1 = default, b1 = default, c1 = default, d1 = default;
            ref short b = ref Unsafe.Add(ref inputs, tile);
            ref short c = ref Unsafe.Add(ref inputs, 2 * tile);
            ref short d = ref Unsafe.Add(ref inputs, 3 * tile);
            nint ahead = steps * QuantizedTile.Step;
            for (nint k = 0; k < 4 * steps; k += 4)
            {
                IntegerLanes512 w0 = lanes.Load(ref weights, 0), w1 = lanes.Load(ref weights, 32);
                Prefetch.Line(ref weights, ahead);
                Prefetch.Line(ref weights, ahead + 32);
                weights = ref Unsafe.Add(ref weights, QuantizedTile.Step);
                IntegerLanes512 x = lanes.Repeat(ref inputs, k);
                a0 = lanes.MultiplyAdd(x, w0, a0);
                a1 = lanes.MultiplyAdd(x, w1, a1);
                x = lanes.Repeat(ref b, k);
                b0 = lanes.MultiplyAdd(x, w0, b0);
                b1 = lanes.MultiplyAdd(x, w1, b1);
                x = lanes.Repeat(ref c, k);
                c0 = lanes.MultiplyAdd(x, w0, c0);
                c1 = lanes.MultiplyAdd(x, w1, c1);
                x = lanes.Repeat(ref d, k);
                d0 = lanes.MultiplyAdd(x, w0, d0);
                d1 = lanes.MultiplyAdd(x, w1, d1);
            }

            lanes.StoreFolded(a0, a1, ref products);
            lanes.StoreFolded(b0, b1, ref Unsafe.Add(ref products, Next));
            lanes.StoreFolded(c0, c1, ref Unsafe.Add(ref products, 2 * Next));
            lanes.StoreFolded(d0, d1, ref Unsafe.Add(ref products, 3 * Next));
        }
    }
}
#endif
