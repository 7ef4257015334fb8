using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>AveragePool: the mean of each window, over the elements inside the input or (count_include_pad) the padded input.</summary>
internal sealed class AveragePool : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "AveragePool",
        Versions = [1, 7, 10, 11, 19, 22],
        Inputs = [new("X", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("auto_pad", AttributeKind.String), new("ceil_mode", AttributeKind.Int, Since: 10), new("count_include_pad", AttributeKind.Int, Since: 7),
            new("dilations", AttributeKind.Ints, Since: 19), new("kernel_shape", AttributeKind.Ints, Required: true),
            new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => context.SetOutput(0, context.Type(0), PoolShapes.Output(context));

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        WindowGeometry window = PoolShapes.Geometry(context.Node, x.Lengths);
        bool countPadding = context.Attributes.Int("count_include_pad", 0) != 0;
        for (int at = 0; at < y.Count; at++)
        {
            int channel = at / window.OutLength;
            int place = at % window.OutLength;
            double sum = 0;
            long count = 0;
            foreach (int i in PoolShapes.Elements(window, place))
            {
                // In the precision of the type: averages of dequantised integers are often ties, which the last bit decides where they are quantised again.
                sum = ElementRounding.Round(y.ElementType == ElementType.Float32 ? ElementType.Float32 : ElementType.Float64, sum + x.Reals![(channel * window.InLength) + i]);
                count++;
            }

            if (countPadding) count = PaddedCount(window, place);
            y.Reals![at] = sum / count;
        }

        context.SetOutput(0, y);
    }

    /// <summary>Elements of a window of the padded input.</summary>
    internal static long PaddedCount(WindowGeometry window, int place)
    {
        long count = 1;
        foreach (WindowAxis axis in window.Axes.Reverse())
        {
            count *= axis.PaddedTaps(place % axis.Out);
            place /= axis.Out;
        }

        return count;
    }
}
