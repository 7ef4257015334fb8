using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;

namespace RedGen.Compiler.Plan;

/// <summary>Sets of values that share one buffer (union–find), with their lifetimes in steps.</summary>
internal sealed class ValueSets
{
    private readonly Graph _graph;
    private readonly ImmutableArray<Step> _steps;
    private readonly Dictionary<string, string> _parent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _first = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _last = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _outputOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _copies = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs;

    public ValueSets(Graph graph, ImmutableArray<Step> steps)
    {
        _graph = graph;
        _steps = steps;
        _inputs = new HashSet<string>(graph.Inputs.Select(i => i.Name), StringComparer.Ordinal);
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (string value in steps[i].Inputs.Concat(steps[i].Outputs).Where(v => v.Length > 0))
            {
                if (!_first.ContainsKey(value)) _first[value] = i;
                _last[value] = i;
            }
        }
    }

    /// <summary>The value that stands for the set of a value.</summary>
    public string RootOf(string value)
    {
        string root = value;
        while (_parent.TryGetValue(root, out string? next)) root = next;
        while (_parent.TryGetValue(value, out string? next))
        {
            _parent[value] = root;
            value = next;
        }

        return root;
    }

    /// <summary>The first step that touches the set.</summary>
    public int FirstUse(string root) => _first[root];

    /// <summary>The last step that touches the set.</summary>
    public int LastUse(string root) => _last[root];

    /// <summary>Where a set lives.</summary>
    public Storage StorageOf(string root) => IsOpen(root) ? Storage.Dynamic
        : _inputs.Contains(root) ? Storage.Input
        : _graph.Initializers.ContainsKey(root) ? Storage.Constant
        : _outputOf.ContainsKey(root) ? Storage.Output : Storage.Arena;

    /// <summary>The value whose name the set's buffer bears.</summary>
    public string Representative(string root) => _outputOf.TryGetValue(root, out string? output) ? output : root;

    /// <summary>Whether an output of the graph is in the set.</summary>
    public bool IsOutput(string root) => _outputOf.ContainsKey(root);

    /// <summary>Joins each view with its source.</summary>
    public void JoinViews()
    {
        foreach (Step step in _steps)
            if (step.IsView) Join(RootOf(step.Inputs[0]), step.Outputs[0]);
    }

    /// <summary>
    /// Lets each graph output be written by its producer where its set is free for that; adds a copy at the end for the others
    /// (an output that is an input, a constant, a second name of another output).
    /// </summary>
    public ImmutableArray<Step> AddOutputCopies()
    {
        ImmutableArray<Step>.Builder steps = _steps.ToBuilder();
        ImmutableArray<string>.Builder outputs = ImmutableArray.CreateBuilder<string>();
        foreach (Value output in _graph.Outputs)
        {
            string root = RootOf(output.Name);
            if (StorageOf(root) == Storage.Arena || (StorageOf(root) == Storage.Dynamic && !_outputOf.ContainsKey(root) && !_inputs.Contains(root)))
            {
                _outputOf[root] = output.Name;
                outputs.Add(output.Name);
                continue;
            }

            int at = steps.Count;
            var copy = CopyStep.Create(output.Name, outputs.Count);
            steps.Add(copy);
            if (!_first.ContainsKey(root)) _first[root] = at;
            _last[root] = at;
            string target = copy.Outputs[0];
            _copies[target] = output.Name;
            _outputOf[target] = output.Name;
            _first[target] = _last[target] = at;
            outputs.Add(target);
        }

        Outputs = outputs.ToImmutable();
        return steps.ToImmutable();
    }

    /// <summary>The value that holds each output of the graph; set by <see cref="AddOutputCopies"/>.</summary>
    public ImmutableArray<string> Outputs { get; private set; } = [];

    /// <summary>The type of a value, copies for outputs included.</summary>
    public TensorType TypeOf(string value) => _graph.TensorTypeOf(_copies.TryGetValue(value, out string? source) ? source : value)!;

    /// <summary>Lets a step write over an input that nobody reads afterwards.</summary>
    public void JoinInPlace(ImmutableArray<Step> steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            Step step = steps[i];
            if (step.IsView || step.InPlaceInputs.IsEmpty) continue;
            string output = RootOf(step.Outputs[0]);
            foreach (int candidate in step.InPlaceInputs)
            {
                string input = RootOf(step.Inputs[candidate]);
                if (input == output || StorageOf(input) != Storage.Arena || _last[input] != i || !SameMemory(step.Inputs[candidate], step.Outputs[0])) continue;
                // Another input may be the same memory under another name (a view), which the step must not overwrite.
                if (step.Inputs.Where((value, k) => value.Length > 0 && !step.InPlaceInputs.Contains(k) && RootOf(value) == input).Any()) continue;
                Join(input, output);
                break;
            }
        }
    }

    /// <summary>All values that have a buffer.</summary>
    public IEnumerable<string> Values(ImmutableArray<Step> steps) => steps.SelectMany(s => s.Inputs.Concat(s.Outputs))
        .Concat(_graph.Inputs.Select(v => v.Name))
        .Where(v => v.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>The sets that live in the arena, in the order of their first step.</summary>
    public IEnumerable<string> ArenaRoots(ImmutableArray<Step> steps)
        => Values(steps).Select(RootOf).Distinct(StringComparer.Ordinal).Where(r => StorageOf(r) == Storage.Arena);

    /// <summary>Whether run time decides how large a value is; such values never share a buffer.</summary>
    private bool IsOpen(string value) => TypeOf(value) is { IsStatic: false };

    /// <summary>One span serves both: element type and count agree.</summary>
    private bool SameMemory(string a, string b)
        => TypeOf(a).ElementType == TypeOf(b).ElementType && TypeOf(a).Shape!.ElementCount == TypeOf(b).Shape!.ElementCount;

    private void Join(string root, string other)
    {
        other = RootOf(other);
        if (root == other) return;
        _parent[other] = root;
        if (_first.TryGetValue(other, out int first)) _first[root] = _first.TryGetValue(root, out int mine) ? Math.Min(mine, first) : first;
        if (_last.TryGetValue(other, out int last)) _last[root] = _last.TryGetValue(root, out int mine) ? Math.Max(mine, last) : last;
        if (_outputOf.TryGetValue(other, out string? output))
        {
            _outputOf.Remove(other);
            _outputOf[root] = output;
        }
    }
}
