#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>What follows the sums of a tile: bias, addend, activation, and the way to the output.</summary>
internal static class TileEnd
{
    /// <summary>Finishes a tile of one or two vectors.</summary>
    /// <param name="sums">[rows][vectors][lanes], and the bias where <see cref="TileBuffer"/> has it.</param>
    /// <param name="rows">Rows to store.</param>
    /// <param name="vectors">1 or 2.</param>
    /// <param name="columns">Floats to store of each row.</param>
    /// <param name="places">Where each row begins in the output and the addend.</param>
    /// <param name="y">The output, at the tile's first column.</param>
    /// <param name="addend">Likewise; read if there is one.</param>
    /// <param name="hasAddend">Whether there is one.</param>
    /// <param name="activation">Applied to every element.</param>
    [MethodImpl(Simd.Hot)]
    internal static void Finish<TLanes, TActivation>(
        ref float sums, int rows, int vectors, int columns, ref int places, ref float y, ref float addend, bool hasAddend, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            nint step = vectors * default(TLanes).Count;
            nint column = Whole<TLanes, TActivation>(ref sums, step, rows, 0, columns, ref places, ref y, ref addend, hasAddend, activation);
            if (column < columns) FinishNarrow(ref sums, step, rows, column, columns, ref places, ref y, ref addend, hasAddend, activation);
        }
    }

    /// <summary>The columns that fill no vector, apart: the runtime loads the types of a method's vectors before its first call, whether it needs them or not.</summary>
    [MethodImpl(Simd.Hot)]
    private static void FinishNarrow<TActivation>(
        ref float sums, nint step, int rows, nint column, int columns, ref int places, ref float y, ref float addend, bool hasAddend, TActivation activation)
        where TActivation : struct, IActivation
    {
        unchecked
        {
            column = Whole<VectorLanes, TActivation>(ref sums, step, rows, column, columns, ref places, ref y, ref addend, hasAddend, activation);
            if (column == columns) return;
            VectorLanes o = default;
            VectorLanes bias = o.Load(ref sums, TileBuffer.SumFloats + column);
            for (nint r = 0; r < rows; r++)
            {
                nint place = Unsafe.Add(ref places, r) + column;
                ref float last = ref Unsafe.Add(ref sums, (r * step) + column);
                if (hasAddend) AddPart(ref Unsafe.Add(ref addend, place), ref last, columns - (int)column);
                o.Store(activation.Apply(o.Add(o.Load(ref last, 0), bias)), ref last, 0);
                CopyPart(ref last, ref Unsafe.Add(ref y, place), columns - (int)column);
            }
        }
    }

    /// <summary>The columns that fill vectors.</summary>
    /// <returns>The first column behind them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Whole<TLanes, TActivation>(
        ref float sums, nint step, int rows, nint column, int columns, ref int places, ref float y, ref float addend, bool hasAddend, TActivation activation)
        where TLanes : struct, ILanes<TLanes>
        where TActivation : struct, IActivation
    {
        unchecked
        {
            TLanes o = default;
            for (; column <= columns - o.Count; column += o.Count)
            {
                TLanes bias = o.Load(ref sums, TileBuffer.SumFloats + column);
                for (nint r = 0; r < rows; r++)
                {
                    nint place = Unsafe.Add(ref places, r) + column;
                    TLanes sum = o.Add(o.Load(ref sums, (r * step) + column), bias);
                    if (hasAddend) sum = o.Add(sum, o.Load(ref addend, place));
                    o.Store(activation.Apply(sum), ref y, place);
                }
            }

            return column;
        }
    }

    private static void AddPart(ref float from, ref float to, int count)
    {
        for (nint i = 0; i < count; i++)
        {
            Unsafe.Add(ref to, i) += Unsafe.Add(ref from, i);
        }
    }

    /// <summary>Copies fewer floats than a vector has: a run of 8 and of 4 as one move each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void CopyPart(ref float from, ref float to, int count)
    {
        unchecked
        {
            if ((count & 8) != 0)
            {
                Unsafe.CopyBlockUnaligned(ref Unsafe.As<float, byte>(ref to), ref Unsafe.As<float, byte>(ref from), 32);
                from = ref Unsafe.Add(ref from, 8);
                to = ref Unsafe.Add(ref to, 8);
            }

            if ((count & 4) != 0)
            {
                Unsafe.CopyBlockUnaligned(ref Unsafe.As<float, byte>(ref to), ref Unsafe.As<float, byte>(ref from), 16);
                from = ref Unsafe.Add(ref from, 4);
                to = ref Unsafe.Add(ref to, 4);
            }

            for (nint i = 0; i < (count & 3); i++)
            {
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
            }
        }
    }
}
