#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
#endif

namespace RedGen.Runtime;

/// <summary>Rows of which each element is written several times: what enlarging an image to the nearest element, or expanding a last axis, comes to.</summary>
public static class Repetition
{
    /// <summary>target[i × times + t] = source[i] for t below <paramref name="times"/>.</summary>
    /// <param name="source">The elements.</param>
    /// <param name="target">Room for each of them <paramref name="times"/> times; must not overlap the source.</param>
    /// <param name="times">How often, at least 1.</param>
    /// <exception cref="ArgumentException">The target is shorter than that, or times is not positive.</exception>
    public static void Run(ReadOnlySpan<float> source, Span<float> target, int times)
    {
        if (times < 1 || target.Length < (long)source.Length * times)
        {
            throw new ArgumentException("The target is shorter than the repeated elements.", nameof(target));
        }

        if (times == 2)
        {
            Twice(ref MemoryMarshal.GetReference(source), ref MemoryMarshal.GetReference(target), source.Length);
        }
        else
        {
            Often(ref MemoryMarshal.GetReference(source), ref MemoryMarshal.GetReference(target), source.Length, times);
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Twice(ref float from, ref float to, nint count)
    {
        unchecked
        {
            nint i = 0;
#if NET8_0_OR_GREATER
            for (; Vector256.IsHardwareAccelerated && i <= count - 8; i += 8)
            {
                Vector256<float> eight = Vector256.LoadUnsafe(ref Unsafe.Add(ref from, i));
                Vector256.Shuffle(eight, Vector256.Create(0, 0, 1, 1, 2, 2, 3, 3)).StoreUnsafe(ref Unsafe.Add(ref to, 2 * i));
                Vector256.Shuffle(eight, Vector256.Create(4, 4, 5, 5, 6, 6, 7, 7)).StoreUnsafe(ref Unsafe.Add(ref to, (2 * i) + 8));
            }

            for (; Vector128.IsHardwareAccelerated && i <= count - 4; i += 4)
            {
                Vector128<float> four = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, i));
                Vector128.Shuffle(four, Vector128.Create(0, 0, 1, 1)).StoreUnsafe(ref Unsafe.Add(ref to, 2 * i));
                Vector128.Shuffle(four, Vector128.Create(2, 2, 3, 3)).StoreUnsafe(ref Unsafe.Add(ref to, (2 * i) + 4));
            }
#endif
            for (; i < count; i++)
            {
                float value = Unsafe.Add(ref from, i);
                Unsafe.Add(ref to, 2 * i) = value;
                Unsafe.Add(ref to, (2 * i) + 1) = value;
            }
        }
    }

    [MethodImpl(Simd.Hot)]
    private static void Often(ref float from, ref float to, nint count, int times)
    {
        unchecked
        {
            for (nint i = 0; i < count; i++)
            {
                float value = Unsafe.Add(ref from, i);
                for (int t = 0; t < times; t++)
                {
                    Unsafe.Add(ref to, t) = value;
                }

                to = ref Unsafe.Add(ref to, times);
            }
        }
    }
}
