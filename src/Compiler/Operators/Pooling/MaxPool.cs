using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>MaxPool: the largest element of each window, and where it stands.</summary>
internal sealed class MaxPool : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MaxPool",
        Versions = [1, 8, 10, 11, 12, 22],
        Inputs = [new("X", TypeSet.Float | TypeSet.Integer)],
        Outputs = [new("Y", TypeSet.Float | TypeSet.Integer), new("Indices", TypeSet.Int64, Arity.Optional, Since: 8)],
        Attributes =
        [
            new("auto_pad", AttributeKind.String), new("ceil_mode", AttributeKind.Int, Since: 10), new("dilations", AttributeKind.Ints, Since: 10),
            new("kernel_shape", AttributeKind.Ints, Required: true), new("pads", AttributeKind.Ints),
            new("storage_order", AttributeKind.Int, Since: 8), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = context.Type(0);
        bool narrow = type is ElementType.Int8 or ElementType.UInt8 && context.Version >= 12;
        if (type.IsInteger() && !narrow) throw context.WrongType("input 'X' cannot be " + type.Name() + " in opset " + context.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        int[] lengths = PoolShapes.Output(context);
        context.SetOutput(0, type, lengths);
        context.SetOutput(1, ElementType.Int64, lengths);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        ReferenceTensor? indices = context.HasOutput(1) ? context.NewOutput(1) : null;
        WindowGeometry window = PoolShapes.Geometry(context.Node, x.Lengths);
        bool columnMajor = context.Attributes.Int("storage_order", 0) != 0;
        for (int at = 0; at < y.Count; at++)
        {
            int channel = at / window.OutLength;
            int best = -1;
            foreach (int i in PoolShapes.Elements(window, at % window.OutLength))
                if (best < 0 || IsLarger(x, (channel * window.InLength) + i, (channel * window.InLength) + best)) best = i;
            if (best >= 0) y.CopyElement(at, x, (channel * window.InLength) + best);
            else if (y.IsReal) y.Reals![at] = double.NegativeInfinity;
            else y.Integers![at] = y.ElementType == ElementType.Int8 ? sbyte.MinValue : 0;
            if (indices is not null) indices.Integers![at] = ((long)channel * window.InLength) + (columnMajor && best >= 0 ? ColumnMajor(window, best) : best);
        }

        context.SetOutput(0, y);
        if (indices is not null) context.SetOutput(1, indices);
    }

    private static bool IsLarger(ReferenceTensor x, int i, int best) => x.IsReal
        ? x.Reals![i] > x.Reals[best] || (double.IsNaN(x.Reals[i]) && !double.IsNaN(x.Reals[best]))
        : x.Integers![i] > x.Integers[best];

    /// <summary>The place of an element of a channel when the first spatial axis runs fastest.</summary>
    private static long ColumnMajor(WindowGeometry window, int index)
    {
        long place = 0;
        foreach (WindowAxis axis in window.Axes.Reverse())
        {
            place = (place * axis.In) + (index % axis.In);
            index /= axis.In;
        }

        return place;
    }
}

/// <summary>What the pooling operators share.</summary>
internal static class PoolShapes
{
    /// <summary>The geometry of a pooling that inference has accepted.</summary>
    public static WindowGeometry Geometry(Node node, int[] input) => WindowGeometry.Read(node.Attributes, input, Kernel(node.Attributes));

    /// <summary>The output's lengths of a pooling.</summary>
    public static int[] Output(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        if (x.Length < 3) throw context.Fail("X must have batch, channels and at least one spatial dimension");
        return [x[0], x[1], .. WindowGeometry.Read(context.Attributes, x, Kernel(context.Attributes), context).OutputLengths];
    }

    /// <summary>The places of a window's elements within their channel, in order.</summary>
    public static System.Collections.Generic.IEnumerable<int> Elements(WindowGeometry window, int output)
    {
        int v = output % window.Width.Out;
        int h = output / window.Width.Out % window.Height.Out;
        int d = output / window.Width.Out / window.Height.Out % window.Depth.Out;
        foreach ((int place, _) in window.OuterTaps(output / window.Width.Out / window.Height.Out / window.Depth.Out))
            for (int kd = window.Depth.FirstTap(d); kd < window.Depth.EndTap(d); kd++)
                for (int kh = window.Height.FirstTap(h); kh < window.Height.EndTap(h); kh++)
                    for (int kw = window.Width.FirstTap(v); kw < window.Width.EndTap(v); kw++)
                        yield return (((((place * window.Depth.In) + window.Depth.Position(d, kd)) * window.Height.In) + window.Height.Position(h, kh)) * window.Width.In) + window.Width.Position(v, kw);
    }

    private static ImmutableArray<long> Kernel(NodeAttributes attributes) => attributes.Ints("kernel_shape") ?? [];
}
