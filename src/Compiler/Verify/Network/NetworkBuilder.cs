using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Network.Rules;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Reads the graph of a plan as a network for bounds: each operator by its row in <see cref="NetworkRules"/>.</summary>
internal sealed class NetworkBuilder
{
    /// <summary>Elements of a value at most.</summary>
    private const long MostElements = 1 << 24;

    private readonly List<BoundNode> _nodes = [];
    private readonly Dictionary<string, int> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Step>? _steps;
    private readonly IReadOnlyDictionary<string, Tensor> _lifted;

    /// <param name="graph">The graph.</param>
    /// <param name="steps">By node the step that computes it; null where no plan was made yet.</param>
    private NetworkBuilder(Graph graph, Dictionary<string, Step>? steps)
    {
        var unrolled = LoopUnrolling.Run(graph, steps);
        Graph = ConstantFolding.Run(unrolled.Graph);
        _lifted = unrolled.Lifted;
        _steps = steps;
    }

    private static Dictionary<string, Step> ByNode(IEnumerable<Step> steps)
    {
        var byNode = new Dictionary<string, Step>(StringComparer.Ordinal);
        foreach (Step step in steps)
            foreach (Node node in step.Nodes) byNode[node.Name] = step;
        return byNode;
    }

    /// <summary>The graph.</summary>
    public Graph Graph { get; }

    /// <summary>Reads a plan.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static BoundNetwork Build(ExecutionPlan plan) => Build(plan.Graph, plan.Root.Steps);

    /// <summary>Reads a graph and the steps that compute it.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static BoundNetwork Build(Graph graph, IEnumerable<Step> steps) => new NetworkBuilder(graph, ByNode(steps)).Build();

    /// <summary>Reads a graph that no plan was made of yet: every convolution that may be computed by Winograd's filtering counts as one.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static BoundNetwork Build(Graph graph) => new NetworkBuilder(graph, null).Build();

    /// <summary>Reads a graph that no plan was made of yet, and says which node is which value.</summary>
    /// <exception cref="UnverifiableException">Something in it has no bounds; the message names it.</exception>
    public static (BoundNetwork Network, IReadOnlyDictionary<string, int> Values) BuildNamed(Graph graph)
    {
        var builder = new NetworkBuilder(graph, null);
        return (builder.Build(), builder._values);
    }

    private BoundNetwork Build()
    {
        if (Graph.Inputs.IsEmpty || Graph.Outputs.IsEmpty) throw new UnverifiableException("the model has no inputs or no outputs");
        foreach (Value input in Graph.Inputs)
            if (input.Type is not TensorType { ElementType: ElementType.Float32, Shape.IsStatic: true }) throw new UnverifiableException("the input '" + input.Name + "' is not a float32 tensor of known shape");
        AddInputs();
        foreach (KeyValuePair<string, Tensor> constant in _lifted) _values.Add(constant.Key, AddConstant(constant.Key, ReferenceTensor.FromTensor(constant.Value).Reals!));
        foreach (Node node in Graph.Nodes) Read(node);
        int output = Graph.Outputs.Length == 1 ? Index(Graph.Outputs[0].Name) : AddHidden(JoinedNetwork.Concatenation("output", _nodes, [.. Graph.Outputs.Select(o => Index(o.Name))]));
        return new BoundNetwork([.. _nodes], output);
    }

    /// <summary>The elements of several inputs stand one after another, in the model's order.</summary>
    private void AddInputs()
    {
        if (Graph.Inputs.Length == 1)
        {
            Add(Graph.Inputs[0].Name, new InputNode(Length(Graph.Inputs[0].Name)));
            return;
        }

        int all = Graph.Inputs.Sum(i => Length(i.Name)), start = 0;
        AddHidden(new InputNode(all));
        foreach (Value input in Graph.Inputs)
        {
            int length = Length(input.Name);
            Add(input.Name, new AffineNode(input.Name, [0], [LinearMapBuilder.Selection(all, [.. Enumerable.Range(start, length)])], new double[length], null));
            start += length;
        }
    }

    /// <summary>Whether a value depends on the input.</summary>
    public bool IsVariable(string name) => _values.ContainsKey(name);

    /// <summary>Whether a node reads a value, or it is an output.</summary>
    public bool IsRead(string name) => Graph.Outputs.Any(o => o.Name == name) || Graph.Nodes.Any(n => n.Inputs.Contains(name));

    /// <summary>The node of a value that depends on the input.</summary>
    public int Index(string name) => _values.TryGetValue(name, out int index) ? index : throw new UnverifiableException("'" + name + "' does not depend on the input");

    /// <summary>The number of elements of a value.</summary>
    public int Length(string name) => (int)Graph.TensorTypeOf(name)!.Shape!.ElementCount;

    /// <summary>A constant's elements; the value must not depend on the input.</summary>
    public double[] Constant(string name)
        => Graph.ConstantOf(name) is { } tensor && ReferenceTensor.FromTensor(tensor).Reals is { } reals ? reals : throw new UnverifiableException("reads '" + name + "', which is not a constant of floats");

