#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Room on the stack for the lines of a pooling over planes, from a multiple of 64 bytes on, and what is done with lines (<see cref="PlanePool"/>, <see cref="PoolGrid"/>).</summary>
[StructLayout(LayoutKind.Sequential, Size = (4 * Floats) + 64)]
internal struct PoolLines
{
    /// <summary>20 KB, which stay in L1 beside the planes' own rows.</summary>
    internal const int Floats = 5120;

    private float _first;

    /// <summary>Where the lines begin.</summary>
    internal static ref float Start(ref PoolLines lines)
    {
        ref float first = ref lines._first;
        nint address = Unsafe.ByteOffset(ref Unsafe.NullRef<float>(), ref first);
        return ref Unsafe.AddByteOffset(ref first, -address & 63);
    }

    /// <summary>Folds lines of input that are a step apart, for rows of windows further apart. Vectors run over the lines' ends where the input goes on.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Fold<TLanes, TFold>(
        ReadOnlySpan<float> input, ref float line, nint step, int taps, int length, int rows, nint rowStep, nint lineStep, bool joins, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            ref float x = ref MemoryMarshal.GetReference(input);
            nint room = input.Length - ((taps - 1) * step) - o.Count + 1;
            for (int row = 0; row < rows; row++)
            {
                nint i = 0;
                for (; i < length && i < room; i += o.Count)
                {
                    ref float from = ref Unsafe.Add(ref x, i);
                    TLanes folded = o.Load(ref from, 0);
                    for (int tap = 1; tap < taps; tap++)
                    {
                        from = ref Unsafe.Add(ref from, step);
                        folded = fold.Join(folded, o.Load(ref from, 0));
                    }

                    o.Store(joins ? fold.Join(o.Load(ref line, i), folded) : folded, ref line, i);
                }

                for (; i < length; i++)
                {
                    float folded = Unsafe.Add(ref x, i);
                    for (int tap = 1; tap < taps; tap++) folded = fold.Join(folded, Unsafe.Add(ref x, i + (tap * step)));
                    Unsafe.Add(ref line, i) = joins ? fold.Join(Unsafe.Add(ref line, i), folded) : folded;
                }

                x = ref Unsafe.Add(ref x, rowStep);
                line = ref Unsafe.Add(ref line, lineStep);
                room -= rowStep;
            }
        }
    }

    /// <summary>Neighbouring lines of input, for neighbouring rows of windows, of a vector or more: two rows share all lines but one.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void FoldPairs<TLanes, TFold>(ReadOnlySpan<float> input, ref float line, int width, int taps, int rows, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            int row = 0;
            for (; taps > 1 && row + 2 <= rows && (row + taps + 1) * width <= input.Length; row += 2)
            {
                ref float x = ref Unsafe.Add(ref MemoryMarshal.GetReference(input), row * width);
                ref float to = ref Unsafe.Add(ref line, row * width);
                for (int next = 0; next < width; next += o.Count)
                {
                    // The last vector moves back to end with the line, whose neighbour is written too.
                    int i = Math.Min(next, width - o.Count);
                    ref float from = ref Unsafe.Add(ref x, i + width);
                    TLanes shared = o.Load(ref from, 0);
                    for (int tap = 2; tap < taps; tap++)
                    {
                        from = ref Unsafe.Add(ref from, width);
                        shared = fold.Join(shared, o.Load(ref from, 0));
                    }

                    o.Store(fold.Join(o.Load(ref x, i), shared), ref to, i);
                    o.Store(fold.Join(shared, o.Load(ref from, width)), ref to, i + width);
                }
            }

            if (row < rows) Fold<TLanes, TFold>(input.Slice(row * width), ref Unsafe.Add(ref line, row * width), width, taps, (rows - row) * width, 1, 0, 0, false, fold);
        }
    }

    /// <summary>What folds to nothing.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Clear<TLanes, TFold>(ref float line, int length, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            for (int i = 0; i < length; i += o.Count) o.Store(o.Fill(fold.Start), ref line, i);
        }
    }

    /// <summary>The columns at which windows begin, divided by what counts. Vectors run over the output's columns where its span goes on.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Keep<TLanes, TFold>(ref float line, ref float counts, float lines, Span<float> output, int columns, int stride, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            ref float y = ref MemoryMarshal.GetReference(output);
            int i = 0;
            if (stride == 1)
            {
                TLanes o = default;
                for (; i < columns && i + o.Count <= output.Length; i += o.Count)
                {
                    TLanes folded = o.Load(ref line, i);
                    o.Store(fold.IsAverage ? o.Divide(folded, o.Multiply(o.Load(ref counts, i), o.Fill(lines))) : folded, ref y, i);
                }
            }
            else if (stride == 2 && Simd.HasLoadEven)
            {
                VectorLanes o = default;
                for (; i < columns && i + o.Count <= output.Length; i += o.Count)
                {
                    VectorLanes folded = new(Simd.LoadEven(ref line, 2 * i));
                    o.Store(fold.IsAverage ? o.Divide(folded, o.Multiply(o.Load(ref counts, i), o.Fill(lines))) : folded, ref y, i);
                }
            }

            for (; i < columns; i++)
            {
                float folded = Unsafe.Add(ref line, i * stride);
                Unsafe.Add(ref y, i) = fold.IsAverage ? folded / (lines * Unsafe.Add(ref counts, i)) : folded;
            }
        }
    }
}
