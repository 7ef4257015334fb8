using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QLinearSigmoid and QLinearLeakyRelu.</summary>
/// <param name="name">The operator's name.</param>
/// <param name="op">The operator of ai.onnx between the conversions.</param>
/// <param name="attributes">Its attributes.</param>
internal sealed class QLinearActivation(string name, string op, ImmutableArray<AttributeSpec> attributes) : QuantisedFunction
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Domain = Microsoft,
        Versions = [1],
        Inputs = [.. Tensor("X"), .. Result("Y")],
        Outputs = [new("Y", TypeSet.Integer)],
        Attributes = attributes,
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 4);
        RequireScalars(context, 1, 2, 3, 4);
        context.SetOutput(0, context.Type(0), context.Shape(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        string value = context.Add(nodes, op, [Dequantize(context, nodes, 0)], context.Attributes);
        nodes.Add(Quantize(context, value, 3, context.Type(0)));
        return nodes;
    }
}
