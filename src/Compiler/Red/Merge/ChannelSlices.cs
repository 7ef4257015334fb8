using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge;

/// <summary>The parts of a constant that belong to single channels.</summary>
internal static class ChannelSlices
{
    /// <summary>The class of each channel's part of a constant; null for types whose elements are no whole bytes.</summary>
    /// <param name="analysis">Takes the classes.</param>
    /// <param name="tensor">The constant.</param>
    /// <param name="axis">The axis of the constant that the channels lie along; below 0: none, all channels read the same.</param>
    /// <param name="layout">Where the channels lie along it.</param>
    public static int[]? Classes(ChannelAnalysis analysis, Tensor tensor, int axis, ChannelLayout layout)
    {
        int size = tensor.ElementType.Bits() / 8;
        if (size == 0 || tensor.ElementType.Bits() % 8 != 0) return null;
        var classes = new int[layout.Channels];
        if (axis < 0 || tensor.Dimensions[axis] == 1)
        {
            int whole = analysis.Classes.Content(tensor.Data.Span);
            for (int c = 0; c < classes.Length; c++) classes[c] = whole;
            return classes;
        }

        (int before, int after) = Around(tensor, axis);
        int parts = layout.Outer * layout.Inner;
        var bytes = new byte[before * parts * after * size];
        for (int c = 0; c < classes.Length; c++)
        {
            for (int b = 0, at = 0; b < before; b++)
                for (int part = 0; part < parts; part++, at += after * size)
                    tensor.Data.Span.Slice(((b * layout.Length) + layout.PositionOf(c, part)) * after * size, after * size).CopyTo(bytes.AsSpan(at));
            classes[c] = analysis.Classes.Content(bytes);
        }

        return classes;
    }

    /// <summary>The constant with the positions of an axis that are kept.</summary>
    public static Tensor Keep(Tensor tensor, int axis, bool[] kept, int count)
    {
        (int before, int after) = Around(tensor, axis);
        int run = after * (tensor.ElementType.Bits() / 8);
        var data = new byte[before * count * run];
        int at = 0;
        for (int b = 0; b < before; b++)
        {
            for (int p = 0; p < kept.Length; p++)
            {
                if (!kept[p]) continue;
                tensor.Data.Span.Slice(((b * kept.Length) + p) * run, run).CopyTo(data.AsSpan(at));
                at += run;
            }
        }

        return new Tensor(tensor.ElementType, tensor.Dimensions.SetItem(axis, count), data);
    }

    /// <summary>The products of the lengths before and after an axis.</summary>
    public static (int Before, int After) Around(Tensor tensor, int axis)
    {
        (int before, int after) = (1, 1);
        for (int a = 0; a < axis; a++) before *= tensor.Dimensions[a];
        for (int a = axis + 1; a < tensor.Dimensions.Length; a++) after *= tensor.Dimensions[a];
        return (before, after);
    }
}
