using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// Computes what does not depend on the input and is left in a plan: dequantised weights, which are smaller as they are (an integer times a float32 scale is rounded once, in
/// generated code and here), and what the runs of a loop make of its counter.
/// </summary>
internal static class ConstantFolding
{
    /// <summary>Arithmetic that is exact on integers.</summary>
    private static readonly ImmutableHashSet<string> IntegerOperators = ["Add", "Sub", "Mul", "Div", "Mod"];


    /// <summary>The graph without such nodes.</summary>
    public static Graph Run(Graph graph)
    {
        if (!graph.Nodes.Any(n => IsConstant(n, graph.ConstantOf))) return graph;
        var builder = new GraphBuilder(graph);
        foreach (Node node in graph.Nodes)
        {
            if (!IsConstant(node, builder.ConstantOf) || node.Outputs.Length != 1 || builder.TensorTypeOf(node.Outputs[0]) is not { IsStatic: true } type) continue;
            if (IntegerOperators.Contains(node.Operator.QualifiedName) && type.ElementType.IsFloat()) continue;
            var evaluation = new EvaluationContext(node, [.. node.Inputs.Select(i => i.Length == 0 ? null : ReferenceTensor.FromTensor(builder.ConstantOf(i)!))], [type], [.. node.Inputs.Select(builder.TensorTypeOf)]);
            evaluation.Evaluate(OperatorTable.Find(node.Operator)!);
            builder.Remove(node);
            builder.SetInitializer(node.Outputs[0], evaluation.Outputs[0]!.ToTensor());
        }

        return builder.Build();
    }

    private static bool IsConstant(Node node, System.Func<string, Tensor?> constantOf)
        => OperatorTable.Find(node.Operator) is { IsDeterministic: true } op && (node.Operator.Name == "DequantizeLinear" || (IsExact(node) && !op.KeepsConstants))
            && node.Inputs.Length > 0 && node.Inputs.All(i => i.Length == 0 || (constantOf(i) is { } tensor && ElementCodec.Supports(tensor.ElementType)));

    /// <summary>Whether an operator computes no floats: those that move elements, and casts.</summary>
    private static bool IsExact(Node node) => !GraphCaptures.Subgraphs(node).Any() && (NetworkRules.TakesIntegers(node.Operator.QualifiedName) || IntegerOperators.Contains(node.Operator.QualifiedName));
}
