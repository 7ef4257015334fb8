using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Pad: with a constant, the output is filled and the input copied into it; in the other modes tables say where each element comes from.</summary>
internal sealed class PadKernel : Kernel, ILayoutKernel
{
    /// <summary>Runs into which an axis is cut at most; before, inside and after are three.</summary>
    private const int RunLimit = 4;

    /// <summary>Rows below this are read by a table.</summary>
    private const int ShortRow = 16;

    /// <summary>Axes beyond this are cut into runs where that is possible.</summary>
    private const int TableLimit = 4096;

    /// <summary>Padded axes beyond this are refused.</summary>
    private const int LengthLimit = 1 << 22;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (!group.IsSingle) return null;
        Node node = group.Head;
        InferenceContext parameters = context.Parameters(node);
        string mode = PadWidths.Mode(parameters);
        PadWidth[] widths = PadWidths.Read(parameters);
        int[] x = context.Lengths(node.Inputs[0]);
        int[] y = context.Lengths(node.Outputs[0]);
        (int[] from, int[] to) = (context.Strides(node.Inputs[0]), context.Strides(node.Outputs[0]));
        string summary = $"Pad {Shape.Of(x)} to {Shape.Of(y)}, mode {mode}";
        bool grows = widths.Any(IsPadded);
        if (!grows || y.Contains(0)) return CopyPlan.Make(node, [node.Inputs[0]], [Kept(y, from, to, widths)], context, summary);
        if (mode != "constant")
        {
            // Tables of positions stay in proportion; nobody pads to millions.
            return y.Where((d, a) => d > LengthLimit && IsPadded(widths[a])).Any() ? null : CopyPlan.Make(node, [node.Inputs[0]], Mirrored(mode, x, y, from, to, widths), context, summary);
        }

        bool atRunTime = parameters.HasInput(2) && parameters.Constant(2) is null;
        ImmutableArray<string> inputs = atRunTime ? [node.Inputs[0], node.Inputs[2]] : [node.Inputs[0]];
        string constant = atRunTime ? "" : ConstantText(PadWidths.ConstantValue(parameters), context.ElementType(node.Inputs[0]));
        return CopyPlan.Make(node, inputs, [Kept(y, from, to, widths)], context, summary, writer => atRunTime ? writer.Input(1) + "[0]" : constant);
    }

    /// <summary>The copy of the part of the input that is kept.</summary>
    private static StridedCopy? Kept(int[] y, int[] from, int[] to, PadWidth[] widths)
    {
        int fromOffset = 0;
        int toOffset = 0;
        var axes = new CopyAxis[y.Length];
        for (int a = 0; a < axes.Length; a++)
        {
            (int before, int after) = (widths[a].Before, widths[a].After);
            fromOffset = unchecked(fromOffset + (Math.Max(0, -before) * from[a]));
            toOffset = unchecked(toOffset + (Math.Max(0, before) * to[a]));
            axes[a] = new CopyAxis(y[a] - Math.Max(0, before) - Math.Max(0, after), from[a], to[a]);
        }

        return StridedCopy.Create(0, 0, fromOffset, toOffset, axes);
    }

    /// <summary>
    /// Copies that write the whole output from mirrored or repeated positions: an axis is cut into runs of equal steps where that
    /// makes rows contiguous or a table long, and read by a table otherwise.
    /// </summary>
    private static List<StridedCopy?> Mirrored(string mode, int[] x, int[] y, int[] from, int[] to, PadWidth[] widths)
    {
        var parts = new List<(int From, int To, ImmutableArray<CopyAxis> Axes)> { (0, 0, []) };
        for (int a = 0; a < x.Length; a++)
        {
            if (!IsPadded(widths[a]))
            {
                (int skipped, var whole) = (Math.Max(0, -widths[a].Before) * from[a], new CopyAxis(y[a], from[a], to[a]));
                parts = [.. parts.Select(p => (p.From + skipped, p.To, p.Axes.Add(whole)))];
                continue;
            }

            int[] map = PadWidths.Map(mode, x[a], widths[a]);
            List<(int First, int Step, int Start, int Count)> runs = Runs(map);
            bool cut = runs.Count <= RunLimit && (to[a] == 1 ? map.Length >= ShortRow : map.Length > TableLimit);
            int stride = from[a];
            int toStride = to[a];
            if (!cut)
                parts = [.. parts.Select(p => (p.From, p.To, p.Axes.Add(new CopyAxis(map.Length, 0, toStride, [.. map.Select(m => m * stride)]))))];
            else
                parts = [.. parts.SelectMany(p => runs.Select(r => (p.From + (r.First * stride), p.To + (r.Start * toStride), p.Axes.Add(new CopyAxis(r.Count, r.Step * stride, toStride)))))];
        }

        return [.. parts.Select(p => StridedCopy.Create(0, 0, p.From, p.To, p.Axes))];
    }

    private static bool IsPadded(PadWidth width) => width.Before > 0 || width.After > 0;

    /// <summary>Cuts a table into runs of equal steps.</summary>
    private static List<(int First, int Step, int Start, int Count)> Runs(int[] map)
    {
        var runs = new List<(int, int, int, int)>();
        for (int start = 0; start < map.Length;)
        {
            int step = start + 1 < map.Length ? map[start + 1] - map[start] : 0;
            int end = start + 1;
            while (end < map.Length && map[end] - map[end - 1] == step) end++;
            runs.Add((map[start], step, start, end - start));
            start = end;
        }

        return runs;
    }

    /// <summary>The value beyond the edges where it is known; 0 where it is left out.</summary>
    public static string ConstantText(Tensor? constant, ElementType type)
        // The attribute of old opsets is a float whatever the tensor's type.
        => constant is null ? LiteralText.Zero(type) : LiteralText.Of(constant, 0, type);
}
