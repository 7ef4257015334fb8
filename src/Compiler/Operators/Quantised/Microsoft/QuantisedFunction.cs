using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>
/// An operator of com.microsoft over quantised tensors: it stands for DequantizeLinear, an operator of ai.onnx, and QuantizeLinear, and is
/// computed as these are where a file spells them out.
/// </summary>
internal abstract class QuantisedFunction : FunctionOperator
{
    /// <summary>The domain of all of them.</summary>
    protected const string Microsoft = "com.microsoft";

    /// <inheritdoc/>
    public override bool IsBodyOnly => true;

    /// <inheritdoc/>
    public override bool KeepsConstants => true;

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context) => throw new System.NotSupportedException("The body of " + Schema.Name + " is evaluated in its place.");

    /// <summary>A quantised tensor's inputs of a schema.</summary>
    protected static ImmutableArray<Parameter> Tensor(string name, bool hasZeroPoint = true) =>
    [
        new(name, TypeSet.Integer), new(name + "_scale", TypeSet.Float), new(name + "_zero_point", TypeSet.Integer, hasZeroPoint ? Arity.Optional : Arity.Required),
    ];

    /// <summary>The result's inputs of a schema.</summary>
    protected static ImmutableArray<Parameter> Result(string name) => [new(name + "_scale", TypeSet.Float), new(name + "_zero_point", TypeSet.Integer, Arity.Optional)];

    /// <summary>Dequantises the tensor whose elements, scale and zero point are inputs from an index on.</summary>
    protected static string Dequantize(FunctionContext context, List<Node> nodes, int input, long axis = 0)
        => context.Add(nodes, "DequantizeLinear", Given(context.Input(input), context.Input(input + 1), context.Input(input + 2)), NodeAttributes.Empty.With("axis", axis));

    /// <summary>Quantises a value to output 0, by the scale and zero point that are inputs from an index on.</summary>
    protected static Node Quantize(FunctionContext context, string value, int input, ElementType type)
    {
        NodeAttributes attributes = NodeAttributes.Empty;
        if (!context.HasInput(input + 1)) attributes = attributes.With("output_dtype", (long)type);
        return context.Node("QuantizeLinear", Given(value, context.Input(input), context.Input(input + 1)), [context.Output(0)], attributes);
    }

    /// <summary>Throws unless parameters of one element stand where they are named.</summary>
    protected static void RequireScalars(InferenceContext context, params int[] inputs)
    {
        foreach (int i in inputs)
            if (context.HasInput(i) && context.Shape(i) is not { IsStatic: true, ElementCount: 1, Rank: <= 1 }) throw context.Fail("input " + i.ToString(System.Globalization.CultureInfo.InvariantCulture) + " must have one element");
    }

    /// <summary>The inputs without those left out at the end.</summary>
    private static ImmutableArray<string> Given(params string[] inputs) => inputs[inputs.Length - 1].Length > 0 ? [.. inputs] : [.. System.Linq.Enumerable.Take(inputs, inputs.Length - 1)];
}
