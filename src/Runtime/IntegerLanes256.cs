#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>8 sums: AVX2.</summary>
internal readonly struct IntegerLanes256 : IPairLanes<IntegerLanes256>
{
    private readonly Vector256<int> _value;

    private IntegerLanes256(Vector256<int> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 8;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes256 Fill(int value) => new(Vector256.Create(unchecked((short)value)).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref short At(ref short origin, nint offset) => ref Unsafe.Add(ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes256 Repeat(ref short origin, nint offset) =>
        new(Vector256.Create(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref origin, offset)))).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes256 Pair(ref short origin, nint first, nint second)
    {
        Vector128<short> a = Vector128.LoadUnsafe(ref Unsafe.Add(ref origin, first));
        Vector128<short> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref origin, second));
        return new(Vector256.Create(Sse2.UnpackLow(a, b), Sse2.UnpackHigh(a, b)).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes256 Weights(ref sbyte origin, nint offset, IntegerLanes256 zero) =>
        new((Avx2.ConvertToVector256Int16(Vector128.LoadUnsafe(ref Unsafe.Add(ref origin, offset))) - zero._value.AsInt16()).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes256 MultiplyAdd(IntegerLanes256 x, IntegerLanes256 weights, IntegerLanes256 sums) =>
        new(sums._value + Avx2.MultiplyAddAdjacent(x._value.AsInt16(), weights._value.AsInt16()));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(IntegerLanes256 sums, ref int to) => sums._value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFolded(IntegerLanes256 first, IntegerLanes256 second, ref int to) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(first._value, second._value).AsInt64(), 0b11_01_10_00).AsInt32().StoreUnsafe(ref to);
}
#endif
