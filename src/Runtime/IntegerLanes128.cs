#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>4 sums: any processor with 128-bit vectors.</summary>
internal readonly struct IntegerLanes128 : IPairLanes<IntegerLanes128>
{
    private readonly Vector128<int> _value;

    private IntegerLanes128(Vector128<int> value) => _value = value;

    /// <inheritdoc/>
    public int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes128 Fill(int value) => new(Vector128.Create(unchecked((short)value)).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref short At(ref short origin, nint offset) => ref Unsafe.Add(ref origin, offset);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes128 Repeat(ref short origin, nint offset) =>
        new(Vector128.Create(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref origin, offset)))).AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes128 Pair(ref short origin, nint first, nint second)
    {
        Vector128<ushort> a = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref origin, first)))).AsUInt16();
        Vector128<ushort> b = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<short, byte>(ref Unsafe.Add(ref origin, second)))).AsUInt16();
        return new((Vector128.WidenLower(a) | (Vector128.WidenLower(b) << 16)).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes128 Weights(ref sbyte origin, nint offset, IntegerLanes128 zero)
    {
        Vector128<sbyte> bytes = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<sbyte, byte>(ref Unsafe.Add(ref origin, offset)))).AsSByte();
        return new((Vector128.WidenLower(bytes) - zero._value.AsInt16()).AsInt32());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public IntegerLanes128 MultiplyAdd(IntegerLanes128 x, IntegerLanes128 weights, IntegerLanes128 sums)
    {
        Vector128<short> a = x._value.AsInt16(), b = weights._value.AsInt16();
        if (Sse2.IsSupported)
        {
            return new(sums._value + Sse2.MultiplyAddAdjacent(a, b));
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            return new(sums._value + AdvSimd.Arm64.AddPairwise(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), AdvSimd.MultiplyWideningUpper(a, b)));
        }

        // The even numbers of the pairs, with their signs, and the odd ones.
        Vector128<int> even = ((x._value << 16) >> 16) * ((weights._value << 16) >> 16);
        return new(sums._value + even + ((x._value >> 16) * (weights._value >> 16)));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(IntegerLanes128 sums, ref int to) => sums._value.StoreUnsafe(ref to);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreFolded(IntegerLanes128 first, IntegerLanes128 second, ref int to)
    {
        Vector128<int> a = Vector128.Shuffle(first._value, Vector128.Create(0, 2, 1, 3)), b = Vector128.Shuffle(second._value, Vector128.Create(0, 2, 1, 3));
        (Vector128.Create(a.GetLower(), b.GetLower()) + Vector128.Create(a.GetUpper(), b.GetUpper())).StoreUnsafe(ref to);
    }
}
#endif
