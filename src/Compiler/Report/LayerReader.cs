using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Report;

/// <summary>Reads the steps of a reduced plan beside those of the plan without reduction.</summary>
internal sealed class LayerReader
{
    private readonly ExecutionPlan _before;
    private readonly ExecutionPlan _after;
    private readonly CostTable _costs;
    private readonly Dictionary<string, Step> _stepsBefore = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LayerReduction> _reductions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Makes a reader for one report.</summary>
    public LayerReader(ExecutionPlan before, ExecutionPlan after, CostTable costs)
    {
        _costs = costs;
        _before = before;
        _after = after;
        foreach (Step step in before.Root.Steps)
            foreach (Node node in step.Nodes) _stepsBefore[node.Name] = step;
        foreach (LayerReduction layer in after.Reduction.Layers)
        {
            // Passes may rename a constant, but not the node that reads it.
            _reductions[layer.Weights] = layer;
            if (!_reductions.ContainsKey(layer.Node)) _reductions.Add(layer.Node, layer);
        }
    }

    /// <summary>Additions of one inference of a step: with every multiplication one, unless its lowering says more.</summary>
    public static long Additions(Step step) => step.Cost?.Additions ?? step.MultiplyAdds;

    /// <summary>Every step that computes something.</summary>
    public ImmutableArray<LayerReport> ReadAll()
    {
        ImmutableArray<LayerReport>.Builder layers = ImmutableArray.CreateBuilder<LayerReport>();
        ImmutableArray<Step> steps = _after.Root.Steps;
        for (int i = 0; i < steps.Length; i++)
            if (!steps[i].IsView) layers.AddRange(Read(steps[i], _after.StepNames[i]));
        return layers.ToImmutable();
    }

    /// <summary>The step; behind it the other weights that it reads, those of a recurrent layer's state or of further convolutions, whose work is the step's.</summary>
    private IEnumerable<LayerReport> Read(Step step, string name)
    {
        ReducibleLayer[] layers = [.. LayersOf(step, _after.Graph)];
        LayerReport first = Read(step, name, layers.FirstOrDefault());
        yield return first;
        foreach (ReducibleLayer other in layers.Skip(1))
        {
            string label = name + (other.IsRecurrent ? "State" : "." + other.Node.Name);
            LayerReport more = Read(step, label, other);
            if (more.Weights is null) continue;
            yield return more with
            {
                Summary = other.IsRecurrent ? "Weights of the state of " + name : "More weights of " + name,
                EstimatedMicroseconds = 0,
                Before = more.Before with { Multiplications = 0, Additions = 0 },
                After = more.After with { Multiplications = 0, Additions = 0 },
                EmittedBytes = 0,
            };
        }
    }

    private LayerReport Read(Step step, string name, ReducibleLayer? layer)
    {
        Node? head = step.Nodes.IsEmpty ? null : step.Nodes[0];
        Step? before = head is not null && _stepsBefore.TryGetValue(head.Name, out Step? found) ? found : null;
        if (layer is not null && !_told.Add(layer.Weights)) layer = null;
        HashedMatrix? hashed = layer is not null && _after.Reduction.Hashed.TryGetValue(layer.Weights, out HashedMatrix? matrix) ? matrix : null;
        WeightsReport? weights = layer is null ? null : ReadWeights(layer, hashed, step, before);
        return new LayerReport
        {
            Name = name,
            Node = head?.Name ?? "",
            Operator = head?.Operator.QualifiedName ?? "",
            Summary = step.Summary,
            Kernel = step.Kernel,
            EstimatedMicroseconds = _costs.Microseconds(_after, step),
            Lowering = step.Cost?.Lowering ?? "",
            Reason = layer is null ? "" : Reason(step, hashed),
            InputShapes = Types(step.Inputs.Where(i => _after.Graph.ConstantOf(i) is null)),
            OutputShapes = Types(step.Outputs),
            Before = new ReportCost(before?.Multiplications ?? step.MultiplyAdds, before is null ? step.MultiplyAdds : Additions(before), 4L * (weights?.Count ?? 0)),
            After = new ReportCost(step.Multiplications, Additions(step), hashed?.Bytes ?? (4L * (layer?.Count ?? 0))),
            EmittedBytes = step.Weights.SelectMany(static w => w.Emitted).Sum(static w => (long)w.Data.Length) + step.Inputs.Distinct().Sum(i => (long)(_after.Graph.ConstantOf(i)?.Data.Length ?? 0)),
            Weights = weights,
        };
    }

