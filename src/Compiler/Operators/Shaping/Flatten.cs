using System.Linq;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Flatten: a matrix whose rows run over the axes before <c>axis</c>.</summary>
internal sealed class Flatten : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Flatten",
        Versions = [1, 9, 11, 13, 21, 23, 24, 25],
        Inputs = [new("input", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
        Attributes = [new("axis", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int axis = context.Axis(context.Attributes.Int("axis", 1), x.Length, inclusive: true);
        context.SetComputedOutput(0, context.Type(0), [Positions.Product(x.Take(axis)), Positions.Product(x.Skip(axis))]);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, context.Input(0).Reshape(context.OutputType(0).Shape!.ToArray()));
}
