#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Tables of places in a kernel's workspace.</summary>
internal static class WorkspaceTables
{
    /// <summary>The memory of floats as integers, one each. (<see cref="MemoryMarshal.Cast{TFrom, TTo}(Span{TFrom})"/> would be compiled at the first call: no image holds it for these types.)</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Span<int> In(Span<float> memory) =>
#if NET8_0_OR_GREATER
        MemoryMarshal.CreateSpan(ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(memory)), memory.Length);
#else
        MemoryMarshal.Cast<float, int>(memory);
#endif
}
