using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Red.Certify;

/// <summary>The reference evaluation inside the analysis: of values that do not depend on the input, and of single planes of bounds.</summary>
internal static class ExactEvaluation
{
    /// <summary>Operators beside those that move elements whose float results are the same bits in any float32 program.</summary>
    private static readonly HashSet<string> ExactOperators = new(StringComparer.Ordinal) { "Cast", "CastLike", "Constant", "ConstantOfShape", "EyeLike", "OneHot" };

    /// <summary>Evaluates a node whose outputs do not depend on the input and that rounds nothing, in both networks.</summary>
    /// <returns>Whether the node is one.</returns>
    public static bool TryRun(PropagationContext context)
    {
        Node node = context.Node;
        if (GraphCaptures.Subgraphs(node).Any()) return false; // its graphs read values that are not among the inputs
        bool known = Enumerable.Range(0, context.InputCount).All(i => context.OptionalInput(i) is { Original: not null } || !node.HasInput(i));
        if (!known && !context.Operator.DependsOnTypesOnly) return false;
        bool rounds = node.Outputs.Any(o => o.Length > 0 && context.OriginalGraph.TensorTypeOf(o) is { } type && type.ElementType.IsFloat());
        if (rounds && !ExactOperators.Contains(node.Operator.QualifiedName) && !PropagationTable.IsStructural(node.Operator)) return false;
        ReferenceTensor?[] first = Evaluate(context, v => v.Original);
        bool same = Enumerable.Range(0, context.InputCount).All(i => context.OptionalInput(i)?.Exact is not null || context.OptionalInput(i)?.Original is null);
        ReferenceTensor?[] second = same ? first : Evaluate(context, v => v.Reduced);
        for (int i = 0; i < first.Length; i++)
            if (node.HasOutput(i)) context.SetOutput(i, first[i]!, second[i]!);
        return true;
    }

    /// <summary>Evaluates an operator on one plane of each float input; integers are exact. All floats are double, so that nothing rounds.</summary>
    /// <param name="context">The node.</param>
    /// <param name="plane">Chooses the tensor of a float input.</param>
    /// <param name="op">The operator; null: the node's own.</param>
    public static ReferenceTensor?[] OnPlane(PropagationContext context, Func<BoundedValue, ReferenceTensor> plane, Operator? op = null)
    {
        ReferenceTensor?[] inputs = [.. Inputs(context).Select((v, i) => v is null ? null : v.IsReal ? plane(v) : context.Exact(i))];
        return Evaluate(context, inputs, op ?? context.Operator, widen: true);
    }

    private static ReferenceTensor?[] Evaluate(PropagationContext context, Func<BoundedValue, ReferenceTensor?> side)
        => Evaluate(context, [.. Inputs(context).Select(v => v is null ? null : side(v))], context.Operator, widen: false);

    private static IEnumerable<BoundedValue?> Inputs(PropagationContext context)
        => Enumerable.Range(0, context.Node.Inputs.Length).Select(i => context.HasInput(i) ? context.OptionalInput(i) : null);

    private static ReferenceTensor?[] Evaluate(PropagationContext context, ReferenceTensor?[] inputs, Operator op, bool widen)
    {
        Graph graph = context.OriginalGraph;
        var evaluation = new EvaluationContext(
            context.Node,
            inputs,
            [.. context.Node.Outputs.Select(o => graph.TensorTypeOf(o) is { } type ? widen && type.ElementType.IsFloat() ? type with { ElementType = ElementType.Float64 } : type : null)],
            [.. context.Node.Inputs.Select(graph.TensorTypeOf)]);
        evaluation.Evaluate(op);
        return evaluation.Outputs;
    }
}
