using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>ConstantOfShape: a tensor of a given shape filled with one value, float 0 unless told.</summary>
internal sealed class ConstantOfShape : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "ConstantOfShape",
        Versions = [9, 20, 21, 23, 24, 25],
        Inputs = [new("input", TypeSet.Int64)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("value", AttributeKind.Tensor)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Tensor? value = context.Attributes.Tensor("value");
        if (value is not null && value.Length != 1) throw context.Unsupported("value", "it has " + value.Length.ToString(CultureInfo.InvariantCulture) + " elements instead of one");
        context.SetComputedOutput(0, value?.ElementType ?? ElementType.Float32, context.RequireIntegers(0, "input"));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        if (context.Attributes.Tensor("value") is { } value)
        {
            ReferenceTensor element = ReferenceTensor.FromTensor(value);
            for (int i = 0; i < y.Count; i++) y.CopyElement(i, element, 0);
        }

        context.SetOutput(0, y);
    }
}
