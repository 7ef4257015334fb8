#nullable enable
#if NET8_0_OR_GREATER
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RedGen.Runtime;

/// <summary>What turns sums of a block of 16 channels into integers of 8 bits, in vectors: AVX-512.</summary>
internal readonly struct QuantizedSteps512
{
    private readonly Vector512<int> _addends;
    private readonly Vector512<float> _factors;
    private readonly Vector512<float> _biases;
    private readonly Vector512<float> _low;
    private readonly Vector512<float> _high;
    private readonly Vector512<int> _zero;

    /// <summary>Loads the constants of a block; see <see cref="QuantizedRounding"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal QuantizedSteps512(int zeroPoint, int lowest, int highest, float tie, in QuantizedScales scales)
    {
        unchecked
        {
            _addends = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Addends));
            _factors = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Factors));
            _biases = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(scales.Biases));
            _low = Vector512.Create((float)(lowest - zeroPoint));
            _high = Vector512.Create((float)(highest - zeroPoint));
            _zero = Vector512.Create(zeroPoint);
            Tie = Vector512.Create(tie);
        }
    }

    /// <summary>The distance from the nearest integer above which floats do not decide an element.</summary>
    internal Vector512<float> Tie { get; }

    /// <summary>The results of a block of sums.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="distance">How far each is from what it is rounded to.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector128<byte> Of(Vector512<int> sums, out Vector512<float> distance)
    {
        Vector512<float> steps = Avx512F.FusedMultiplyAdd(Avx512F.ConvertToVector512Single(unchecked(sums + _addends)), _factors, _biases);
        steps = Avx512F.Min(Avx512F.Max(steps, _low), _high);
        Vector512<int> rounded = Avx512F.ConvertToVector512Int32(steps);
        distance = Vector512.Abs(steps - Avx512F.ConvertToVector512Single(rounded));
        return Avx512F.ConvertToVector128Byte(unchecked(rounded + _zero).AsUInt32());
    }

    /// <summary>Writes the results of a block of two places; how far their elements are from what they are rounded to, the farther of each channel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector512<float> Write(Vector512<int> first, Vector512<int> second, ref byte to, nint stride)
    {
        Of(first, out Vector512<float> one).StoreUnsafe(ref to);
        Of(second, out Vector512<float> other).StoreUnsafe(ref Unsafe.AddByteOffset(ref to, stride));
        return Avx512F.Max(one, other);
    }

    /// <summary>The results of a block of sums in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Vector128<byte> Of(ref int sums, out Vector512<float> distance) => Of(Vector512.LoadUnsafe(ref sums), out distance);
}
#endif
