#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>Sums of the lanes of two vectors at once, by SSE: together they take fewer steps than each within itself.</summary>
internal static class LaneSums
{
    /// <summary>The sums of two vectors, in the first two lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector128<float> Of(Vector128<float> a, Vector128<float> b)
    {
        Vector128<float> halves = Sse.UnpackLow(a, b) + Sse.UnpackHigh(a, b);
        return halves + Sse.MoveHighToLow(halves, halves);
    }
}
#endif
