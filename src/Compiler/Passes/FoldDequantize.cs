using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Dequantises constants that no kernel reads as integers: small ones, and those that a convolution reads, whose kernels want to pack them at
/// build time. Larger ones stay integers, a quarter or less of the floats, and are dequantised on each call. Runs after the reduction, which
/// leaves quantised weights alone.
/// </summary>
internal sealed class FoldDequantize : GraphPass
{
    /// <summary>Elements up to which floats are kept in the integers' place.</summary>
    private const int SmallLimit = 1 << 14;

    /// <summary>Elements of a convolution's weights up to which floats are kept.</summary>
    private const int WindowLimit = 1 << 24;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        if (!graph.Nodes.Any(n => n.Operator.Name == "DequantizeLinear")) return graph;
        var heads = new HashSet<string>(graph.Nodes.Where(n => n.FusedInto is not null).Select(n => n.FusedInto!), StringComparer.Ordinal);
        return RewriteNodes(graph, context, (builder, node) => node.FusedInto is null && !heads.Contains(node.Name) && Fold(builder, node));
    }

    private static bool Fold(GraphBuilder builder, Node node)
    {
        if (node.Operator.Name != "DequantizeLinear" || builder.TensorTypeOf(node.Outputs[0]) is not { IsStatic: true } type) return false;
        if (node.Inputs.Any(i => i.Length > 0 && (builder.ConstantOf(i) is not { } tensor || !ElementCodec.Supports(tensor.ElementType)))) return false;
        bool isWindow = builder.Consumers(node.Outputs[0]).Any(n => n.Operator.QualifiedName is "Conv" or "ConvTranspose");
        if (builder.IsOutput(node.Outputs[0]) || type.Shape!.ElementCount > (isWindow ? WindowLimit : SmallLimit)) return false;
        ReferenceTensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : ReferenceTensor.FromTensor(builder.ConstantOf(i)!))];
        var evaluation = new EvaluationContext(node, inputs, [type]);
        OperatorTable.Find(node.Operator)!.Evaluate(evaluation);
        builder.Remove(node);
        builder.SetInitializer(node.Outputs[0], evaluation.Outputs[0]!.ToTensor());
        return true;
    }
}
