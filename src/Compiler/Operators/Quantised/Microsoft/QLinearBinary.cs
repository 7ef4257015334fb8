using System.Collections.Generic;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QLinearAdd and QLinearMul.</summary>
/// <param name="name">The operator's name.</param>
/// <param name="op">The operator of ai.onnx between the conversions.</param>
internal sealed class QLinearBinary(string name, string op) : QuantisedFunction
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = name,
        Domain = Microsoft,
        Versions = [1],
        Inputs = [.. Tensor("A"), .. Tensor("B"), .. Result("C")],
        Outputs = [new("C", TypeSet.Integer)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 3, 5, 7);
        RequireScalars(context, 1, 2, 4, 5, 6, 7);
        if (context.Type(0) != context.Type(3)) throw context.WrongType("A and B must have one element type");
        context.SetOutput(0, context.Type(0), context.Broadcast(context.Lengths(0), context.Lengths(3)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        string value = context.Add(nodes, op, [Dequantize(context, nodes, 0), Dequantize(context, nodes, 3)]);
        nodes.Add(Quantize(context, value, 6, context.Type(0)));
        return nodes;
    }
}
