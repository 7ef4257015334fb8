using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Operators.Sampling;

/// <summary>Bernoulli: 1 with the probability that the input states, else 0.</summary>
internal sealed class Bernoulli : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Bernoulli",
        Notes = "every call draws the same numbers; without a seed they follow from the name of the node",
        Versions = [15, 22],
        Inputs = [new("input", TypeSet.Float)],
        Outputs = [new("output", TypeSet.NumericOrBool)],
        Attributes = [new("dtype", AttributeKind.Int), new("seed", AttributeKind.Float)],
    };

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
        => context.SetOutput(0, OutputTypes.Read(context, "dtype", context.Type(0), TypeSet.NumericOrBool), context.Shape(0));

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        SplitMix64 random = RandomSeed.Generator(context.Node);
        for (int i = 0; i < y.Count; i++)
        {
            bool isOne = random.NextUnit(53) < x.Reals![i];
            if (y.IsReal) y.Reals![i] = isOne ? 1 : 0;
            else y.Integers![i] = isOne ? 1 : 0;
        }

        context.SetOutput(0, y);
    }
}
