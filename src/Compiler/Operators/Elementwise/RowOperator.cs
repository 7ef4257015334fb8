using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>An elementwise operator that is a row of a table.</summary>
internal sealed class RowOperator : ElementwiseOperator
{
    private readonly bool _hasLegacyBroadcast;

    /// <summary>Makes the operator of a row.</summary>
    public RowOperator(ElementwiseRow row)
    {
        Row = row;
        _hasLegacyBroadcast = row.Inputs.Length == 2 && row.Versions[0] <= LegacyBroadcast.LastOpset && !row.HasChannelOperand;
        Schema = new OperatorSchema
        {
            Name = row.Name,
            Versions = row.Versions,
            Inputs = [.. row.Inputs.Select(n => new Parameter(n, row.Types, row.IsVariadic ? Arity.Variadic : Arity.Required))],
            Outputs = [new(row.IsVariadic ? "result" : "Y", row.Result == ResultType.Bool ? TypeSet.Bool : row.Types)],
            Attributes =
            [
                .. row.Attributes.Select(a => new AttributeSpec(a.Name, a.Kind, Required: a.Required)),
                .. _hasLegacyBroadcast ? LegacyBroadcast.Attributes : [],
                .. row.Versions[0] < 6 ? ImmutableArray.Create(new AttributeSpec("consumed_inputs", AttributeKind.Ints, Until: 5)) : [],
            ],
        };
    }

    /// <summary>The row.</summary>
    public ElementwiseRow Row { get; }

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; }

    /// <inheritdoc/>
    public override int[] OperandLengths(Node node, int input, int[] lengths, int firstRank)
    {
        if (input != 1) return lengths;
        if (Row.HasChannelOperand && node.Operator.Version <= LegacyBroadcast.LastOpset && lengths is [> 1] && firstRank > 1)
            return [.. lengths, .. Enumerable.Repeat(1, firstRank - 2)];
        return _hasLegacyBroadcast ? LegacyBroadcast.Align(node, lengths, firstRank) : lengths;
    }

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        context.RequireSameType(0, context.InputCount - 1);
        double[] parameters = Row.Parameters(context.Attributes);
        for (int i = 0; i < parameters.Length; i++)
            if (Row.Attributes[i].Kind == AttributeKind.String && parameters[i] < 0)
                throw context.Unsupported(Row.Attributes[i].Name, "it should be " + string.Join(" or ", Row.Attributes[i].Choices));
        if (Row.Check?.Invoke(context.Type(0), parameters) is { } problem) throw context.Unsupported(Row.Attributes[0].Name, problem);
        ElementType type = Row.Result == ResultType.Bool ? ElementType.Bool : context.Type(0);
        if (Row.Inputs.Length == 1 && context.InputCount == 1)
        {
            context.SetOutput(0, type, context.Shape(0));
            return;
        }

        if (_hasLegacyBroadcast) LegacyBroadcast.Check(context);
        context.SetOutput(0, type, InferBroadcast(context));
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        ReferenceTensor y = context.NewOutput(0);
        int rank = context.Input(0).Rank;
        ReferenceTensor[] operands = [.. ElementInputs(context.Node).Select(context.Input)];
        BroadcastReader[] readers = [.. operands.Select((o, i) => new BroadcastReader(OperandLengths(context.Node, i, o.Lengths, rank), y.Lengths))];
        double[] parameters = Row.Parameters(context.Attributes);
        if (operands[0].IsReal) EvaluateReal(operands, readers, parameters, y);
        else if (operands[0].ElementType == ElementType.UInt64 && Row.Unsigned is not null) EvaluateUnsigned(operands, readers, parameters, y);
        else EvaluateExact(operands, readers, parameters, y);
        context.SetOutput(0, y);
    }

    private void EvaluateReal(ReferenceTensor[] operands, BroadcastReader[] readers, double[] parameters, ReferenceTensor y)
    {
        var x = new double[operands.Length];
        for (int i = 0; i < y.Count; i++)
        {
            for (int k = 0; k < x.Length; k++) x[k] = operands[k].Reals![readers[k].IndexOf(i)];
            double value = Row.Real!(x, parameters);
            if (y.IsReal) y.Reals![i] = value;
            else y.Integers![i] = (long)value;
        }
    }

    private void EvaluateExact(ReferenceTensor[] operands, BroadcastReader[] readers, double[] parameters, ReferenceTensor y)
    {
        var x = new long[operands.Length];
        for (int i = 0; i < y.Count; i++)
        {
            for (int k = 0; k < x.Length; k++) x[k] = operands[k].Integers![readers[k].IndexOf(i)];
            y.Integers![i] = Row.Exact!(x, parameters);
        }
    }

    private void EvaluateUnsigned(ReferenceTensor[] operands, BroadcastReader[] readers, double[] parameters, ReferenceTensor y)
    {
        var x = new ulong[operands.Length];
        for (int i = 0; i < y.Count; i++)
        {
            for (int k = 0; k < x.Length; k++) x[k] = unchecked((ulong)operands[k].Integers![readers[k].IndexOf(i)]);
            y.Integers![i] = unchecked((long)Row.Unsigned!(x, parameters));
        }
    }

    /// <inheritdoc/>
    public override string? Scalar(ElementwiseCall call) => RowText.Scalar(Row, call);

    /// <inheritdoc/>
    public override string? Vector(ElementwiseCall call) => RowText.Vector(Row, call);

    /// <inheritdoc/>
    public override string? Mask(ElementwiseCall call) => RowText.Mask(Row, call);

    /// <inheritdoc/>
    public override bool IsVectorExact(Node node) => Row.Text(Row.Parameters(node.Attributes)).VectorIsExact;
}
