#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>A pooling over planes one window after the other: for few windows of many columns.</summary>
internal static class PlaneWindows
{
    /// <summary>Computes one pooling whose spans are known to be long enough.</summary>
    internal static void Run<TFold>(ReadOnlySpan<float> input, Span<float> output, in PoolShape shape, bool countsPadding, TFold fold)
        where TFold : struct, IPoolFold
    {
        int at = 0;
        for (int c = 0; c < shape.Channels; c++)
        {
            ReadOnlySpan<float> channel = input.Slice(c * shape.InLength, shape.InLength);
            for (int i = 0; i < shape.OutLength; i++)
            {
                (int d, int h, int w) = (i / (shape.Height.Out * shape.Width.Out), i / shape.Width.Out % shape.Height.Out, i % shape.Width.Out);
                float folded = Window(channel, shape, d, h, w, fold, out int inside);
                int elements = countsPadding ? PoolWindow.Padded(shape, d, h, w) : inside;
                output[at++] = fold.IsAverage ? folded / elements : folded;
            }
        }
    }

    private static float Window<TFold>(ReadOnlySpan<float> channel, in PoolShape shape, int d, int h, int w, TFold fold, out int inside)
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            (PoolAxis depth, PoolAxis height, PoolAxis width) = (shape.Depth, shape.Height, shape.Width);
            (int firstTap, int taps) = (width.FirstTap(w), width.EndTap(w) - width.FirstTap(w));
            int column = (w * width.Stride) - width.Before + (firstTap * width.Dilation);
            float folded = fold.Start;
            inside = 0;
            for (int kd = depth.FirstTap(d); taps > 0 && kd < depth.EndTap(d); kd++)
            {
                int plane = ((d * depth.Stride) - depth.Before + (kd * depth.Dilation)) * height.In;
                for (int kh = height.FirstTap(h); kh < height.EndTap(h); kh++)
                {
                    int y = (h * height.Stride) - height.Before + (kh * height.Dilation);
                    ReadOnlySpan<float> line = channel.Slice(((plane + y) * width.In) + column, ((taps - 1) * width.Dilation) + 1);
                    folded = fold.Join(folded, width.Dilation == 1 ? Columns(line, fold) : Columns(line, width.Dilation, fold));
                    inside += taps;
                }
            }

            return folded;
        }
    }

    private static float Columns<TFold>(ReadOnlySpan<float> line, TFold fold)
        where TFold : struct, IPoolFold
    {
#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported && line.Length >= 16) return Vectors<Lanes512, TFold>(line, fold);
#endif
        return Vectors<VectorLanes, TFold>(line, fold);
    }

    [MethodImpl(Simd.Hot)]
    private static float Vectors<TLanes, TFold>(ReadOnlySpan<float> line, TFold fold)
        where TLanes : struct, ILanes<TLanes>
        where TFold : struct, IPoolFold
    {
        unchecked
        {
            TLanes o = default;
            TLanes a = o.Fill(fold.Start), b = a;
            ref float x = ref MemoryMarshal.GetReference(line);
            int i = 0;
            for (; i <= line.Length - (2 * o.Count); i += 2 * o.Count)
            {
                a = fold.Join(a, o.Load(ref x, i));
                b = fold.Join(b, o.Load(ref x, i + o.Count));
            }

            float folded = fold.Join(fold.Start, fold.Lanes(fold.Join(a, b)));
            for (; i < line.Length; i++) folded = fold.Join(folded, Unsafe.Add(ref x, i));
            return folded;
        }
    }

    private static float Columns<TFold>(ReadOnlySpan<float> line, int dilation, TFold fold)
        where TFold : struct, IPoolFold
    {
        float folded = fold.Start;
        for (int i = 0; i < line.Length; i += dilation) folded = fold.Join(folded, line[i]);
        return folded;
    }
}
