#nullable enable
#if NET8_0_OR_GREATER
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

// .NET 8 calls AvxVnni a preview; it has not changed since.
#pragma warning disable CA2252

namespace RedGen.Runtime;

/// <summary>
/// Two vectors of 8 sums by VNNI: four products of unsigned inputs and signed weights at once, without saturation. Inputs are 8 bits as
/// they are, signed ones moved up by 128, so what the zero point adds to the sums is taken from them afterwards.
/// </summary>
internal readonly struct ByteDotLanes : IIntegerLanes<ByteDotLanes>
{
    private readonly Vector256<int> _value;

    private ByteDotLanes(Vector256<int> value) => _value = value;

    /// <summary>True where the processor has them; a constant when a method is compiled.</summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AvxVnni.IsSupported;
    }

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    /// <summary>What a zero point of the inputs adds to the sums of a block of weights, negated.</summary>
    internal static void Corrections(ReadOnlySpan<sbyte> weights, int zeroPoint, Span<int> corrections)
    {
        Vector256<byte> ones = Vector256.Create((byte)1);
        Vector256<int> first = default, second = default;
        ref sbyte w = ref MemoryMarshal.GetReference(weights);
        for (nint i = 0; i < weights.Length; i += QuantizedTile.Step)
        {
            first = AvxVnni.MultiplyWideningAndAdd(first, ones, Vector256.LoadUnsafe(ref Unsafe.Add(ref w, i)));
            second = AvxVnni.MultiplyWideningAndAdd(second, ones, Vector256.LoadUnsafe(ref Unsafe.Add(ref w, i + 32)));
        }

        ref int to = ref MemoryMarshal.GetReference(corrections.Slice(0, QuantizedTile.Block));
        unchecked
        {
            (first * Vector256.Create(-zeroPoint)).StoreUnsafe(ref to);
            (second * Vector256.Create(-zeroPoint)).StoreUnsafe(ref to, 8);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteDotLanes Fill(int value) => default;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref short At(ref short origin, nint offset) => ref Unsafe.AddByteOffset(ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteDotLanes Repeat(ref short origin, nint offset) =>
        new(Vector256.Create(Unsafe.ReadUnaligned<int>(ref Unsafe.As<short, byte>(ref Unsafe.AddByteOffset(ref origin, offset)))));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteDotLanes Weights(ref sbyte origin, nint offset, ByteDotLanes zero) => new(Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, offset)).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ByteDotLanes MultiplyAdd(ByteDotLanes x, ByteDotLanes weights, ByteDotLanes sums) =>
        new(AvxVnni.MultiplyWideningAndAdd(sums._value, x._value.AsByte(), weights._value.AsSByte()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFolded(ByteDotLanes first, ByteDotLanes second, ref int to)
    {
        if (IntegerLanes512.IsSupported)
        {
            // What reads them reads all 16, which no two stores forward.
            QuantizedDot.Pair(first._value, second._value).StoreUnsafe(ref to);
            return;
        }

        first._value.StoreUnsafe(ref to);
        second._value.StoreUnsafe(ref to, 8);
    }
}
#endif
