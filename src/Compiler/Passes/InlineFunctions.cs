using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Puts the bodies of a model's own functions in the place of their calls, those inside branches and loops included. A function
/// takes precedence over an operator of its name. What a call adds is named after it: <c>call/Relu_0</c>.
/// </summary>
internal static class InlineFunctions
{
    /// <summary>Functions that call functions can multiply: a file of some hundred bytes could mean billions of nodes.</summary>
    private const int StepLimit = 200_000;

    /// <summary>Functions within functions within functions.</summary>
    private const int DepthLimit = 64;

    /// <summary>Runs the pass.</summary>
    /// <returns>The graph without calls; the graph as it is where the model has no functions, or after an error.</returns>
    public static Graph Run(Model model, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        if (model.Functions.IsEmpty) return model.Graph;
        try
        {
            return new Inliner(model, cancellationToken).Expand(model.Graph, []);
        }
        catch (ModelException problem)
        {
            diagnostics.Add(problem.Diagnostic);
            return model.Graph;
        }
    }

    private sealed class Inliner
    {
        private readonly Dictionary<(string Domain, string Name), Function> _functions = [];
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly CancellationToken _cancellationToken;
        private int _steps;

        public Inliner(Model model, CancellationToken cancellationToken)
        {
            foreach (Function function in model.Functions) _functions[(function.Id.Domain, function.Id.Name)] = function;
            _cancellationToken = cancellationToken;
            Reserve(model.Graph);
        }

        public Graph Expand(Graph graph, ImmutableList<Function> callers)
        {
            ImmutableArray<Node>.Builder nodes = ImmutableArray.CreateBuilder<Node>(graph.Nodes.Length);
            foreach (Node node in graph.Nodes) Expand(node, callers, nodes);
            return new Graph(graph.Name, graph.Inputs, graph.Outputs, nodes.ToImmutable(), graph.Initializers, graph.Types);
        }

        private void Expand(Node node, ImmutableList<Function> callers, ImmutableArray<Node>.Builder result)
        {
            // Calls count too: those of functions that do nothing can multiply as well.
            if (++_steps > StepLimit && !callers.IsEmpty) throw Fail(node, "the model's functions expand to more than " + StepLimit.ToString(CultureInfo.InvariantCulture) + " nodes");
            if (!_functions.TryGetValue((node.Operator.Domain, node.Operator.Name), out Function? function))
            {
                result.Add(GraphCaptures.MapSubgraphs(node, graph => Expand(graph, callers)));
                return;
            }

            _cancellationToken.ThrowIfCancellationRequested();
            Check(node, function, callers);
            foreach (Node inner in new FunctionCall(node, function, Fresh).Body())
                Expand(inner, callers.Add(function), result);
        }

        private static void Check(Node call, Function function, ImmutableList<Function> callers)
        {
            if (callers.Contains(function)) throw Fail(call, "function '" + function.Id.QualifiedName + "' calls itself");
            if (callers.Count >= DepthLimit) throw Fail(call, "functions call each other more than " + DepthLimit.ToString(CultureInfo.InvariantCulture) + " deep");
            if (call.Inputs.Skip(function.Inputs.Length).Any(i => i.Length > 0))
                throw Fail(call, "it has " + call.Inputs.Length.ToString(CultureInfo.InvariantCulture) + " inputs, the function " + function.Inputs.Length.ToString(CultureInfo.InvariantCulture));
            if (call.Outputs.Skip(function.Outputs.Length).Any(o => o.Length > 0))
                throw Fail(call, "it has " + call.Outputs.Length.ToString(CultureInfo.InvariantCulture) + " outputs, the function " + function.Outputs.Length.ToString(CultureInfo.InvariantCulture));
        }

        private static ModelException Fail(Node node, string problem) => new(DiagnosticCatalog.InvalidNode.With(node.Label, problem));

        private string Fresh(string wanted)
        {
            string name = wanted;
            for (int i = 1; !_names.Add(name); i++) name = wanted + "_" + i.ToString(CultureInfo.InvariantCulture);
            return name;
        }

        private void Reserve(Graph graph)
        {
            _names.UnionWith(GraphCaptures.Definitions(graph));
            _names.UnionWith(graph.Outputs.Select(o => o.Name));
            foreach (Node node in graph.Nodes)
            {
                _names.Add(node.Name);
                foreach (Graph inner in GraphCaptures.Subgraphs(node)) Reserve(inner);
            }
        }
    }
}
