using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>ConvTranspose: every input element adds its multiple of a filter to the output, one element a tap, at distances of the stride.</summary>
internal sealed class ConvTranspose : Operator
{
    /// <summary>Beyond this a single kernel or stride fits no tensor.</summary>
    private const int MaxRank = 12;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "ConvTranspose",
        Versions = [1, 11, 22],
        Inputs = [new("X", TypeSet.Float), new("W", TypeSet.Float), new("B", TypeSet.Float, Arity.Optional)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("auto_pad", AttributeKind.String), new("dilations", AttributeKind.Ints), new("group", AttributeKind.Int), new("kernel_shape", AttributeKind.Ints),
            new("output_padding", AttributeKind.Ints), new("output_shape", AttributeKind.Ints), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] x = context.Lengths(0);
        int[] w = context.Lengths(1);
        if (x.Length is < 3 or > MaxRank || w.Length != x.Length) throw context.Fail("X and W must have one rank, at least 3");
        long groups = context.Attributes.Int("group", 1);
        if (groups < 1 || groups > int.MaxValue) throw context.Unsupported("group", "it must be positive");
        if (x[1] != w[0]) throw context.Fail("X has " + Text(x[1]) + " channels, W wants " + Text(w[0]));
        if (w[0] % groups != 0) throw context.Fail(Text(groups) + " groups do not divide " + Text(w[0]) + " input channels");
        if (w.Skip(2).Contains(0)) throw context.Fail("a kernel has length 0");
        long outputs = w[1] * groups;
        if (context.HasInput(2) && !context.Lengths(2).Select(d => (long)d).SequenceEqual([outputs])) throw context.Fail("B must have one element an output channel");
        if (context.Attributes.Ints("kernel_shape") is { } kernel && !kernel.SequenceEqual(w.Skip(2).Select(d => (long)d)))
            throw context.Fail("kernel_shape [" + string.Join(", ", kernel.Select(Text)) + "] is not that of W");
        context.SetComputedOutput(0, context.Type(0), [x[0], outputs, .. TransposedWindow.Outputs(context.Attributes, x, w, context).Select(o => o.Length)]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor w = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        WindowGeometry window = TransposedWindow.Read(context.Node, x.Lengths, w.Lengths);
        int groups = (int)context.Attributes.Int("group", 1);
        int inputs = w.Lengths[0] / groups;
        int outputs = w.Lengths[1];
        int[] targets = Targets(window);
        (int taps, int inLength, int outLength) = (window.KernelLength, window.OutLength, window.InLength);
        for (int i = 0; i < y.Count; i++) y.Reals![i] = context.OptionalInput(2) is { } bias ? bias.Reals![i / outLength % (groups * outputs)] : 0;
        for (int sample = 0; sample < x.Lengths[0]; sample++)
        {
            for (int c = 0; c < w.Lengths[0]; c++)
            {
                for (int m = 0; m < outputs; m++)
                {
                    int plane = ((sample * groups * outputs) + (c / inputs * outputs) + m) * outLength;
                    for (int t = 0; t < targets.Length; t++)
                        if (targets[t] >= 0) y.Reals![plane + targets[t]] += x.Reals![(((sample * w.Lengths[0]) + c) * inLength) + (t / taps)] * w.Reals![(((c * outputs) + m) * taps) + (t % taps)];
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>The output element of a channel that each input element reaches by each tap; −1 where it is cut off.</summary>
    private static int[] Targets(WindowGeometry window)
    {
        WindowAxis[] axes = window.Axes;
        var targets = new int[window.OutLength * window.KernelLength];
        int next = 0;
        foreach (int[] input in Positions.All([.. axes.Select(a => a.Out)]))
        {
            foreach (int[] tap in Positions.All([.. axes.Select(a => a.Kernel)]))
            {
                int target = 0;
                for (int i = 0; i < axes.Length; i++)
                {
                    int position = axes[i].Position(input[i], tap[i]);
                    target = target < 0 || position < 0 || position >= axes[i].In ? -1 : (target * axes[i].In) + position;
                }

                targets[next++] = target;
            }
        }

        return targets;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