    /// <summary>A constant's elements, integers and conditions as numbers.</summary>
    public double[] Numbers(string name)
    {
        if (Graph.ConstantOf(name) is not { } tensor) throw new UnverifiableException("reads '" + name + "', which is not known at build time");
        var values = ReferenceTensor.FromTensor(tensor);
        return values.Reals ?? (values.Integers is null ? throw new UnverifiableException("reads '" + name + "', which has no numbers") : [.. Enumerable.Range(0, values.Count).Select(values.Real)]);
    }

    /// <summary>The lengths of a value's dimensions.</summary>
    public int[] Shape(string name) => Graph.TensorTypeOf(name)!.Shape!.ToArray();

    /// <summary>A value that depends on the input, spread to a shape: its node, that one's length, and by element of the result the node's element.</summary>
    public Operand Spread(string name, int[] shape) => new(Index(name), Length(name), Broadcast.Indices(Shape(name), shape));

    /// <summary>A constant of any type, spread to a shape.</summary>
    public double[] SpreadConstant(string name, int[] shape) => Broadcast.Constant(Numbers(name), [.. Graph.ConstantOf(name)!.Dimensions], shape);

    /// <summary>Whether the plan computes a node by Winograd's filtering.</summary>
    public bool IsWinograd(Node node) => _steps is null
        ? node.Operator.QualifiedName == "Conv" && node.Attributes.Int("group", 1) == 1
        : _steps.TryGetValue(node.Name, out Step? step) && step.Rounding == StepRounding.Winograd;

    /// <summary>What an operator's inputs and attributes say beside their elements, as inference read it.</summary>
    public InferenceContext Parameters(Node node) => new(node, [.. node.Inputs.Select(Graph.TensorTypeOf)], [.. node.Inputs.Select(Graph.ConstantOf)]);

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

    /// <summary>Adds constants as values of their own.</summary>
    /// <returns>Their node.</returns>
    public int AddConstant(string name, double[] values)
        => AddHidden(new AffineNode(name, [0], [LinearMapBuilder.Selection(_nodes[0].Length, Array.ConvertAll(values, static _ => -1))], values, null));

    /// <summary>
    /// Evaluates an operator on given tensors, whatever the type in double: what moves elements then moves their indices.
    /// </summary>
    public ReferenceTensor[] Evaluate(Node node, Operator op, IReadOnlyList<ReferenceTensor?> inputs)
    {
        var context = new EvaluationContext(
            node,
            [.. inputs],
            [.. node.Outputs.Select(o => Graph.TensorTypeOf(o) is { } type ? type with { ElementType = ElementType.Float64 } : null)],
            [.. node.Inputs.Select(Graph.TensorTypeOf)]);
        context.Evaluate(op);
        return [.. context.Outputs.Select(static o => o!)];
    }

    private void Read(Node node)
    {
        if (!node.Inputs.Any(i => i.Length > 0 && IsVariable(i)))
            throw new UnverifiableException(node.Label + " does not depend on the input and was not folded into a constant");
        string op = node.Operator.QualifiedName;
        if (NetworkRules.Find(op) is not { } rule) throw new UnverifiableException(node.Label + " is of an operator that has no bounds yet" + (NetworkRules.Refusal(op) is { } reason ? ": " + reason : ""));
        if (_steps is not null && _steps.TryGetValue(node.Name, out Step? step) && step.Rounding is null)
            throw new UnverifiableException(node.Label + " is computed by the kernel " + step.Kernel + ", which declares no rounding errors");
        foreach (string value in node.Inputs.Where(i => i.Length > 0 && IsVariable(i)).Concat(node.Outputs.Where(static o => o.Length > 0))) CheckType(node, value);
        try
        {
            rule(this, node);
        }
        catch (UnverifiableException problem) when (!problem.Message.StartsWith("node ", StringComparison.Ordinal))
        {
            throw new UnverifiableException(node.Label + " " + problem.Message);
        }
    }

    private void CheckType(Node node, string value)
    {
        if (Graph.TensorTypeOf(value) is not { Shape.IsStatic: true } type) throw new UnverifiableException(node.Label + " reads or gives '" + value + "', whose shape is not known at build time");
        bool isKnown = type.ElementType == ElementType.Float32 || (NetworkRules.TakesIntegers(node.Operator.QualifiedName) && (type.ElementType.IsInteger() || type.ElementType == ElementType.Bool) && type.ElementType.Bits() <= 64 && type.ElementType != ElementType.UInt64);
        if (!isKnown) throw new UnverifiableException(node.Label + " reads or gives '" + value + "', which is not a float32 tensor");
        if (type.Shape!.ElementCount > MostElements) throw new UnverifiableException(node.Label + " reads or gives '" + value + "', which has more elements than the analysis has memory for");
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
