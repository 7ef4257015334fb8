using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Infers the types of a node whose inputs have lengths of run time. Operators infer from known lengths: so the node is inferred for
/// several choices of the open ones, and what all choices agree on is known. What this takes for known, generated code checks.
/// </summary>
internal sealed class OpenInference
{
    /// <summary>Where so many distinct choices fit, the lengths are independent of each other.</summary>
    private const int DistinctWanted = 3;

    /// <summary>Where they are not, so many random choices that fit tell which ones agree.</summary>
    private const int RandomWanted = 12;

    /// <summary>With fewer choices nothing is said where no distinct ones fit: they may agree by chance.</summary>
    private const int FewestOfRandom = 6;

    /// <summary>One choice alone does not tell a length from a constant.</summary>
    private const int Fewest = 2;

    private readonly Node _node;
    private readonly Operator _op;
    private readonly TensorType?[] _types;
    private readonly Tensor?[] _constants;
    private readonly SymbolicElements?[] _elements;
    private readonly Dictionary<string, OpenLength> _lengths = new(StringComparer.Ordinal);
    private ModelException? _dynamic;

    private OpenInference(Node node, Operator op, TensorType?[] types, Tensor?[] constants, SymbolicElements?[] elements)
    {
        _node = node;
        _op = op;
        _types = types;
        _constants = constants;
        _elements = elements;
        foreach (OpenLength length in types.Where(t => t is not null).SelectMany(t => t!.Shape!.Dimensions).Select(d => d.Open)
            .Concat(elements.Where(e => e is not null).SelectMany(e => e!.Items).Select(i => i.Length)).OfType<OpenLength>())
            _lengths[length.Name] = length;
    }

    /// <summary>The types of the outputs.</summary>
    public ImmutableArray<TensorType?> Types { get; private set; } = [];

    /// <summary>What is known of the elements of small outputs; null where nothing is.</summary>
    public ImmutableArray<SymbolicElements?> Elements { get; private set; } = [];

    /// <summary>Infers a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="op">Its operator.</param>
    /// <param name="types">The types of the inputs.</param>
    /// <param name="constants">The constants among them.</param>
    /// <param name="elements">What is known of the elements of the others.</param>
    /// <exception cref="ModelException">The shapes do not fit, or not even the rank of an output is known.</exception>
    public static OpenInference Run(Node node, Operator op, TensorType?[] types, Tensor?[] constants, SymbolicElements?[] elements)
    {
        var inference = new OpenInference(node, op, types, constants, elements);
        var context = new InferenceContext(node, types, constants, elements);
        // Broadcasting is known exactly, but where the file's lengths leave a rule of opsets before 7 open.
        if (op is ElementwiseOperator && elements.All(e => e is null) && inference.TryBroadcast()) return inference;
        if (inference.TryTrials(elements) || inference.TryOperator(context)) return inference;
        SymbolicElements?[] guessed = [.. elements.Select((e, i) => e ?? (constants[i] is null && types[i] is { } type ? SymbolicElements.Unknown(type) : null))];
        if (inference._dynamic is not null && inference.TryTrials(guessed)) return inference;
        throw inference._dynamic ?? context.Fail("no lengths of run time make the shapes fit together");
    }

    private bool TryBroadcast()
    {
        try
        {
            return TryOperator(new InferenceContext(_node, _types, _constants));
        }
        catch (ModelException)
        {
            return false;
        }
    }

    /// <summary>Asks the operator itself.</summary>
    private bool TryOperator(InferenceContext context)
    {
        if (!_op.InferOpen(context)) return false;
        Types = [.. context.Outputs.Select(o => o as TensorType)];
        Elements = [.. Types.Select(_ => (SymbolicElements?)null)];
        return true;
    }

    private bool TryTrials(SymbolicElements?[] elements)
    {
        var trials = new List<OpenTrial>();
        var choices = new OpenChoices(_node, _types, _constants, elements);
        int distinct = Try(choices.Distinct(), elements, trials, int.MaxValue);
        if (_dynamic is not null && distinct == 0 && !elements.Any(HasUnknown)) return false; // Another choice of lengths makes no value known.
        Try(choices.Equal(), elements, trials, int.MaxValue);
        if (distinct < DistinctWanted) Try(choices.Random(), elements, trials, RandomWanted);
        if (trials.Count < (distinct == 0 ? FewestOfRandom : Fewest) || !HaveOneRank(trials)) return false;
        OpenTrial? largest = Largest(elements);
        Types = [.. Enumerable.Range(0, _node.Outputs.Length).Select(o => _node.HasOutput(o) ? TypeOf(o, trials, largest) : null)];
        Elements = [.. Enumerable.Range(0, _node.Outputs.Length).Select(o => ElementsOf(o, trials))];
        return Types.Where((t, o) => _node.HasOutput(o) && t is null).All(_ => false);
    }

