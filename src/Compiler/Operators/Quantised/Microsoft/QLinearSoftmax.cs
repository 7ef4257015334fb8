using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QLinearSoftmax: along one axis, or before opset 13 of ai.onnx, which an attribute states, along all axes from one on.</summary>
internal sealed class QLinearSoftmax : QuantisedFunction
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QLinearSoftmax",
        Domain = Microsoft,
        Versions = [1],
        Inputs = [.. Tensor("X"), .. Result("Y")],
        Outputs = [new("Y", TypeSet.Integer)],
        Attributes = [new("axis", AttributeKind.Int), new("opset", AttributeKind.Int, Required: true)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 4);
        RequireScalars(context, 1, 2, 3, 4);
        context.Axis(context.Attributes.Int("axis", -1), context.Rank(0));
        context.SetOutput(0, context.Type(0), context.Shape(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        string value = Dequantize(context, nodes, 0);
        int[] lengths = context.Lengths(0);
        long axis = context.Attributes.Int("axis", -1);
        if (context.Attributes.Int("opset", 13) >= 13)
        {
            value = context.Add(nodes, "Softmax", [value], NodeAttributes.Empty.With("axis", axis));
        }
        else
        {
            value = context.Add(nodes, "Flatten", [value], NodeAttributes.Empty.With("axis", axis < 0 ? axis + lengths.Length : axis));
            value = context.Add(nodes, "Softmax", [value], NodeAttributes.Empty.With("axis", -1));
            value = context.Add(nodes, "Reshape", [value, context.Integers("shape", [.. lengths.Select(d => (long)d)])], NodeAttributes.Empty.With("allowzero", 1));
        }

        nodes.Add(Quantize(context, value, 3, context.Type(0)));
        return nodes;
    }
}
