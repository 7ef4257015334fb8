using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Puts bodies in the place of operators that are defined by one (Operators/Functions). Runs on an inferred graph, since a body may
/// depend on types, and infers again what it changed.
/// </summary>
/// <param name="bodyOnly">Whether only operators are expanded that nothing else evaluates.</param>
internal sealed class ExpandFunctions(bool bodyOnly) : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        while (true)
        {
            Graph expanded = RewriteNodes(graph, context, Expand);
            if (ReferenceEquals(expanded, graph)) return graph;
            graph = new InferAndFold().Run(expanded, context);
            if (context.Diagnostics.HasErrors) return graph;
        }
    }

    private bool Expand(GraphBuilder builder, Node node)
    {
        if (OperatorTable.Find(node.Operator) is not FunctionOperator function || (bodyOnly && !function.IsBodyOnly)) return false;
        var call = new FunctionContext(node, [.. node.Inputs.Select(builder.TensorTypeOf)], builder.FreshName);
        Node[] body = [.. function.Body(call)];
        builder.Replace(node, body);
        foreach (KeyValuePair<string, Tensor> constant in call.Constants.OrderBy(c => c.Key, StringComparer.Ordinal)) builder.SetInitializer(constant.Key, constant.Value);
        return true;
    }
}
