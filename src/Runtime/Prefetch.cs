#nullable enable
using System.Runtime.CompilerServices;
#if REDGEN_PREFETCH
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>
/// Hints to the caches: while a tile computes, the weights of the next columns come near. Weights are read from the beginning to the end once a run, so those of a
/// large network are never in the caches when they are needed.
/// </summary>
internal static class Prefetch
{
    /// <summary>
    /// How many floats behind its own weights a tile two vectors wide finds those of the next columns, a line a term: its first tile fetches the next panel, the
    /// others the one behind that, which wide vectors need too.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nint Distance<TLanes>(nint panel, bool isFirst)
        where TLanes : struct, ILanes<TLanes> =>
        unchecked(default(TLanes).Count < Dense.PanelWidth ? panel : isFirst ? 2 * panel : 3 * panel);

    /// <summary>Fetches the line of a place. It may lie outside its array: nothing is read.</summary>
    /// <remarks>Not generic: over types of the framework, images neither hold nor inline a method.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Line(ref float place, nint offset) => Line(ref Unsafe.As<float, byte>(ref place), unchecked(offset * sizeof(float)));

    /// <inheritdoc cref="Line(ref float, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Line(ref short place, nint offset) => Line(ref Unsafe.As<short, byte>(ref place), unchecked(offset * sizeof(short)));

    /// <inheritdoc cref="Line(ref float, nint)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Line(ref sbyte place, nint offset) => Line(ref Unsafe.As<sbyte, byte>(ref place), offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(ref byte place, nint bytes)
    {
#if REDGEN_PREFETCH
        // The hint wants a pointer, the one in the library; as source in a user's project, which may not allow any, the kernels do without.
        if (Sse.IsSupported)
        {
            unsafe
            {
                // Added to the pointer: a reference must not lead out of its array, not even for a moment.
                Sse.Prefetch0(unchecked((byte*)Unsafe.AsPointer(ref place) + bytes));
            }
        }
#endif
    }
}
