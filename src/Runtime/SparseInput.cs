#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>The zeros of a layer's input.</summary>
internal static class SparseInput
{
    /// <summary>Whether so many inputs are zero that leaving out their weights is worth it.</summary>
    /// <param name="input">x: [inputs].</param>
    /// <param name="inputs">Length of x.</param>
    /// <param name="eighths">The least share of zeros.</param>
    [MethodImpl(Simd.Hot)]
    internal static bool HasZeros(ReadOnlySpan<float> input, int inputs, int eighths)
    {
        ref float x = ref MemoryMarshal.GetReference(input);
#if NET8_0_OR_GREATER
        float zeros = Lanes512.IsSupported ? Zeros<Lanes512>(ref x, inputs) : NarrowZeros(ref x, inputs);
#else
        float zeros = NarrowZeros(ref x, inputs);
#endif
        return 8 * zeros >= (float)eighths * inputs;
    }

    /// <summary>Notes which inputs are not zero, in their order, and says how many there are.</summary>
    /// <param name="x">The first.</param>
    /// <param name="length">How many there are, at most 65536.</param>
    /// <param name="step">The distance of one to the next.</param>
    /// <param name="places">Takes their numbers, and others behind them: <paramref name="length"/> elements.</param>
    [MethodImpl(Simd.Hot)]
    internal static int Note(ref float x, int length, nint step, ref ushort places)
    {
        unchecked
        {
            nint count = 0;
            int k = 0;
            for (; k <= length - 4; k += 4)
            {
                // Without a branch: which inputs are zero nobody can foresee.
                Unsafe.Add(ref places, count) = (ushort)k;
                count += IsSet(x);
                Unsafe.Add(ref places, count) = (ushort)(k + 1);
                count += IsSet(Unsafe.Add(ref x, step));
                Unsafe.Add(ref places, count) = (ushort)(k + 2);
                count += IsSet(Unsafe.Add(ref x, 2 * step));
                Unsafe.Add(ref places, count) = (ushort)(k + 3);
                count += IsSet(Unsafe.Add(ref x, 3 * step));
                x = ref Unsafe.Add(ref x, 4 * step);
            }

            for (; k < length; k++)
            {
                Unsafe.Add(ref places, count) = (ushort)k;
                count += IsSet(x);
                x = ref Unsafe.Add(ref x, step);
            }

            return (int)count;
        }
    }

    /// <summary>1 for anything but 0 and -0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int IsSet(float x) => x != 0 ? 1 : 0;

    [MethodImpl(Simd.Hot)]
    private static float NarrowZeros(ref float x, int inputs) => Zeros<VectorLanes>(ref x, inputs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Zeros<TLanes>(ref float x, int inputs)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            TLanes zero = f.Fill(0), one = f.Fill(1), a = zero, b = zero;
            int lanes = f.Count;
            nint k = 0;
            for (; k <= inputs - (2 * lanes); k += 2 * lanes)
            {
                a = f.Add(a, f.Select(f.Equal(f.Load(ref x, k), zero), one, zero));
                b = f.Add(b, f.Select(f.Equal(f.Load(ref x, k + lanes), zero), one, zero));
            }

            float zeros = f.Sum(f.Add(a, b));
            for (; k < inputs; k++)
            {
                zeros += 1 - IsSet(Unsafe.Add(ref x, k));
            }

            return zeros;
        }
    }
}
