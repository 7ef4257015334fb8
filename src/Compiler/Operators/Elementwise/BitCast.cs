using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>BitCast: the same bits as another type of the same width.</summary>
internal sealed class BitCast : Operator
{
    private const TypeSet Types = TypeSet.NumericOrBool | TypeSet.Narrow;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "BitCast",
        Versions = [26],
        Inputs = [new("input", Types)],
        Outputs = [new("output", Types)],
        Attributes = [new("to", AttributeKind.Int, Required: true)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        var type = (ElementType)Math.Max(-1, Math.Min(int.MaxValue, context.Attributes.Int("to", 0)));
        if (!ElementTypes.IsDefined(type)) throw context.Unsupported("to", "it names no element type");
        if (!Types.Contains(type)) throw context.WrongType("bits cannot become " + type.Name());
        if (type.Bits() != context.Type(0).Bits()) throw context.WrongType(context.Type(0).Name() + " and " + type.Name() + " do not have the same width");
        context.SetOutput(0, type, context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        Tensor x = context.Input(0).ToTensor();
        context.SetOutput(0, ReferenceTensor.FromTensor(new Tensor(context.OutputType(0).ElementType, x.Dimensions, x.Data)));
    }
}
