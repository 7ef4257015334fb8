using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QLinearConcat: scale and zero point of the result, then those of each tensor behind it.</summary>
internal sealed class QLinearConcat : QuantisedFunction
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QLinearConcat",
        Domain = Microsoft,
        Versions = [1],
        Inputs = [new("Y_scale", TypeSet.Float), new("Y_zero_point", TypeSet.Integer), new("inputs", TypeSet.Integer | TypeSet.Float, Arity.Variadic)],
        Outputs = [new("Y", TypeSet.Integer)],
        Attributes = [new("axis", AttributeKind.Int, Required: true)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        int count = context.InputCount - 2;
        if (count % 3 != 0) throw context.Invalid("each tensor has a scale and a zero point");
        RequireScalars(context, 0, 1);
        int[] first = context.Lengths(2);
        int axis = context.Axis(context.Attributes.Int("axis", 0), first.Length);
        long length = 0;
        for (int i = 2; i < context.InputCount; i += 3)
        {
            if (!context.HasInput(i) || !context.HasInput(i + 1)) throw context.Invalid("a tensor or its scale is missing");
            QuantizedTypes.RequireBytes(context, i, i + 2);
            RequireScalars(context, i + 1, i + 2);
            int[] x = context.Lengths(i);
            if (x.Length != first.Length || x.Where((d, k) => k != axis && d != first[k]).Any()) throw context.Fail("all tensors must have one shape but for the axis");
            length += x[axis];
        }

        context.SetComputedOutput(0, context.Type(1), first.Select((d, k) => k == axis ? length : d));
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        var parts = new List<string>();
        for (int i = 2; i < context.Call.Inputs.Length; i += 3) parts.Add(Dequantize(context, nodes, i));
        string value = context.Add(nodes, "Concat", [.. parts], context.Attributes);
        nodes.Add(Quantize(context, value, 0, context.Type(1)));
        return nodes;
    }
}
