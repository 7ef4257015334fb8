using System;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Sampling;

namespace RedGen.Compiler.Operators.Shaping;

/// <summary>
/// Dropout: in inference the input itself, and a mask of which every element is kept. In training each element is dropped with a
/// probability, and what is kept is enlarged, so that the mean stays.
/// </summary>
internal sealed class Dropout : Operator
{
    private const float DefaultRatio = 0.5f;

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
    public override bool IsDeterministic => false;

    /// <summary>
    /// Whether a node drops elements, or may at run time. Up to opset 6 a node should train unless is_test is set, but models for inference
    /// often leave it out: only an explicit 0 counts.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="constantOf">The value of an input that is known at build time, or null.</param>
    public static bool MayTrain(Node node, Func<string, Tensor?> constantOf) => node.Operator.Version switch
    {
        < 7 => node.Attributes.Int("is_test", 1) == 0,
        < 12 => false,
        _ => node.HasInput(2) && constantOf(node.Inputs[2]) is not { ElementType: ElementType.Bool, Length: 1, Data.Span: [0] },
    };

    /// <summary>The probability with which a node drops an element, where no input states it.</summary>
    public static double Ratio(Node node) => node.Operator.Version < 12 ? node.Attributes.Float("ratio", DefaultRatio) : DefaultRatio;

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        for (int i = 1; i < 3; i++)
            if (context.HasInput(i) && context.Shape(i) is not { IsStatic: true, ElementCount: 1 }) throw context.Fail("'" + Schema.Inputs[i].Name + "' must be one element");
        context.SetOutput(0, context.Type(0), context.Shape(0));
        context.SetOutput(1, context.Version < 10 ? context.Type(0) : ElementType.Bool, context.Shape(0));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor x = context.Input(0);
        ReferenceTensor y = context.NewOutput(0);
        ReferenceTensor mask = new(context.Version < 10 ? x.ElementType : ElementType.Bool, x.Lengths);
        bool trains = context.Version < 12 ? MayTrain(context.Node, _ => null) : context.HasInput(2) && context.Input(2).Integers![0] != 0;
        double ratio = !trains ? 0 : context.HasInput(1) ? context.Input(1).Reals![0] : Ratio(context.Node);
        SplitMix64 random = RandomSeed.Generator(context.Node);
        for (int i = 0; i < y.Count; i++)
        {
            bool isKept = !trains || random.NextUnit(53) >= ratio;
            y.Reals![i] = isKept ? x.Reals![i] * (1 / (1 - ratio)) : 0;
            if (mask.IsReal) mask.Reals![i] = isKept ? 1 : 0;
            else mask.Integers![i] = isKept ? 1 : 0;
        }

        context.SetOutput(0, y);
        context.SetOutput(1, mask);
    }
}
