using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.ControlFlow;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Verify.Network;

/// <summary>
/// Writes loops whose number of runs has a limit out: each run's nodes with names of their own; where a condition may end the loop before, values after that stay as they are. Both branches
/// of an If are written out too, and its condition chooses among their results. Float32 constants that a loop begins with become values
/// (<see cref="Lifted"/>), since what the first run makes of them is computed at run time, with rounding errors.
/// </summary>
internal sealed class LoopUnrolling
{
    /// <summary>Nodes of all runs.</summary>
    private const int MostNodes = 20_000;

    private readonly Dictionary<string, Step>? _steps;
    private readonly List<Node> _nodes = [];
    private readonly ImmutableDictionary<string, Tensor>.Builder _constants;
    private readonly ImmutableDictionary<string, Graphs.ValueType>.Builder _types;
    private readonly Dictionary<string, Tensor> _lifted = new(StringComparer.Ordinal);

    private LoopUnrolling(Graph graph, Dictionary<string, Step>? steps)
    {
        _steps = steps;
        _constants = graph.Initializers.ToBuilder();
        _types = graph.Types.ToBuilder();
        foreach (Node node in graph.Nodes)
        {
            if (node.Is("Loop")) AddLoop(graph, node);
            else if (node.Is("Scan")) AddScan(node);
            else if (node.Is("If")) AddBranches(node);
            else _nodes.Add(node);
        }

        Graph = new Graph(graph.Name, graph.Inputs, graph.Outputs, [.. _nodes], _constants.ToImmutable(), _types.ToImmutable());
    }

    /// <summary>The graph without loops.</summary>
    public Graph Graph { get; }

    /// <summary>Constants that are values of their own to the analysis.</summary>
    public IReadOnlyDictionary<string, Tensor> Lifted => _lifted;

    /// <summary>Writes the loops and branches of a graph out.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="steps">By node the step that computes it, to which those of the runs are added; null where there is no plan.</param>
    /// <exception cref="UnverifiableException">A loop has parts that cannot be written out.</exception>
    public static LoopUnrolling Run(Graph graph, Dictionary<string, Step>? steps) => new(graph, steps);

    /// <summary>The rule of loops and branches: none reaches it.</summary>
    public static void Left(NetworkBuilder builder, Node node) => throw new UnverifiableException("was not written out");

    /// <summary>How often a loop may run, and whether it always does.</summary>
    private static (long Most, bool IsFixed) Trips(Graph graph, Node node)
    {
        Graph body = ControlFlowOperator.Body(node, "body");
        string proceed = body.Outputs[0].Name;
        if (Loop.Trips(body.ConstantOf(proceed) ?? graph.ConstantOf(proceed), graph.ConstantOf(node.Input(0)), node.HasInput(0), graph.ConstantOf(node.Input(1)), node.HasInput(1)) is { } trips) return (trips, true);
        if (!node.HasInput(0) || graph.ConstantOf(node.Inputs[0]) is not { } most) throw new UnverifiableException(node.Label + " runs as often as values of run time say");
        return (ReferenceTensor.FromTensor(most).Integers![0], false);
    }

    private void AddLoop(Graph graph, Node node)
    {
        (long trips, bool isFixed) = Trips(graph, node);
        Graph body = ControlFlowOperator.Body(node, "body");
        int states = Loop.StateCount(node);
        string[] carried = [.. node.Inputs.Skip(Loop.FirstState).Select((value, k) => Begin(node, value, k, trips))];
        List<string>[] collected = Lists(node.Outputs.Length - states);
        if (!isFixed && collected.Length > 0) throw new UnverifiableException(node.Label + " collects values and ends when a condition of run time says");
        // While the condition holds: what a run gives where it is run, else what was there.
        string? condition = isFixed || !node.HasInput(1) || graph.ConstantOf(node.Inputs[1]) is not null ? null : node.Inputs[1];
        for (int run = 0; run < trips; run++)
        {
            Dictionary<string, string> names = new(StringComparer.Ordinal)
            {
                [body.Inputs[0].Name] = AddConstant(node.Name + "_counter" + Text(run), Counter(body.Inputs[0], run)),
                [body.Inputs[1].Name] = AddConstant(node.Name + "_holds" + Text(run), Holds(body.Inputs[1])),
            };
            for (int k = 0; k < states; k++) names[body.Inputs[Loop.FirstState + k].Name] = carried[k];
            AddRun(node, body, names, run);
            string[] next = [.. Enumerable.Range(0, states).Select(k => Renamed(names, body.Outputs[1 + k].Name))];
            for (int k = 0; k < collected.Length; k++) collected[k].Add(Renamed(names, body.Outputs[1 + states + k].Name));
            carried = condition is null ? next : [.. next.Zip(carried, (after, before) => Choose(node, condition, after, before))];
            if (!isFixed) condition = Both(node, condition, Renamed(names, body.Outputs[0].Name));
        }

        End(node, carried, collected);
    }

