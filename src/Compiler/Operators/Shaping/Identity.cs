namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Identity: the input.</summary>
internal sealed class Identity : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Identity",
        Versions = [1, 13, 14, 16, 19, 21, 23, 24, 25],
        Inputs = [new("input", TypeSet.Any)],
        Outputs = [new("output", TypeSet.Any)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context) => context.SetOutput(0, context.Type(0), context.Shape(0));

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context) => context.SetOutput(0, context.Input(0));
}
