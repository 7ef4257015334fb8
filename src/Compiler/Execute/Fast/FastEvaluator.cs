using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Execute.Fast;

/// <summary>
/// Runs a graph many times: convolutions, matrix products and recurrent layers in float32, everything else by the operators' reference
/// evaluation. For searches over thousands of inputs; checked against <see cref="ReferenceInterpreter"/>.
/// </summary>
public sealed class FastEvaluator
{
    private readonly Graph _graph;
    private readonly Dictionary<string, FastValue> _constants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _lastUse = new(StringComparer.Ordinal);

    /// <summary>Prepares a graph whose types have been inferred; constants are decoded once.</summary>
    public FastEvaluator(Graph graph)
    {
        _graph = graph;
        foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers)
            _constants[initializer.Key] = new FastValue(ReferenceTensor.FromTensor(initializer.Value));
        for (int i = 0; i < graph.Nodes.Length; i++)
            foreach (string input in GraphCaptures.Reads(graph.Nodes[i])) _lastUse[input] = i;
        foreach (Value output in graph.Outputs) _lastUse[output.Name] = int.MaxValue;
    }

    /// <summary>Runs the graph once.</summary>
    /// <param name="inputs">The inputs by name.</param>
    /// <param name="cancellationToken">Stops between nodes.</param>
    /// <returns>The outputs, in the graph's order.</returns>
    public IReadOnlyList<ReferenceTensor> Run(IReadOnlyDictionary<string, ReferenceTensor> inputs, CancellationToken cancellationToken = default)
    {
        var values = new Dictionary<string, FastValue>(StringComparer.Ordinal);
        foreach (Value input in _graph.Inputs) values[input.Name] = new FastValue(inputs[input.Name]);
        FastValue Get(string name) => values.TryGetValue(name, out FastValue? value) ? value : _constants[name];
        for (int n = 0; n < _graph.Nodes.Length; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Node node = _graph.Nodes[n];
            ImmutableArray<FastValue?> operands = [.. node.Inputs.Select(i => i.Length == 0 ? null : Get(i))];
            if (FastRecurrent.TryRun(node, operands) is { } recurrent)
            {
                for (int i = 0; i < node.Outputs.Length; i++)
                    if (node.HasOutput(i)) values[node.Outputs[i]] = recurrent.Outputs[i]!;
            }
            else if (FastKernels.TryRun(node, operands, _graph.TensorTypeOf(node.Outputs[0])) is { } result) values[node.Outputs[0]] = result;
            else RunReference(node, operands, values, name => Get(name).ToReference(), cancellationToken);
            foreach (string input in GraphCaptures.Reads(node))
                if (_lastUse.TryGetValue(input, out int last) && last == n) values.Remove(input);
        }

        return [.. _graph.Outputs.Select(o => Get(o.Name).ToReference())];
    }

    private void RunReference(Node node, ImmutableArray<FastValue?> operands, Dictionary<string, FastValue> values, Func<string, ReferenceTensor> surroundings, CancellationToken cancellationToken)
    {
        var context = new EvaluationContext(node, [.. operands.Select(o => o?.ToReference())], [.. node.Outputs.Select(_graph.TensorTypeOf)])
        {
            Surroundings = surroundings,
            Cancellation = cancellationToken,
            IsOpen = node.Inputs.Any(i => _graph.TensorTypeOf(i) is { IsOpen: true }),
        };
        context.Evaluate(OperatorTable.Find(node.Operator)!);
        for (int i = 0; i < node.Outputs.Length; i++)
            if (node.HasOutput(i)) values[node.Outputs[i]] = new FastValue(context.Outputs[i]!);
    }
}