    /// <summary>A value after a run: as it was where the loop had ended.</summary>
    private string Choose(Node node, string condition, string after, string before)
    {
        if (after == before) return after;
        string chosen = after + "_or_" + before;
        _types[chosen] = _types[after];
        Add(node, chosen, "Where", [condition, after, before], [chosen]);
        return chosen;
    }

    private string Both(Node node, string? first, string second)
    {
        if (first is null) return second;
        string both = second + "_still";
        _types[both] = _types[second];
        Add(node, both, "And", [first, second], [both]);
        return both;
    }

    private static List<string>[] Lists(int count) => [.. Enumerable.Range(0, Math.Max(0, count)).Select(static _ => new List<string>())];

    private void AddScan(Node node)
    {
        if (node.Operator.Version < 9) throw new UnverifiableException(node.Label + " has batches, as scans of opset 8");
        if (node.Attributes.All.Any(static a => a.Key.StartsWith("scan_", StringComparison.Ordinal) && a.Value is IntsAttribute { Values: var values } && values.Any(static v => v != 0)))
            throw new UnverifiableException(node.Label + " goes backwards, or along another axis than the first");
        Graph body = ControlFlowOperator.Body(node, "body");
        int slices = (int)node.Attributes.Int("num_scan_inputs", 0), states = node.Inputs.Length - slices;
        string[] scanned = [.. node.Inputs.Skip(states)];
        int trips = ((TensorType)_types[scanned[0]]).Shape!.ToArray()[0];
        string[] carried = [.. node.Inputs.Take(states).Select((value, k) => Begin(node, value, k, trips))];
        List<string>[] collected = Lists(node.Outputs.Length - states);
        for (int run = 0; run < trips; run++)
        {
            Dictionary<string, string> names = new(StringComparer.Ordinal);
            for (int k = 0; k < states; k++) names[body.Inputs[k].Name] = carried[k];
            for (int k = 0; k < slices; k++) names[body.Inputs[states + k].Name] = Slice(node, scanned[k], run, k);
            AddRun(node, body, names, run);
            carried = [.. Enumerable.Range(0, states).Select(k => Renamed(names, body.Outputs[k].Name))];
            for (int k = 0; k < collected.Length; k++) collected[k].Add(Renamed(names, body.Outputs[states + k].Name));
        }

        End(node, carried, collected);
    }

    /// <summary>What a carried value is before the first run.</summary>
    private string Begin(Node node, string value, int place, long trips)
    {
        if (trips == 0 || !_constants.TryGetValue(value, out Tensor? constant) || constant.ElementType != ElementType.Float32) return value;
        string lifted = node.Name + "_begins" + Text(place);
        _lifted.Add(lifted, constant);
        _types[lifted] = constant.Type;
        return lifted;
    }

    /// <summary>Both branches of an If, of which the condition chooses: what the other one computes is computed by no code, and matters to nothing.</summary>
    private void AddBranches(Node node)
    {
        int[] outputs = [.. Enumerable.Range(0, node.Outputs.Length).Where(node.HasOutput)];
        var results = new string[2][];
        for (int branch = 0; branch < 2; branch++)
        {
            Graph body = ControlFlowOperator.Body(node, If.Branches[branch]);
            Dictionary<string, string> names = new(StringComparer.Ordinal);
            AddRun(node, body, names, branch, branch);
            results[branch] = [.. outputs.Select(k => Renamed(names, body.Outputs[k].Name))];
        }

        for (int k = 0; k < outputs.Length; k++)
        {
            string output = node.Outputs[outputs[k]];
            if (_types[output] is not TensorType { Shape.IsStatic: true } type || results.Any(r => !type.Equals(_types[r[k]]))) throw new UnverifiableException(node.Label + " gives results of other shapes in one branch than in the other");
            Add(node, output, "Where", [node.Inputs[0], results[0][k], results[1][k]], [output]);
        }
    }

