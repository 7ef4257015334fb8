#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Room for the sums of one tile and its bias, on the stack: 24 + 2 vectors of at most 16 floats, and what it takes to begin at a multiple of 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = (27 * 64) + 64)]
internal struct TileBuffer
{
    /// <summary>Floats before the bias.</summary>
    internal const int SumFloats = 24 * 16;

    private float _first;

    /// <summary>Where the sums begin: a store that crosses cache lines would be slow to read back.</summary>
    internal static ref float Start(ref TileBuffer buffer)
    {
        ref float first = ref buffer._first;
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref first);
        return ref Unsafe.AddByteOffset(ref first, -address & 63);
    }

    /// <summary>Puts the bias of a tile's columns behind the sums, zeros where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void SetBias<TLanes>(ref float sums, ReadOnlySpan<float> bias, int vectors)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes o = default;
            ref float to = ref Unsafe.Add(ref sums, SumFloats);
            ref float from = ref MemoryMarshal.GetReference(bias);
            if (bias.Length >= vectors * o.Count)
            {
                o.Store(o.Load(ref from, 0), ref to, 0);
                if (vectors == 2) o.Store(o.Load(ref from, o.Count), ref to, o.Count);
                return;
            }

            o.Store(default, ref to, 0);
            o.Store(default, ref to, o.Count);
            for (int i = 0; i < bias.Length; i++)
            {
                Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
            }
        }
    }
}
