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
        ElementType type = ValueType(context);
        context.SetComputedOutput(0, type, context.RequireIntegers(0, "input"));
    }

    /// <inheritdoc/>
    public override bool AcceptsDeclaredShapes => true;

    /// <inheritdoc/>
    public override bool InferDeclared(InferenceContext context, int[][] shapes)
    {
        if (context.Shape(0) is not { Rank: 1 } length || length.ElementCount != shapes[0].Length) return false;
        context.SetOutput(0, ValueType(context), shapes[0]);
        return true;
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

    private static ElementType ValueType(InferenceContext context)
    {
        if (context.Attributes.Tensor("value") is not { } value) return ElementType.Float32;
        return value.Length == 1 ? value.ElementType : throw context.Unsupported("value", "it has " + value.Length.ToString(CultureInfo.InvariantCulture) + " elements instead of one");
    }
}
