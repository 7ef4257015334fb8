using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QGemm: a Gemm of quantised matrices; the bias is int32 in steps of alpha · a_scale · b_scale. Without a scale for the result it is float.</summary>
internal sealed class QGemm : QuantisedFunction
{
    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "QGemm",
        Domain = Microsoft,
        Versions = [1],
        Inputs =
        [
            .. Tensor("A", hasZeroPoint: false), .. Tensor("B", hasZeroPoint: false), new("C", TypeSet.SignedInteger, Arity.Optional),
            new("y_scale", TypeSet.Float, Arity.Optional), new("y_zero_point", TypeSet.Integer, Arity.Optional),
        ],
        Outputs = [new("Y", TypeSet.Float | TypeSet.Integer)],
        Attributes = [new("alpha", AttributeKind.Float), new("transA", AttributeKind.Int), new("transB", AttributeKind.Int)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 3, 5, 8);
        RequireScalars(context, 1, 2, 7, 8);
        if (context.Type(1) != ElementType.Float32 || context.Type(4) != ElementType.Float32) throw context.WrongType("scales must be float32");
        if (context.HasInput(6) && context.Type(6) != ElementType.Int32) throw context.WrongType("C must be int32");
        int[] a = context.Lengths(0);
        int[] b = context.Lengths(3);
        if (a.Length != 2 || b.Length != 2) throw context.Fail("A and B must be matrices");
        bool transA = context.Attributes.Int("transA", 0) != 0;
        bool transB = context.Attributes.Int("transB", 0) != 0;
        if (a[transA ? 0 : 1] != b[transB ? 1 : 0]) throw context.Fail("the inner dimensions differ");
        int columns = b[transB ? 0 : 1];
        foreach (int i in new[] { 4, 5 })
            if (!context.Lengths(i).All(d => d == 1) && !context.Lengths(i).SequenceEqual([columns])) throw context.Fail("the parameters of B must have one element, or one a column");
        if (context.HasInput(6)) context.Broadcast(context.Lengths(6), [a[transA ? 1 : 0], columns]);
        if (context.HasInput(8) && !context.HasInput(7)) throw context.Invalid("a zero point of the result needs its scale");
        context.SetOutput(0, context.HasInput(8) ? context.Type(8) : context.HasInput(7) ? context.Type(0) : ElementType.Float32, new[] { a[transA ? 1 : 0], columns });
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        float alpha = context.Attributes.Float("alpha", 1);
        long axis = context.Attributes.Int("transB", 0) != 0 ? 0 : 1;
        string a = Dequantize(context, nodes, 0);
        string b = Dequantize(context, nodes, 3, axis);
        string bias = "";
        if (context.HasInput(6))
        {
            string scale = context.Add(nodes, "Mul", [context.Input(1), context.Input(4)]);
            if (alpha != 1) scale = context.Add(nodes, "Mul", [scale, context.Number("alpha", ElementType.Float32, alpha)]);
            string sums = context.Add(nodes, "Cast", [context.Input(6)], NodeAttributes.Empty.With("to", (long)ElementType.Float32));
            bias = context.Add(nodes, "Mul", [sums, scale]);
        }

        bool isFloat = !context.HasInput(7);
        string result = isFloat ? context.Output(0) : context.Fresh("gemm");
        nodes.Add(context.Node("Gemm", bias.Length > 0 ? [a, b, bias] : [a, b], [result], context.Attributes));
        if (!isFloat) nodes.Add(Quantize(context, result, 7, context.Type(0)));
        return nodes;
    }
}
