using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>DynamicQuantizeLinear: to uint8 by the range of the values themselves, 0 included.</summary>
internal sealed class DynamicQuantizeLinear : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "DynamicQuantizeLinear",
        Versions = [11],
        Inputs = [new("x", TypeSet.Float)],
        Outputs = [new("y", TypeSet.UnsignedInteger), new("y_scale", TypeSet.Float), new("y_zero_point", TypeSet.UnsignedInteger)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (context.Type(0) != ElementType.Float32) throw context.WrongType("input 'x' must be float32");
        context.SetOutput(0, ElementType.UInt8, context.Shape(0));
        context.SetOutput(1, ElementType.Float32, Shape.Of([]));
        context.SetOutput(2, ElementType.UInt8, Shape.Of([]));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        double lowest = 0, highest = 0;
        foreach (double value in x.Reals!)
        {
            lowest = Math.Min(lowest, value);
            highest = Math.Max(highest, value);
        }

        double scale = (float)((float)(highest - lowest) / 255);
        long zero = Saturation.Of(ElementType.UInt8, (float)(0 - (float)(lowest / scale)), 0);
        ReferenceTensor y = new(ElementType.UInt8, x.Lengths);
        for (int i = 0; i < y.Count; i++) y.Integers![i] = Saturation.Of(ElementType.UInt8, (float)(x.Reals![i] / scale), zero);
        context.SetOutput(0, y);
        context.SetOutput(1, new ReferenceTensor(ElementType.Float32, [], [scale]));
        context.SetOutput(2, new ReferenceTensor(ElementType.UInt8, [], [zero]));
    }
}