    private void AddRun(Node node, Graph body, Dictionary<string, string> names, int run, int? branch = null)
    {
        Dictionary<string, Step>? inner = _steps is null ? null : StepsOf(node, branch);
        foreach (KeyValuePair<string, Tensor> constant in body.Initializers) AddConstant(constant.Key, constant.Value);
        foreach (Node part in body.Nodes)
        {
            if (GraphCaptures.Subgraphs(part).Any()) throw new UnverifiableException(part.Label + " is a branch or loop inside of one");
            if (_nodes.Count == MostNodes) throw new UnverifiableException(node.Label + " has more nodes in all its runs than the analysis has memory for");
            foreach (string output in part.Outputs.Where(static o => o.Length > 0))
            {
                names[output] = output + "#" + Text(run);
                if (body.TypeOf(output) is { } type) _types[names[output]] = type;
            }

            Node copy = part with
            {
                Name = part.Name + "#" + Text(run),
                Inputs = [.. part.Inputs.Select(i => Renamed(names, i))],
                Outputs = [.. part.Outputs.Select(o => o.Length == 0 ? o : names[o])],
            };
            _nodes.Add(copy);
            if (inner is null) continue;
            _steps![copy.Name] = inner.TryGetValue(part.Name, out Step? step) ? step : throw new UnverifiableException(part.Label + " is computed otherwise than the loop's body says");
        }
    }

    /// <summary>The steps of a loop's body, or of one of the branches.</summary>
    private Dictionary<string, Step> StepsOf(Node node, int? branch)
    {
        var steps = new Dictionary<string, Step>(StringComparer.Ordinal);
        if (!_steps!.TryGetValue(node.Name, out Step? step)) throw new UnverifiableException(node.Label + " is computed by no step");
        foreach (Body body in branch is { } only ? [step.Bodies[only]] : step.Bodies)
            foreach (Step own in body.Plan.Root.Steps)
                foreach (Node inner in own.Nodes) steps[inner.Name] = own;
        return steps;
    }

    /// <summary>Names the results: the last carried values, and what was collected, one behind the other.</summary>
    private void End(Node node, string[] carried, List<string>[] collected)
    {
        for (int k = 0; k < node.Outputs.Length; k++)
        {
            string output = node.Outputs[k];
            if (output.Length == 0) continue;
            if (k < carried.Length)
            {
                Add(node, output, "Identity", [carried[k]], [output]);
                continue;
            }

            List<string> parts = collected[k - carried.Length];
            if (parts.Count == 0) throw new UnverifiableException(node.Label + " collects nothing");
            string axis = AddConstant(node.Name + "_axis", Tensor.Of([0L], 1));
            for (int run = 0; run < parts.Count; run++)
            {
                string slice = output + "#" + Text(run);
                var type = (TensorType)_types[parts[run]];
                _types[slice] = new TensorType(type.ElementType, Shape.Of([1, .. type.Shape!.ToArray()]));
                Add(node, slice, "Unsqueeze", [parts[run], axis], [slice]);
                parts[run] = slice;
            }

            Add(node, output, "Concat", [.. parts], [output], NodeAttributes.Empty.With("axis", 0));
        }
    }

    private string Slice(Node node, string value, int run, int place)
    {
        string slice = node.Name + "_slice" + Text(place) + "#" + Text(run);
        var type = (TensorType)_types[value];
        _types[slice] = new TensorType(type.ElementType, Shape.Of([.. type.Shape!.ToArray().Skip(1)]));
        string index = AddConstant(node.Name + "_index" + Text(run), Tensor.Of([(long)run]));
        Add(node, slice, "Gather", [value, index], [slice], NodeAttributes.Empty.With("axis", 0));
        return slice;
    }

    private void Add(Node node, string name, string op, ImmutableArray<string> inputs, ImmutableArray<string> outputs, NodeAttributes? attributes = null) => _nodes.Add(new Node
    {
        Name = node.Name + "/" + name,
        Operator = PatternExtensions.Written(op),
        Inputs = inputs,
        Outputs = outputs,
        Attributes = attributes ?? NodeAttributes.Empty,
    });

    private string AddConstant(string name, Tensor tensor)
    {
        _constants[name] = tensor;
        _types[name] = tensor.Type;
        return name;
    }

    private static Tensor Counter(Value input, long run) => Tensor.Of([run], Lengths(input));

    private static Tensor Holds(Value input) => new(ElementType.Bool, [.. Lengths(input)], new byte[] { 1 });

    private static int[] Lengths(Value input) => input.Type is TensorType { Shape: { IsStatic: true } shape } ? shape.ToArray() : [];

    private static string Renamed(Dictionary<string, string> names, string name) => names.TryGetValue(name, out string? renamed) ? renamed : name;

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
