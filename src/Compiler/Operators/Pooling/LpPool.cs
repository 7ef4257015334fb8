using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Pooling;

/// <summary>LpPool: the p-norm of each window.</summary>
internal sealed class LpPool : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "LpPool",
        Versions = [1, 2, 11, 18, 22],
        Inputs = [new("X", TypeSet.Float)],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("auto_pad", AttributeKind.String), new("ceil_mode", AttributeKind.Int, Since: 18), new("dilations", AttributeKind.Ints, Since: 18),
            new("kernel_shape", AttributeKind.Ints, Required: true), new("p", AttributeKind.Int, Since: 2), new("p", AttributeKind.Float, Until: 1), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>The norm's exponent; a float in opset 1.</summary>
    public static double P(Node node) => node.Attributes.Find("p") is FloatAttribute p ? p.Value : node.Attributes.Int("p", 2);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (!(P(context.Node) > 0)) throw context.Unsupported("p", "it must be positive");
        context.SetOutput(0, context.Type(0), PoolShapes.Output(context));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        WindowGeometry window = PoolShapes.Geometry(context.Node, x.Lengths);
        double p = P(context.Node);
        for (int at = 0; at < y.Count; at++)
        {
            double sum = 0;
            foreach (int i in PoolShapes.Elements(window, at % window.OutLength)) sum += Math.Pow(Math.Abs(x.Reals![(at / window.OutLength * window.InLength) + i]), p);
            y.Reals![at] = Math.Pow(sum, 1 / p);
        }

        context.SetOutput(0, y);
    }
}