    private WeightsReport ReadWeights(ReducibleLayer layer, HashedMatrix? hashed, Step step, Step? before)
    {
        // Without a reduction the record is empty, and the constant says all there is.
        LayerReduction reduction = _reductions.TryGetValue(layer.Weights, out LayerReduction? known) || _reductions.TryGetValue(layer.Node.Name, out known)
            ? known
            : new LayerReduction(layer.Weights, layer.Node.Name, layer.Node.Operator.QualifiedName, [.. layer.ToRows(_after.Graph.ConstantOf(layer.Weights)!)], null, 0, 0);
        // The matrix of the record belongs to the weights as they were; merging may have made the graph's smaller.
        HashedMatrix? matrix = reduction.Matrix is { } m && m.Count == reduction.Count ? m : null;
        return new WeightsReport
        {
            Name = layer.Weights,
            Count = before is null ? reduction.Count : LayersOf(before, _before.Graph).FirstOrDefault(l => l.Operand == layer.Operand && l.Node.Name == layer.Node.Name)?.Count ?? reduction.Count,
            DistinctBefore = reduction.DistinctBefore,
            DistinctAfter = hashed?.ValueCount ?? reduction.DistinctAfter,
            IsHashed = hashed is not null,
            Codebook = hashed?.Codebook ?? [],
            FineCodebook = hashed?.Fine?.Values ?? [],
            ScaleCount = hashed?.Scales.Length ?? 0,
            SqnrDecibels = matrix is null ? double.PositiveInfinity : reduction.SqnrDecibels,
            ErrorShare = reduction.ErrorShare,
            OutputsMerged = reduction.OutputsMerged,
            ValuesPerColumn = hashed is null ? null : LayersOf(step, _after.Graph).Skip(1).Any() ? ValuesPerColumn(layer, hashed) : step.Cost?.ValuesPerColumn,
            Histogram = WeightHistogram.Of(Normalised(reduction.Original, matrix), (hashed?.Codebook ?? []).Select(c => (double)c)),
        };
    }

    /// <summary>The layers that a step computes.</summary>
    private static IEnumerable<ReducibleLayer> LayersOf(Step step, Graph graph) => step.Nodes.SelectMany(n => ReducibleLayer.ReadAll(graph, n));

    /// <summary>The step's count is that of all its matrices; here of one.</summary>
    private long ValuesPerColumn(ReducibleLayer layer, HashedMatrix matrix)
    {
        int directions = layer.IsRecurrent ? _after.Graph.ConstantOf(layer.Weights)!.Dimensions[0] : 1, rows = matrix.Outputs / directions;
        return Enumerable.Range(0, directions).Sum(g => SplitLayer.OfRows(1, matrix.Slice(g * rows, rows)).ValuesPerColumn);
    }

    /// <summary>The weights as the codebook sees them.</summary>
    private static IEnumerable<double> Normalised(ImmutableArray<float> rows, HashedMatrix? matrix)
    {
        if (matrix is null || matrix.Scales.IsEmpty) return rows.Select(w => (double)w);
        return rows.Select((w, i) => matrix.Scales[i / matrix.Columns] is var scale && scale != 0 ? w / (double)scale : double.NaN);
    }

    private string Reason(Step step, HashedMatrix? hashed)
    {
        string target = _after.Options.Lowering switch
        {
            Lowering.Scalar => "a processor without SIMD, where a multiplication costs more than an addition",
            Lowering.Fewest => "the fewest multiplications",
            _ => "SIMD, where a multiply-add is one instruction and a gather several",
        };
        string count = step.Cost is { } cost ? "; fewest multiplications by " + cost.Lowering : "";
        return "chosen for " + target + (hashed is null ? "; the weights are not hashed" : count);
    }

    private ImmutableArray<string> Types(IEnumerable<string> values)
        => [.. values.Where(v => v.Length > 0).Select(v => _after.Graph.TypeOf(v)?.ToString() ?? "?")];
}