    /// <summary>Infers the node for choices until so many fit; gives how many did.</summary>
    private int Try(IEnumerable<IReadOnlyDictionary<string, long>> choices, SymbolicElements?[] elements, List<OpenTrial> trials, int wanted)
    {
        int fitting = 0;
        foreach (IReadOnlyDictionary<string, long> choice in choices)
        {
            if (OpenTrial.Run(_node, _op, _types, _constants, elements, choice, out ModelException? problem) is { } trial)
            {
                trials.Add(trial);
                if (++fitting == wanted) break;
            }
            else if (problem?.Diagnostic.Descriptor == DiagnosticCatalog.DynamicShape) _dynamic ??= problem;
        }

        return fitting;
    }

    private static bool HasUnknown(SymbolicElements? elements) => elements is not null && elements.Items.Any(i => i.Value is null && i.Length is null);

    private static bool HaveOneRank(List<OpenTrial> trials)
        => trials.All(t => t.Types.Zip(trials[0].Types, (a, b) => a?.Shape?.Rank == b?.Shape?.Rank && a?.ElementType == b?.ElementType).All(same => same));

    private TensorType? TypeOf(int output, List<OpenTrial> trials, OpenTrial? largest)
    {
        if (trials[0].Types[output] is not { Shape: { } first } type) return null;
        var dimensions = new Dimension[first.Rank];
        for (int axis = 0; axis < dimensions.Length; axis++)
        {
            int at = axis;
            long[] found = [.. trials.Select(t => t.Types[output]!.Shape![at].Value)];
            if (found.All(d => d == found[0])) dimensions[axis] = found[0];
            else if (LengthOf(found, trials) is { } length) dimensions[axis] = Dimension.OfRunTime(length);
            else dimensions[axis] = new InferenceContext(_node, _types, _constants).Open(output, axis, Limit(axis, largest?.Types[output]?.Shape![axis].Value, first.Rank));
        }

        return new TensorType(type.ElementType, new Shape([.. dimensions]));
    }

    /// <summary>No operator of these gives more elements along an axis than it gets; others give the most for the longest inputs.</summary>
    private long? Limit(int axis, long? largest, int rank)
    {
        if (_node.Operator.Domain.Length > 0) return null;
        if (_node.Operator.Name is not ("Slice" or "Split" or "TopK")) return largest;
        return _types[0]!.Shape!.Rank == rank ? _types[0]!.Shape![axis].Limit : null;
    }

    /// <summary>The node with all lengths at their limits, where they have some and no parameter is one of them.</summary>
    private OpenTrial? Largest(SymbolicElements?[] elements)
    {
        bool isParameter = elements.Any(e => e is not null && !e.IsConstant) && _node.Operator.Name is not ("Expand" or "Tile" or "ConstantOfShape" or "Reshape");
        if (elements.Any(HasUnknown) || isParameter || _lengths.Values.Any(l => l.Limit is null)) return null;
        return OpenTrial.Run(_node, _op, _types, _constants, elements, _lengths.ToDictionary(l => l.Key, l => l.Value.Limit!.Value, StringComparer.Ordinal), out _);
    }

    private OpenLength? LengthOf(long[] found, List<OpenTrial> trials)
    {
        foreach (OpenLength length in _lengths.Values)
            if (found.Where((d, t) => d != trials[t].Choice[length.Name]).All(_ => false)) return length;
        return null;
    }

    private SymbolicElements? ElementsOf(int output, List<OpenTrial> trials)
    {
        if (Types[output] is not { } type || !SymbolicElements.Describes(type) || trials.Any(t => t.Values is null || t.Values[output] is null)) return null;
        var items = new SymbolicElement[(int)type.Shape!.ElementCount];
        for (int i = 0; i < items.Length; i++)
        {
            int at = i;
            long[] found = [.. trials.Select(t => t.Values![output]![at])];
            if (found.All(v => v == found[0])) items[i] = new SymbolicElement(found[0], null);
            else if (LengthOf(found, trials) is { } length) items[i] = new SymbolicElement(null, length);
        }

        return items.All(i => i.Value is null && i.Length is null) ? null : new SymbolicElements(type, [.. items]);
    }
}
