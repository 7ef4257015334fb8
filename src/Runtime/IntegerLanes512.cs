#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>16 sums: AVX-512.</summary>
internal readonly struct IntegerLanes512 : IPairLanes<IntegerLanes512>
{
    private readonly Vector512<int> _value;

    private IntegerLanes512(Vector512<int> value) => _value = value;

    /// <summary>True where 512-bit vectors are fast; a constant when a method is compiled.</summary>
    internal static bool IsSupported
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;
    }

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes512 Fill(int value) => new(Vector512.Create(unchecked((short)value)).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref short At(ref short origin, nint offset) => ref Unsafe.Add(ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes512 Repeat(ref short origin, nint offset) =>
        new(Vector512.Create(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref origin, offset)))).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes512 Pair(ref short origin, nint first, nint second)
    {
        Vector512<short> a = Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, first)).ToVector512Unsafe();
        Vector512<short> b = Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, second)).ToVector512Unsafe();
        Vector512<short> places = Vector512.Create(
            (short)0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47);
        return new(Avx512BW.PermuteVar32x16x2(a, places, b).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes512 Weights(ref sbyte origin, nint offset, IntegerLanes512 zero) =>
        new((Avx512BW.ConvertToVector512Int16(Vector256.LoadUnsafe(ref Unsafe.Add(ref origin, offset))) - zero._value.AsInt16()).AsInt32());

    /// <summary>Weights of 16 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal IntegerLanes512 Load(ref short origin, nint offset) => new(Vector512.LoadUnsafe(ref Unsafe.Add(ref origin, offset)).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes512 MultiplyAdd(IntegerLanes512 x, IntegerLanes512 weights, IntegerLanes512 sums) =>
        new(sums._value + Avx512BW.MultiplyAddAdjacent(x._value.AsInt16(), weights._value.AsInt16()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(IntegerLanes512 sums, ref int to) => sums._value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFolded(IntegerLanes512 first, IntegerLanes512 second, ref int to)
    {
        Vector512<int> even = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
        Vector512<int> odd = Vector512.Create(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
        (Avx512F.PermuteVar16x32x2(first._value, even, second._value) + Avx512F.PermuteVar16x32x2(first._value, odd, second._value)).StoreUnsafe(ref to);
    }
}
#endif
