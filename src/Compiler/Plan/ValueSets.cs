using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Shaping;

namespace RedGen.Compiler.Plan;

/// <summary>Sets of values that share one buffer, all of it or a part each (union–find), with their lifetimes in steps.</summary>
internal sealed class ValueSets
{
    /// <summary>Bytes up to which it does not matter where a part begins.</summary>
    private const int SmallPart = 4096;

    private readonly Graph _graph;
    private readonly ImmutableArray<Step> _steps;
    private readonly Dictionary<string, string> _parent = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _start = new(StringComparer.Ordinal);
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

    /// <summary>The value that stands for the set of a value: it takes the whole buffer.</summary>
    public string RootOf(string value) => Find(value).Root;

    /// <summary>The element of its set's buffer with which a value begins.</summary>
    public int StartOf(string value) => Find(value).Start;

    private (string Root, int Start) Find(string value)
    {
        string root = value;
        int start = 0;
        while (_parent.TryGetValue(root, out string? next))
        {
            start += _start[root];
            root = next;
        }

        // What has been passed on the way points to the root from now on.
        int left = start;
        while (_parent.TryGetValue(value, out string? next))
        {
            int step = _start[value];
            (_parent[value], _start[value]) = (root, left);
            left -= step;
            value = next;
        }

        return (root, start);
    }

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
            if (step.IsView) Join(step.Inputs[0], RootOf(step.Outputs[0]));
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

    /// <summary>
    /// Spares copies: a slice becomes a part of its source's buffer, and what is joined with others is written where it belongs in the result.
    /// </summary>
    /// <param name="steps">The steps.</param>
    /// <param name="chosen">The indices of the steps whose copies are spared as far as the buffers allow it.</param>
    /// <param name="alignment">Bytes of which buffers begin at multiples.</param>
    /// <returns>The steps without these copies.</returns>
    public ImmutableArray<Step> JoinParts(ImmutableArray<Step> steps, IEnumerable<int> chosen, int alignment)
    {
        ImmutableArray<Step>.Builder result = steps.ToBuilder();
        foreach (int i in chosen)
        {
            ImmutableArray<CopiedPart> spared = [.. steps[i].Parts.Where(p => TrySpare(steps[i], p, alignment))];
            if (!spared.IsEmpty) result[i] = steps[i].Without(spared);
        }

        return result.ToImmutable();
    }

    private bool TrySpare(Step step, CopiedPart part, int alignment)
    {
        (string input, string output) = (step.Inputs[part.Input], step.Outputs[part.Output]);
        if (RootOf(input) == RootOf(output) || IsOpen(input) || IsOpen(output)) return false;
        if (part.From == 0 && IsMovable(input, part.Length) && StorageOf(RootOf(output)) is Storage.Arena or Storage.Output)
            return TryJoin(output, part.To, RootOf(input), alignment);
        return part.To == 0 && IsMovable(output, part.Length) && StorageOf(RootOf(input)) is Storage.Arena or Storage.Output or Storage.Input
            && TryJoin(input, part.From, RootOf(output), alignment);
    }

    /// <summary>Whether a value has a buffer of the arena to itself.</summary>
    private bool IsMovable(string value, int length) => StorageOf(RootOf(value)) == Storage.Arena && Count(RootOf(value)) == length;

    /// <summary>Only where the part begins as buffers do, or is so small that it does not matter.</summary>
    private bool TryJoin(string whole, int start, string part, int alignment)
    {
        int bytes = TypeOf(whole).ElementType.Bytes();
        if (((StartOf(whole) + start) * (long)bytes) % alignment != 0 && (alignment == Arena.WordAlignment || Count(part) * bytes > SmallPart)) return false;
        Join(whole, part, start);
        return true;
    }

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
                // A part of a buffer would keep the rest of it.
                if (Count(input) != Count(step.Inputs[candidate])) continue;
                // Another input may be the same memory under another name (a view), which the step must not overwrite.
                if (step.Inputs.Where((value, k) => value.Length > 0 && !step.InPlaceInputs.Contains(k) && RootOf(value) == input).Any()) continue;
                if (Count(output) == Count(input)) Join(input, output);
                else Join(step.Outputs[0], input);
                break;
            }
        }
    }

    /// <summary>All values that have a buffer.</summary>
    public IEnumerable<string> Values(ImmutableArray<Step> steps) => steps.SelectMany(s => s.Inputs.Concat(s.Outputs))
        .Concat(_graph.Inputs.Select(v => v.Name))
        // An empty part of a Split that is spared is an output that no step names.
        .Concat(_graph.Outputs.Select(v => v.Name))
        .Where(v => v.Length > 0).Distinct(StringComparer.Ordinal);

    /// <summary>Whether a value takes a part only of its set's buffer.</summary>
    public bool IsPart(string value) => !IsOpen(value) && RootOf(value) is var root && !IsOpen(root) && Count(value) != Count(root);

    /// <summary>What the sets that live in the arena want of it, and behind them the workspace of each step.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="index">The request of each set, by its root.</param>
    public List<ArenaRequest> Requests(ImmutableArray<Step> steps, out Dictionary<string, int> index)
    {
        var requests = new List<ArenaRequest>();
        index = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string root in Values(steps).Select(RootOf).Distinct(StringComparer.Ordinal).Where(r => StorageOf(r) == Storage.Arena))
        {
            index[root] = requests.Count;
            requests.Add(new ArenaRequest(Count(root) * TypeOf(root).ElementType.Bytes(), _first[root], _last[root]));
        }

        for (int i = 0; i < steps.Length; i++)
            requests.Add(new ArenaRequest((long)steps[i].WorkspaceLength * steps[i].WorkspaceType.Bytes(), i, i));
        return requests;
    }

    /// <summary>Whether run time decides how large a value is; such values never share a buffer.</summary>
    private bool IsOpen(string value) => TypeOf(value) is { IsStatic: false };

    /// <summary>One span serves both: element type and count agree.</summary>
    private bool SameMemory(string a, string b)
        => TypeOf(a).ElementType == TypeOf(b).ElementType && TypeOf(a).Shape!.ElementCount == TypeOf(b).Shape!.ElementCount;

    private long Count(string value) => TypeOf(value).Shape!.ElementCount;

    /// <summary>Puts a whole set into the buffer of a value, so many elements behind where the value begins.</summary>
    private void Join(string whole, string part, int start = 0)
    {
        string root = RootOf(whole);
        if (root == part) return;
        _start[part] = StartOf(whole) + start;
        _parent[part] = root;
        if (_first.TryGetValue(part, out int first)) _first[root] = _first.TryGetValue(root, out int mine) ? Math.Min(mine, first) : first;
        if (_last.TryGetValue(part, out int last)) _last[root] = _last.TryGetValue(root, out int mine) ? Math.Max(mine, last) : last;
        if (_outputOf.TryGetValue(part, out string? output))
        {
            _outputOf.Remove(part);
            _outputOf[root] = output;
        }
    }
}
