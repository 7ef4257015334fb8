using System.Globalization;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>Conv: every output channel sums the windows of its group's input channels times its filter, plus its bias.</summary>
internal sealed class Conv : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Conv",
        Versions = [1, 11, 22],
        Inputs = [new("X", TypeSet.Float), new("W", TypeSet.Float), new("B", TypeSet.Float, Arity.Optional)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("auto_pad", AttributeKind.String), new("dilations", AttributeKind.Ints), new("group", AttributeKind.Int),
            new("kernel_shape", AttributeKind.Ints), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>The geometry of a Conv that inference has accepted.</summary>
    public static WindowGeometry Geometry(Node node, int[] input, int[] weights)
        => WindowGeometry.Read(node.Attributes, input, [.. weights.Skip(2).Select(d => (long)d)]);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, 2);
        int[] x = context.Lengths(0);
        int[] w = context.Lengths(1);
        if (x.Length < 3 || w.Length != x.Length) throw context.Fail("X and W must have one rank, at least 3");
        long groups = context.Attributes.Int("group", 1);
        if (groups < 1 || groups > int.MaxValue) throw context.Unsupported("group", "it must be positive");
        if (x[1] != w[1] * groups) throw context.Fail("X has " + Text(x[1]) + " channels, W wants " + Text(w[1] * groups));
        if (w[0] % groups != 0) throw context.Fail(Text(groups) + " groups do not divide " + Text(w[0]) + " output channels");
        if (context.HasInput(2) && !context.Lengths(2).SequenceEqual([w[0]])) throw context.Fail("B must have one element an output channel");
        if (context.Attributes.Ints("kernel_shape") is { } kernel && !kernel.SequenceEqual(w.Skip(2).Select(d => (long)d)))
            throw context.Fail("kernel_shape [" + string.Join(", ", kernel.Select(k => k.ToString(CultureInfo.InvariantCulture))) + "] is not that of W");
        WindowGeometry window = WindowGeometry.Read(context.Attributes, x, [.. w.Skip(2).Select(d => (long)d)], context);
        context.SetOutput(0, context.Type(0), new[] { x[0], w[0] }.Concat(window.OutputLengths));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor w = context.Input(1);
        ReferenceTensor y = context.NewOutput(0);
        WindowGeometry window = Geometry(context.Node, x.Lengths, w.Lengths);
        int groupInputs = w.Lengths[1];
        int groupOutputs = w.Lengths[0] / (int)context.Attributes.Int("group", 1);
        int at = 0;
        for (int sample = 0; sample < x.Lengths[0]; sample++)
        {
            for (int m = 0; m < w.Lengths[0]; m++)
            {
                int firstChannel = (sample * x.Lengths[1]) + (m / groupOutputs * groupInputs);
                double bias = context.HasInput(2) ? context.Input(2).Reals![m] : 0;
                int outer = window.Outer.Aggregate(1, (product, axis) => product * axis.Out);
                for (int o = 0; o < outer; o++)
                {
                    (int Place, int Tap)[] around = [.. window.OuterTaps(o)];
                    for (int d = 0; d < window.Depth.Out; d++)
                        for (int h = 0; h < window.Height.Out; h++)
                            for (int v = 0; v < window.Width.Out; v++)
                                y.Reals![at++] = bias + Sum(x.Reals!, firstChannel, w.Reals!, m * groupInputs, groupInputs, window, around, d, h, v);
                }
            }
        }

        context.SetOutput(0, y);
    }

    /// <summary>The sum over channels and taps for one window.</summary>
    private static double Sum(double[] x, int xChannel, double[] w, int wChannel, int channels, WindowGeometry window, (int Place, int Tap)[] around, int d, int h, int v)
    {
        double sum = 0;
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (window.Depth, window.Height, window.Width);
        for (int c = 0; c < channels; c++)
        {
            foreach ((int place, int tap) in around)
            {
                int filter = ((wChannel + c) * window.KernelLength) + (tap * depth.Kernel * height.Kernel * width.Kernel);
                int plane = ((xChannel + c) * window.InLength) + (place * depth.In * height.In * width.In);
                for (int kd = depth.FirstTap(d); kd < depth.EndTap(d); kd++)
                {
                    for (int kh = height.FirstTap(h); kh < height.EndTap(h); kh++)
                    {
                        int row = plane + (((depth.Position(d, kd) * height.In) + height.Position(h, kh)) * width.In);
                        int taps = filter + (((kd * height.Kernel) + kh) * width.Kernel);
                        for (int kw = width.FirstTap(v); kw < width.EndTap(v); kw++) sum += x[row + width.Position(v, kw)] * w[taps + kw];
                    }
                }
            }
        }

        return sum;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
