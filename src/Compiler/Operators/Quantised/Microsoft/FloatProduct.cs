using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;
using RedGen.Compiler.Operators.Linear;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>
/// DynamicQuantizeMatMul, whose left operand is quantised on the way, and MatMulIntegerToFloat: products of integers, brought to floats by
/// the scales of both operands, plus a bias.
/// </summary>
/// <param name="isDynamic">Whether the left operand is float.</param>
internal sealed class FloatProduct(bool isDynamic) : QuantisedFunction
{
    private readonly int _bScale = isDynamic ? 2 : 3;
    private readonly int _bZero = isDynamic ? 3 : 5;
    private readonly int _bias = isDynamic ? 4 : 6;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = isDynamic ? "DynamicQuantizeMatMul" : "MatMulIntegerToFloat",
        Domain = Microsoft,
        Versions = [1],
        Inputs = isDynamic
            ? [new("A", TypeSet.Float), new("B", TypeSet.Integer), new("b_scale", TypeSet.Float), new("b_zero_point", TypeSet.Integer, Arity.Optional), new("bias", TypeSet.Float, Arity.Optional)]
            :
            [
                new("A", TypeSet.Integer), new("B", TypeSet.Integer), new("a_scale", TypeSet.Float), new("b_scale", TypeSet.Float),
                new("a_zero_point", TypeSet.Integer, Arity.Optional), new("b_zero_point", TypeSet.Integer, Arity.Optional), new("bias", TypeSet.Float, Arity.Optional),
            ],
        Outputs = [new("Y", TypeSet.Float)],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        if (isDynamic && context.Type(0) != ElementType.Float32) throw context.WrongType("A must be float32");
        QuantizedTypes.RequireBytes(context, isDynamic ? [1, _bZero] : [0, 1, 4, _bZero]);
        MatMulShape shape = IntegerProduct.Shape(context, 0, 1);
        if (context.Type(_bScale) != ElementType.Float32) throw context.WrongType("scales must be float32");
        foreach (int i in new[] { _bScale, _bZero })
            if (context.HasInput(i) && !context.Lengths(i).All(d => d == 1) && !context.Lengths(i).SequenceEqual([shape.Columns])) throw context.Fail("the parameters of B must have one element, or one a column");
        if (!isDynamic) RequireScalars(context, 2, 4);
        if (context.HasInput(_bias) && !context.Lengths(_bias).SequenceEqual([shape.Columns])) throw context.Fail("the bias must have one element a column");
        context.SetOutput(0, ElementType.Float32, shape.Output);
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        (string a, string aScale, string aZero) = isDynamic ? (context.Fresh("a"), context.Fresh("a_scale"), context.Fresh("a_zero_point")) : (context.Input(0), context.Input(2), context.Input(4));
        if (isDynamic) nodes.Add(context.Node("DynamicQuantizeLinear", [context.Input(0)], [a, aScale, aZero]));
        string sums = context.Add(nodes, "MatMulInteger", [a, context.Input(1), aZero, context.Input(_bZero)]);
        string reals = context.Add(nodes, "Cast", [sums], NodeAttributes.Empty.With("to", (long)ElementType.Float32));
        string scale = context.Add(nodes, "Mul", [aScale, context.Input(_bScale)]);
        bool hasBias = context.HasInput(_bias);
        string result = hasBias ? context.Fresh("product") : context.Output(0);
        nodes.Add(context.Node("Mul", [reals, scale], [result]));
        if (hasBias) nodes.Add(context.Node("Add", [result, context.Input(_bias)], [context.Output(0)]));
        return nodes;
    }
}
