using System.Collections.Immutable;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Sampling;

/// <summary>RandomNormal, RandomUniform and their Like forms, which take the shape of an input.</summary>
/// <param name="name">The operator's name.</param>
/// <param name="isNormal">Whether the numbers are normal, not uniform.</param>
/// <param name="isLike">Whether an input gives the shape.</param>
internal sealed class RandomFill(string name, bool isNormal, bool isLike) : Operator
{
    /// <summary>The operators.</summary>
    public static ImmutableArray<Operator> Operators { get; } =
    [
        new RandomFill("RandomNormal", true, false), new RandomFill("RandomNormalLike", true, true),
        new RandomFill("RandomUniform", false, false), new RandomFill("RandomUniformLike", false, true),
    ];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Notes = "every call draws the same numbers; without a seed they follow from the name of the node",
        Versions = [1, 22],
        Inputs = isLike ? [new("input", TypeSet.Any)] : [],
        Outputs = [new("output", TypeSet.Float)],
        Attributes =
        [
            new("dtype", AttributeKind.Int), new("seed", AttributeKind.Float),
            .. isNormal ? Pair("mean", "scale") : Pair("low", "high"),
            .. isLike ? [] : ImmutableArray.Create(new AttributeSpec("shape", AttributeKind.Ints, Required: true)),
        ],
    };

    /// <inheritdoc/>
    public override bool IsDeterministic => false;

    /// <summary>Whether the numbers are normal, not uniform.</summary>
    public bool IsNormal => isNormal;

    /// <summary>What is added to each number, and what it is multiplied by before.</summary>
    public (double Offset, double Factor) Scale(Node node)
    {
        if (isNormal) return (node.Attributes.Float("mean", 0), node.Attributes.Float("scale", 1));
        double low = node.Attributes.Float("low", 0);
        return (low, node.Attributes.Float("high", 1) - low);
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        ElementType type = OutputTypes.Read(context, "dtype", isLike ? context.Type(0) : ElementType.Float32, TypeSet.Float);
        if (isLike) context.SetOutput(0, type, context.Shape(0));
        else context.SetComputedOutput(0, type, context.Attributes.Ints("shape")!.Value);
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        SplitMix64 random = RandomSeed.Generator(context.Node);
        (double offset, double factor) = Scale(context.Node);
        int bits = RandomSeed.UniformBits(y.ElementType);
        for (int i = 0; i < y.Count; i++) y.Reals![i] = offset + (factor * (isNormal ? random.NextGaussian() : random.NextUnit(bits)));
        context.SetOutput(0, y);
    }

    private static ImmutableArray<AttributeSpec> Pair(string first, string second)
        => [new AttributeSpec(first, AttributeKind.Float), new AttributeSpec(second, AttributeKind.Float)];
}
