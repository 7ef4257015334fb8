using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>Constant: what its one attribute holds.</summary>
internal sealed class Constant : Operator
{
    private static readonly string[] Names = ["value", "sparse_value", "value_int", "value_ints", "value_float", "value_floats", "value_string", "value_strings"];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Constant",
        Versions = [1, 9, 11, 12, 13, 19, 21, 23, 24, 25],
        Inputs = [],
        Outputs = [new("output", TypeSet.Any)],
        Attributes =
        [
            new("value", AttributeKind.Tensor), new("sparse_value", AttributeKind.SparseTensor, Since: 11),
            new("value_int", AttributeKind.Int, Since: 12), new("value_ints", AttributeKind.Ints, Since: 12),
            new("value_float", AttributeKind.Float, Since: 12), new("value_floats", AttributeKind.Floats, Since: 12),
            new("value_string", AttributeKind.String, Since: 12), new("value_strings", AttributeKind.Strings, Since: 12),
        ],
    };

    /// <summary>The tensor that the attributes state, or null where there is not exactly one.</summary>
    public static Tensor? Value(NodeAttributes attributes)
    {
        AttributeValue?[] values = [.. Names.Select(attributes.Find).Where(a => a is not null)];
        return values.Length != 1 ? null : values[0] switch
        {
            TensorAttribute tensor => tensor.Value,
            IntAttribute number => Tensor.Of([number.Value], []),
            IntsAttribute numbers => Tensor.Of(numbers.Values.AsSpan(), numbers.Values.Length),
            FloatAttribute number => Tensor.Of([number.Value], []),
            FloatsAttribute numbers => Tensor.Of(numbers.Values.AsSpan(), numbers.Values.Length),
            StringAttribute text => new Tensor([], [text.Value]),
            StringsAttribute texts => new Tensor([texts.Values.Length], texts.Values),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        Tensor value = Value(context.Attributes) ?? throw context.Invalid("it must have one of the attributes " + string.Join(", ", Names));
        context.SetOutput(0, value.ElementType, value.Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, ReferenceTensor.FromTensor(Value(context.Attributes) ?? throw new InvalidOperationException(context.Node.Label)));
}
