using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>Dropout as inference sees it: the input, and a mask of which every element is kept.</summary>
internal sealed class Dropout : Operator
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Dropout",
        Versions = [1, 6, 7, 10, 12, 13, 22],
        Inputs =
        [
            new("data", TypeSet.Float), new("ratio", TypeSet.Float, Arity.Optional, Since: 12),
            new("training_mode", TypeSet.Bool, Arity.Optional, Since: 12),
        ],
        Outputs = [new("output", TypeSet.Float), new("mask", TypeSet.Float | TypeSet.Bool, Arity.Optional)],
        Attributes =
        [
            new("ratio", AttributeKind.Float, Until: 11), new("is_test", AttributeKind.Int, Until: 6),
            new("consumed_inputs", AttributeKind.Ints, Until: 5), new("seed", AttributeKind.Int, Since: 12),
        ],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        // Opsets before 7 train unless is_test is set, but models for inference often leave it out: only an explicit 0 is refused.
        if (context.Attributes.Int("is_test", 1) == 0) throw context.Unsupported("is_test", "0 asks for training");
        if (context.HasInput(2))
        {
            Tensor training = context.Constant(2) ?? throw context.Dynamic("input 'training_mode' is computed at run time; RedGen compiles inference only");
            if (training.Length != 1) throw context.Fail("training_mode must be one element");
            if (ReferenceTensor.FromTensor(training).Integers![0] != 0) throw context.Unsupported("training_mode", "true asks for training; RedGen compiles inference only");
        }

        context.SetOutput(0, context.Type(0), context.Shape(0));
        context.SetOutput(1, context.Version < 10 ? context.Type(0) : ElementType.Bool, context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        context.SetOutput(0, context.Input(0));
        if (!context.HasOutput(1)) return;
        ReferenceTensor mask = context.NewOutput(1);
        for (int i = 0; i < mask.Count; i++)
        {
            if (mask.IsReal) mask.Reals![i] = 1;
            else mask.Integers![i] = 1;
        }

        context.SetOutput(1, mask);
    }
}
