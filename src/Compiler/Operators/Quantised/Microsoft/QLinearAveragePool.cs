using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>QLinearAveragePool and QLinearGlobalAveragePool, with channels in the second place or the last.</summary>
/// <param name="isGlobal">Whether the window is the whole of a channel.</param>
internal sealed class QLinearAveragePool(bool isGlobal) : QuantisedFunction
{
    private static readonly ImmutableArray<AttributeSpec> WindowAttributes =
    [
        new("auto_pad", AttributeKind.String), new("ceil_mode", AttributeKind.Int), new("count_include_pad", AttributeKind.Int),
        new("kernel_shape", AttributeKind.Ints, Required: true), new("pads", AttributeKind.Ints), new("strides", AttributeKind.Ints),
    ];

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = isGlobal ? "QLinearGlobalAveragePool" : "QLinearAveragePool",
        Domain = Microsoft,
        Versions = [1],
        Inputs = [.. Tensor("X"), .. Result("Y")],
        Outputs = [new("Y", TypeSet.Integer)],
        Attributes = [new("channels_last", AttributeKind.Int), .. isGlobal ? [] : WindowAttributes],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        QuantizedTypes.RequireBytes(context, 0, 2, 4);
        RequireScalars(context, 1, 2, 3, 4);
        int[] x = context.Lengths(0);
        if (x.Length < 3) throw context.Fail("X must have batch, channels and spatial axes");
        bool last = context.Attributes.Int("channels_last", 0) != 0;
        int[] first = last ? [x[0], x[^1], .. x.Skip(1).Take(x.Length - 2)] : x;
        int[] spatial = isGlobal ? [.. first.Skip(2).Select(_ => 1)] : [.. WindowGeometry.Read(context.Attributes, first, [.. context.Attributes.Ints("kernel_shape")!.Value], context).OutputLengths];
        context.SetOutput(0, context.Type(0), last ? [x[0], .. spatial, x[^1]] : [first[0], first[1], .. spatial]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        int rank = context.Lengths(0).Length;
        bool last = context.Attributes.Int("channels_last", 0) != 0;
        string value = Dequantize(context, nodes, 0);
        if (last) value = context.Add(nodes, "Transpose", [value], NodeAttributes.Empty.With("perm", [0, rank - 1, .. Enumerable.Range(1, rank - 2).Select(i => (long)i)]));
        value = context.Add(nodes, isGlobal ? "GlobalAveragePool" : "AveragePool", [value], context.Attributes.Without("channels_last"));
        if (last) value = context.Add(nodes, "Transpose", [value], NodeAttributes.Empty.With("perm", [0, .. Enumerable.Range(2, rank - 2).Select(i => (long)i), 1]));
        nodes.Add(Quantize(context, value, 3, context.Type(0)));
        return nodes;
    }
}
