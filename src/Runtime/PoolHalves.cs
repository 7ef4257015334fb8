#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>Poolings over planes whose windows are squares of 2 × 2 side by side: pairs of lines, then of neighbours, in registers.</summary>
internal static class PoolHalves
{
    /// <summary>Whether a pooling is one.</summary>
    internal static bool Serves(in PoolShape shape) =>
        shape.Depth.In == 1 && shape.Depth.Out == 1 && shape.Depth.Kernel == 1 && shape.Depth.Before == 0 && IsPairs(shape.Height) && IsPairs(shape.Width) && shape.Width.Stride == 2;

    private static bool IsPairs(in PoolAxis axis) => axis.Kernel == 2 && axis.Dilation == 1 && axis.Before == 0 && axis.EndWhole == axis.Out;

    /// <summary>Computes one pooling whose spans are known to be long enough. Vectors run over the rows' ends where the tensors go on: what they spoil is written next.</summary>
    [MethodImpl(Simd.Hot)]
    internal static void Run<TFold>(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, TFold fold)
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            (int inWidth, int outWidth) = (shape.Width.In, shape.Width.Out);
            int step = shape.Height.Stride * inWidth;
            int at = 0;
            for (int c = 0; c < shape.Channels; c++)
            {
                int from = c * shape.InLength;
                for (int row = 0; row < shape.Height.Out; row++, from += step, at += outWidth)
                {
                    int room = Math.Min(output.Length - at, (input.Length - from - inWidth) / 2);
                    Row(ref Unsafe.Add(ref MemoryMarshal.GetReference(input), from), inWidth, ref Unsafe.Add(ref MemoryMarshal.GetReference(output), at), outWidth, room, fold);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TFold>(ref float upper, int inWidth, ref float y, int outWidth, int room, TFold fold)
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            VectorLanes o = default;
            ref float lower = ref Unsafe.Add(ref upper, inWidth);
            int i = 0;
            if (Simd.HasLoadEven)
            {
                VectorLanes quarter = o.Fill(0.25f);
                for (; i < outWidth && i + o.Count <= room; i += o.Count)
                {
                    VectorLanes a = fold.Join(o.Load(ref upper, 2 * i), o.Load(ref lower, 2 * i));
                    VectorLanes b = fold.Join(o.Load(ref upper, (2 * i) + o.Count), o.Load(ref lower, (2 * i) + o.Count));
                    VectorLanes folded = new(Simd.InOrder(fold.Join(new VectorLanes(Simd.Even(a.Value, b.Value)), new VectorLanes(Simd.Odd(a.Value, b.Value))).Value));
                    o.Store(fold.IsAverage ? o.Multiply(folded, quarter) : folded, ref y, i);
                }
            }

            for (; i < outWidth; i++)
            {
                float left = fold.Join(Unsafe.Add(ref upper, 2 * i), Unsafe.Add(ref lower, 2 * i));
                float right = fold.Join(Unsafe.Add(ref upper, (2 * i) + 1), Unsafe.Add(ref lower, (2 * i) + 1));
                float folded = fold.Join(left, right);
                Unsafe.Add(ref y, i) = fold.IsAverage ? folded * 0.25f : folded;
            }
        }
    }
}
