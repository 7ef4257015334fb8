using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// Computes what does not depend on the input and is left in a plan because it is smaller as it is: dequantised weights. An integer times a float32 scale is rounded
/// once, in generated code and here.
/// </summary>
internal static class ConstantFolding
{
    /// <summary>The graph without such nodes.</summary>
    public static Graph Run(Graph graph)
    {
        if (!graph.Nodes.Any(n => IsConstant(n, graph.ConstantOf))) return graph;
        var builder = new GraphBuilder(graph);
        foreach (Node node in graph.Nodes)
        {
            if (!IsConstant(node, builder.ConstantOf) || builder.TensorTypeOf(node.Outputs[0]) is not { IsStatic: true } type) continue;
            var evaluation = new EvaluationContext(node, [.. node.Inputs.Select(i => i.Length == 0 ? null : ReferenceTensor.FromTensor(builder.ConstantOf(i)!))], [type], [.. node.Inputs.Select(builder.TensorTypeOf)]);
            evaluation.Evaluate(OperatorTable.Find(node.Operator)!);
            builder.Remove(node);
            builder.SetInitializer(node.Outputs[0], evaluation.Outputs[0]!.ToTensor());
        }

        return builder.Build();
    }

    private static bool IsConstant(Node node, System.Func<string, Tensor?> constantOf)
        => node.Operator.Name == "DequantizeLinear" && node.Inputs.All(i => i.Length == 0 || (constantOf(i) is { } tensor && ElementCodec.Supports(tensor.ElementType)));
}
