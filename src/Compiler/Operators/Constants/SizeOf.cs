using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Constants;

/// <summary>Size: the number of elements of the input. Known at build time, so nothing is left of it at run time.</summary>
internal sealed class SizeOf : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Size",
        Versions = [1, 13, 19, 21, 23, 24, 25],
        Inputs = [new("data", TypeSet.Any)],
        Outputs = [new("size", TypeSet.Int64)],
    };

    /// <inheritdoc/>
    public override bool DependsOnTypesOnly => true;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        _ = context.Lengths(0);
        context.SetOutput(0, ElementType.Int64, Graphs.Shape.Scalar);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
        => context.SetOutput(0, new ReferenceTensor(ElementType.Int64, [], [context.InputType(0).Shape!.ElementCount]));
}
