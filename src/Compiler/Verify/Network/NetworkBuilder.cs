using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Reads the graph of a plan as a network for bounds: each operator by its row in <see cref="NetworkRules"/>.</summary>
internal sealed class NetworkBuilder
{
    private readonly List<BoundNode> _nodes = [];
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _winograd;
    private readonly Dictionary<string, string> _foreign = new(StringComparer.Ordinal);

    private NetworkBuilder(Graph graph, HashSet<string> winograd)
    {
        Graph = graph;
        _winograd = winograd;
    }

    /// <summary>Kernels that compute a group by other formulas than its nodes', with other errors.</summary>
    private void MarkForeign(ExecutionPlan plan)
    {
        foreach (Step step in plan.Root.Steps)
        {
            if (step.Nodes.Length < 2 || (!step.Kernel.Contains("RowNorm") && !step.Kernel.Contains("Attention"))) continue;
            foreach (Node node in step.Nodes) _foreign[node.Name] = step.Kernel;
        }
    }

    private static HashSet<string> WinogradOf(ExecutionPlan plan)
        => [.. plan.Root.Steps.Where(static s => s.Kernel.Contains("Winograd")).SelectMany(static s => s.Nodes).Select(static n => n.Name)];

    /// <summary>Without a plan every convolution that may be computed by Winograd's filtering counts as one.</summary>
    private static HashSet<string> WinogradOf(Graph graph)
        => [.. graph.Nodes.Where(static n => n.Operator.QualifiedName == "Conv" && n.Attributes.Int("group", 1) == 1).Select(static n => n.Name)];

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static BoundNetwork Build(ExecutionPlan plan)
    {
        var builder = new NetworkBuilder(plan.Graph, WinogradOf(plan));
        builder.MarkForeign(plan);
        return builder.Build();
    }

    /// <summary>Reads a graph that no plan was made of yet.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static BoundNetwork Build(Graph graph) => new NetworkBuilder(graph, WinogradOf(graph)).Build();

    private BoundNetwork Build()
    {
        if (Graph.Inputs.Length != 1 || Graph.Outputs.Length != 1) throw new UnverifiableException("the model has " + Text(Graph.Inputs.Length) + " inputs and " + Text(Graph.Outputs.Length) + " outputs; networks with one of each can be verified");
        Value input = Graph.Inputs[0];
        if (input.Type is not TensorType { ElementType: ElementType.Float32, Shape.IsStatic: true } type) throw new UnverifiableException("the input '" + input.Name + "' is not a float32 tensor of known shape");
        Add(input.Name, new InputNode((int)type.Shape!.ElementCount));
        foreach (Node node in Graph.Nodes) Read(node);
        return new BoundNetwork([.. _nodes], Index(Graph.Outputs[0].Name));
    }

    /// <summary>Whether a value depends on the input.</summary>
    public bool IsVariable(string name) => _values.ContainsKey(name);

    /// <summary>The node of a value that depends on the input.</summary>
    public int Index(string name) => _values.TryGetValue(name, out int index) ? index : throw new UnverifiableException("'" + name + "' does not depend on the input");

    /// <summary>The number of elements of a value.</summary>
    public int Length(string name) => (int)Graph.TensorTypeOf(name)!.Shape!.ElementCount;

    /// <summary>A constant's elements; the value must not depend on the input.</summary>
    public double[] Constant(string name)
        => Graph.ConstantOf(name) is { } tensor && ReferenceTensor.FromTensor(tensor).Reals is { } reals ? reals : throw new UnverifiableException("reads '" + name + "', which is not a constant of floats");

    /// <summary>Whether the plan computes a node by Winograd's filtering.</summary>
    public bool IsWinograd(Node node) => _winograd.Contains(node.Name);

    /// <summary>Adds the node of a value.</summary>
    public void Add(string name, BoundNode node)
    {
        _values.Add(name, _nodes.Count);
        _nodes.Add(node);
    }

    /// <summary>Adds a node that is no value of the model: a step of how one is bounded.</summary>
    /// <returns>Its number.</returns>
    public int AddHidden(BoundNode node)
    {
        _nodes.Add(node);
        return _nodes.Count - 1;
    }

    /// <summary>
    /// Evaluates an operator on given tensors, floats in double: what moves elements then moves their indices.
    /// </summary>
    public ReferenceTensor[] Evaluate(Node node, Operator op, IReadOnlyList<ReferenceTensor?> inputs)
    {
        var context = new EvaluationContext(
            node,
            [.. inputs],
            [.. node.Outputs.Select(o => Graph.TensorTypeOf(o) is { } type ? type.ElementType.IsFloat() ? type with { ElementType = ElementType.Float64 } : type : null)],
            [.. node.Inputs.Select(Graph.TensorTypeOf)]);
        context.Evaluate(op);
        return [.. context.Outputs.Select(static o => o!)];
    }

    private void Read(Node node)
    {
        if (!node.Inputs.Any(i => i.Length > 0 && IsVariable(i)))
            throw new UnverifiableException(node.Label + " does not depend on the input and was not folded into a constant");
        if (NetworkRules.Find(node.Operator.QualifiedName) is not { } rule) throw new UnverifiableException(node.Label + " is of an operator that has no bounds yet");
        if (_foreign.TryGetValue(node.Name, out string? kernel)) throw new UnverifiableException(node.Label + " is computed together with others by " + kernel + ", which has no bounds yet");
        foreach (string output in node.Outputs)
            if (output.Length > 0 && Graph.TensorTypeOf(output) is not { ElementType: ElementType.Float32, Shape.IsStatic: true }) throw new UnverifiableException(node.Label + " gives '" + output + "', which is not a float32 tensor of known shape");
        try
        {
            rule(this, node);
        }
        catch (UnverifiableException problem) when (!problem.Message.StartsWith("node ", StringComparison.Ordinal))
        {
            throw new UnverifiableException(node.Label + " " + problem.Message);
        }
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
