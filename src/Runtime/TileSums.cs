#nullable enable
using System.Numerics;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// The sums of a tile of 4 rows by 3 vectors: 12 registers while a micro-kernel runs, this struct on its caller's stack after.
/// </summary>
internal struct TileSums
{
    /// <summary>The sums, row by row: R2V1 is row 2, vector 1.</summary>
    internal Vector<float> R0V0, R0V1, R0V2, R1V0, R1V1, R1V2, R2V0, R2V1, R2V2, R3V0, R3V1, R3V2;

    /// <summary>One of the twelve.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> At(ref TileSums sums, int row, int vector) =>
        Unsafe.Add(ref sums.R0V0, unchecked((row * 3) + vector));
}
