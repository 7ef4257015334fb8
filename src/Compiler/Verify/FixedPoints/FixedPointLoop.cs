using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.FixedPoints;

/// <summary>A loop that runs until its carried values change no more: an iteration z ← f(z, u) of a function that reads values u around it.</summary>
/// <param name="Label">The loop, for messages.</param>
/// <param name="Function">f: its inputs are the elements of z, then those of u; its outputs those of z.</param>
/// <param name="Starts">By carried value what it is before the first run.</param>
/// <param name="Captures">The values u.</param>
/// <param name="Length">The number of elements of z.</param>
internal sealed record FixedPointLoop(string Label, BoundNetwork Function, ImmutableArray<string> Starts, ImmutableArray<string> Captures, int Length)
{
    /// <summary>The iterations in a graph.</summary>
    /// <exception cref="UnverifiableException">The function of one has no bounds.</exception>
    public static ImmutableArray<FixedPointLoop> In(Graph graph) => [.. graph.Nodes.Where(static n => n.Is("Loop")).Select(n => Read(graph, n)).OfType<FixedPointLoop>()];

    private static FixedPointLoop? Read(Graph graph, Node node)
    {
        Graph body = ControlFlowOperator.Body(node, "body");
        int states = Loop.StateCount(node);
        var producers = body.Nodes.SelectMany(static n => n.Outputs.Where(static o => o.Length > 0).Select(o => (Output: o, Node: n))).ToDictionary(static p => p.Output, static p => p.Node, StringComparer.Ordinal);
        (string Before, string After)[] carried = [.. Enumerable.Range(0, states).Select(k => (body.Inputs[Loop.FirstState + k].Name, Same(producers, body.Outputs[1 + k].Name)))];
        HashSet<string> decides = Behind(producers, [body.Outputs[0].Name]);
        bool ends = decides.Where(producers.ContainsKey).Select(d => producers[d]).Where(static n => n.Is("Sub"))
            .Select(n => (Same(producers, n.Inputs[0]), Same(producers, n.Inputs[1]))).Any(d => carried.Any(c => d == c || (d.Item2, d.Item1) == c));
        if (!ends || states == 0) return null;
        string label = node.Label;
        Graph closed = GraphClosure.Close(body, graph);
        HashSet<string> needed = Behind(producers, body.Outputs.Skip(1).Take(states).Select(static o => o.Name));
        if (closed.Inputs.Take(Loop.FirstState).Any(i => needed.Contains(i.Name))) throw new UnverifiableException(label + " computes something else in each run: it has no fixed point");
        Value[] captures = [.. closed.Inputs.Skip(body.Inputs.Length).Where(c => needed.Contains(c.Name))];
        ImmutableArray<Value> inputs = [.. body.Inputs.Skip(Loop.FirstState).Take(states).Select(i => new Value(i.Name, closed.TypeOf(i.Name) ?? i.Type)), .. captures];
        var function = new Graph(body.Name, inputs, [.. body.Outputs.Skip(1).Take(states)], [.. body.Nodes.Where(n => n.Outputs.Any(needed.Contains))], closed.Initializers, closed.Types);
        int length = inputs.Take(states).Sum(i => function.TensorTypeOf(i.Name) is { Shape: { IsStatic: true } shape } ? (int)shape.ElementCount : throw new UnverifiableException(label + " carries values whose shapes are not known at build time"));
        return new FixedPointLoop(label, NetworkBuilder.Build(function), [.. node.Inputs.Skip(Loop.FirstState).Take(states)], [.. captures.Select(static c => c.Name)], length);
    }

    /// <summary>The value that another one is a copy of.</summary>
    private static string Same(Dictionary<string, Node> producers, string value)
    {
        while (producers.TryGetValue(value, out Node? node) && node.Is("Identity")) value = node.Inputs[0];
        return value;
    }

    /// <summary>All values that some are computed from, these among them.</summary>
    private static HashSet<string> Behind(Dictionary<string, Node> producers, IEnumerable<string> values)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(values);
        while (open.Count > 0)
        {
            string value = open.Pop();
            if (!found.Add(value) || !producers.TryGetValue(value, out Node? node)) continue;
            foreach (string input in node.Inputs.Where(static i => i.Length > 0)) open.Push(input);
        }

        return found;
    }
}
