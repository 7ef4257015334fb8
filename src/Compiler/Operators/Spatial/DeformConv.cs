using System;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Spatial;

/// <summary>DeformConv: a convolution of two spatial axes whose taps are moved by offsets, read bilinearly, and weighted by a mask.</summary>
internal sealed class DeformConv : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "DeformConv",
        Versions = [19, 22],
        Inputs =
        [
            new("X", TypeSet.Float), new("W", TypeSet.Float), new("offset", TypeSet.Float), new("B", TypeSet.Float, Arity.Optional), new("mask", TypeSet.Float, Arity.Optional),
        ],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("dilations", AttributeKind.Ints), new("group", AttributeKind.Int), new("kernel_shape", AttributeKind.Ints), new("offset_group", AttributeKind.Int),
            new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>The geometry of a node that inference has accepted.</summary>
    public static WindowGeometry Geometry(Node node, int[] input, int[] weights)
        => WindowGeometry.Read(node.Attributes, input, [.. weights.Skip(2).Select(d => (long)d)]);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 4);
        int[] x = context.Lengths(0);
        int[] w = context.Lengths(1);
        if (x.Length != 4 || w.Length != 4) throw context.Fail("X and W must have two spatial dimensions; others are not supported");
        long groups = context.Attributes.Int("group", 1);
        long offsetGroups = context.Attributes.Int("offset_group", 1);
        if (groups < 1 || w[1] * groups != x[1] || w[0] % groups != 0) throw context.Fail("X, W and " + Text(groups) + " groups do not fit");
        if (offsetGroups < 1 || x[1] % offsetGroups != 0) throw context.Fail(Text(offsetGroups) + " offset groups do not divide " + Text(x[1]) + " channels");
        if (context.Attributes.Ints("kernel_shape") is { } kernel && !kernel.SequenceEqual(w.Skip(2).Select(d => (long)d))) throw context.Fail("kernel_shape is not that of W");
        int[] window = [.. WindowGeometry.Read(context.Attributes, x, [.. w.Skip(2).Select(d => (long)d)], context).OutputLengths];
        long taps = offsetGroups * w[2] * w[3];
        if (!context.Lengths(2).Select(d => (long)d).SequenceEqual([x[0], 2 * taps, window[0], window[1]])) throw context.Fail("offset must have shape [" + Text(x[0]) + ", " + Text(2 * taps) + ", " + Text(window[0]) + ", " + Text(window[1]) + "]");
        if (context.HasInput(3) && !context.Lengths(3).SequenceEqual([w[0]])) throw context.Fail("B must have one element an output channel");
        if (context.HasInput(4) && !context.Lengths(4).Select(d => (long)d).SequenceEqual([x[0], taps, window[0], window[1]])) throw context.Fail("mask must have one element a tap and place");
        context.SetOutput(0, context.Type(0), [x[0], w[0], window[0], window[1]]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor w = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        WindowGeometry window = Geometry(context.Node, x.Lengths, w.Lengths);
        int groupOutputs = w.Lengths[0] / (int)context.Attributes.Int("group", 1);
        int next = 0;
        foreach (int[] at in Positions.All(y.Lengths))
        {
            double sum = context.OptionalInput(3)?.Reals![at[1]] ?? 0;
            foreach (int[] tap in Positions.All([w.Lengths[1], w.Lengths[2], w.Lengths[3]]))
            {
                int channel = (at[1] / groupOutputs * w.Lengths[1]) + tap[0];
                double weight = w.Reals![Positions.Index([at[1], .. tap], w.Lengths)];
                sum += weight * Sample(context, window, at, channel, tap);
            }

            y.Reals![next++] = sum;
        }

        context.SetOutput(0, y);
    }

    /// <summary>The masked value that a tap of a window reads from a channel.</summary>
    private static double Sample(EvaluationContext context, WindowGeometry window, int[] at, int channel, int[] tap)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor offset = context.Input(2);
        int group = channel / (x.Lengths[1] / (int)context.Attributes.Int("offset_group", 1));
        int index = (((group * window.Height.Kernel) + tap[1]) * window.Width.Kernel) + tap[2];
        double row = window.Height.Position(at[2], tap[1]) + offset.Reals![Positions.Index([at[0], 2 * index, at[2], at[3]], offset.Lengths)];
        double column = window.Width.Position(at[3], tap[2]) + offset.Reals[Positions.Index([at[0], (2 * index) + 1, at[2], at[3]], offset.Lengths)];
        double mask = context.OptionalInput(4) is { } m ? m.Reals![Positions.Index([at[0], index, at[2], at[3]], m.Lengths)] : 1;
        double value = 0;
        if (row > -1 && row < x.Lengths[2] && column > -1 && column < x.Lengths[3])
        {
            (int top, int left) = ((int)Math.Floor(row), (int)Math.Floor(column));
            foreach ((int r, int c) in new[] { (top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1) })
            {
                if (r < 0 || r >= x.Lengths[2] || c < 0 || c >= x.Lengths[3]) continue;
                value += (1 - Math.Abs(row - r)) * (1 - Math.Abs(column - c)) * x.Reals![Positions.Index([at[0], channel, r, c], x.Lengths)];
            }
        }

        return mask * value;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
