#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The micro-kernels of <see cref="SparseDense"/>: sums over the noted inputs for one, two or four vectors of outputs, in eight chains
/// where that many fit, each chain in the order of the inputs.
/// </summary>
internal static class SparseTile
{
    /// <summary>Four vectors; even and odd places apart.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Four<TLanes, TRows>(
        ref float x, ref ushort p, in SparsePart part, ref float w, nint step, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TRows rows = default;
            nint lanes = f.Count;
            TLanes a0 = f.Fill(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            nint count = part.Count;
            nint i = 0;
            for (; i <= count - 2; i += 2)
            {
                nint k = Unsafe.Add(ref p, i);
                nint l = Unsafe.Add(ref p, i + 1);
                TLanes even = f.Fill(Unsafe.Add(ref x, k * rows.Inputs));
                TLanes odd = f.Fill(Unsafe.Add(ref x, l * rows.Inputs));
                ref float v = ref Unsafe.Add(ref w, k * step);
                ref float u = ref Unsafe.Add(ref w, l * step);
                f.Accumulate(ref a0, even, rows.Read(ref v, 0));
                f.Accumulate(ref a1, even, rows.Read(ref v, lanes));
                f.Accumulate(ref a2, even, rows.Read(ref v, 2 * lanes));
                f.Accumulate(ref a3, even, rows.Read(ref v, 3 * lanes));
                f.Accumulate(ref b0, odd, rows.Read(ref u, 0));
                f.Accumulate(ref b1, odd, rows.Read(ref u, lanes));
                f.Accumulate(ref b2, odd, rows.Read(ref u, 2 * lanes));
                f.Accumulate(ref b3, odd, rows.Read(ref u, 3 * lanes));
            }

            if (i < count)
            {
                nint k = Unsafe.Add(ref p, i);
                TLanes last = f.Fill(Unsafe.Add(ref x, k * rows.Inputs));
                ref float v = ref Unsafe.Add(ref w, k * step);
                f.Accumulate(ref a0, last, rows.Read(ref v, 0));
                f.Accumulate(ref a1, last, rows.Read(ref v, lanes));
                f.Accumulate(ref a2, last, rows.Read(ref v, 2 * lanes));
                f.Accumulate(ref a3, last, rows.Read(ref v, 3 * lanes));
            }

            part.End(f.Add(a0, b0), ref y, m, end);
            part.End(f.Add(a1, b1), ref y, m + f.Count, end);
            part.End(f.Add(a2, b2), ref y, m + (2 * f.Count), end);
            part.EndLast(f.Add(a3, b3), ref y, m + (3 * f.Count), outputs, end);
        }
    }

    /// <summary>Two vectors; every fourth place has sums of its own.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Two<TLanes, TRows>(
        ref float x, ref ushort p, in SparsePart part, ref float w, nint step, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes a0 = f.Fill(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
            nint count = part.Count;
            nint i = 0;
            for (; i <= count - 4; i += 4)
            {
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i), step, ref a0, ref a1);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 1), step, ref b0, ref b1);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 2), step, ref c0, ref c1);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 3), step, ref d0, ref d1);
            }

            for (; i < count; i++)
            {
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i), step, ref a0, ref a1);
            }

            part.End(f.Add(f.Add(a0, b0), f.Add(c0, d0)), ref y, m, end);
            part.EndLast(f.Add(f.Add(a1, b1), f.Add(c1, d1)), ref y, m + f.Count, outputs, end);
        }
    }

    /// <summary>One vector; every fourth place has a sum of its own.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void One<TLanes, TRows>(
        ref float x, ref ushort p, in SparsePart part, ref float w, nint step, ref float y, int m, int outputs, in DenseEnd end)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes a = f.Fill(0), b = a, c = a, d = a;
            nint count = part.Count;
            nint i = 0;
            for (; i <= count - 4; i += 4)
            {
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i), step, ref a);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 1), step, ref b);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 2), step, ref c);
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i + 3), step, ref d);
            }

            for (; i < count; i++)
            {
                Add<TLanes, TRows>(ref x, ref w, Unsafe.Add(ref p, i), step, ref a);
            }

            part.EndLast(f.Add(f.Add(a, b), f.Add(c, d)), ref y, m, outputs, end);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes, TRows>(ref float x, ref float w, nint k, nint step, ref TLanes a, ref TLanes b)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TRows rows = default;
            TLanes input = f.Fill(Unsafe.Add(ref x, k * rows.Inputs));
            ref float row = ref Unsafe.Add(ref w, k * step);
            f.Accumulate(ref a, input, rows.Read(ref row, 0));
            f.Accumulate(ref b, input, rows.Read(ref row, f.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TLanes, TRows>(ref float x, ref float w, nint k, nint step, ref TLanes a)
        where TLanes : struct, ILanes<TLanes>
        where TRows : struct, ISparseRows<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TRows rows = default;
            f.Accumulate(ref a, f.Fill(Unsafe.Add(ref x, k * rows.Inputs)), rows.Read(ref Unsafe.Add(ref w, k * step), 0));
        }
    }
}
