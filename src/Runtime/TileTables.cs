#nullable enable
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Where a tile of a matrix product finds its rows, in the tables that the micro-kernels read.</summary>
[StructLayout(LayoutKind.Sequential, Size = (2 + (3 * SingleTile.MostRows)) * sizeof(int))]
internal struct TileTables
{
    // The one segment of a matrix product: from 0, weights at 0. The tables follow: rows of A, rows of C, rows of A for the last tile.
    private int _segment;

    /// <summary>Fills the tables for the given distances of rows in A and C.</summary>
    internal static void Fill(ref TileTables tables, int sourceStep, int targetStep)
    {
        unchecked
        {
            ref int sources = ref Unsafe.Add(ref tables._segment, 2);
            for (nint i = 0; i < SingleTile.MostRows; i++)
            {
                Unsafe.Add(ref sources, i) = (int)i * sourceStep;
                Unsafe.Add(ref sources, i + SingleTile.MostRows) = (int)i * targetStep;
            }
        }
    }

    /// <summary>The table of segments.</summary>
    internal static ref int Segments(ref TileTables tables) => ref tables._segment;

    /// <summary>The rows of A from a tile's first on. Those that are missing in the last tile are its last row again.</summary>
    internal static ref int Sources(ref TileTables tables, int left)
    {
        unchecked
        {
            ref int sources = ref Unsafe.Add(ref tables._segment, 2);
            if (left >= SingleTile.MostRows) return ref sources;
            ref int last = ref Unsafe.Add(ref sources, 2 * SingleTile.MostRows);
            for (nint i = 0; i < SingleTile.MostRows; i++)
            {
                Unsafe.Add(ref last, i) = Unsafe.Add(ref sources, i < left ? i : left - 1);
            }

            return ref last;
        }
    }

    /// <summary>The rows of C from a tile's first on.</summary>
    internal static ref int Targets(ref TileTables tables) => ref Unsafe.Add(ref tables._segment, 2 + SingleTile.MostRows);
}
