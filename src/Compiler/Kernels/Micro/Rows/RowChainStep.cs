using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A chain of layers as one step: a loop in which each layer computes a row when its turn has come, a method for each of them.</summary>
internal sealed class RowChainStep : Step
{
    private readonly RowChain _chain;
    private readonly ImmutableArray<string> _names;

    private RowChainStep(RowChain chain)
    {
        _chain = chain;
        _names = StepNames.For([.. chain.Layers]);
    }

    /// <inheritdoc/>
    public override string Stem => "Rows";

    /// <inheritdoc/>
    public override string Kernel => "Micro.Rows";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>The step of a chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="nodes">What it computes.</param>
    /// <param name="multiplyAdds">Multiply-adds.</param>
    public static RowChainStep Of(RowChain chain, ImmutableArray<Node> nodes, long multiplyAdds)
    {
        chain = chain.Pruned();
        ImmutableArray<string> names = StepNames.For([.. chain.Layers]);
        return new RowChainStep(chain)
        {
            Nodes = nodes,
            Inputs = chain.Inputs,
            InputNames = chain.Inputs.Length == 1 ? ["x"] : [.. chain.Inputs.Select((_, i) => $"x{i}")],
            Outputs = chain.Outputs,
            Weights = [.. chain.Layers.SelectMany((l, i) => l.Weights.Select(w => w with { Role = names[i] + w.Role }))],
            WorkspaceLength = (int)chain.WorkspaceLength,
            MultiplyAdds = multiplyAdds,
            InPlaceInputs = chain.InPlaceInputs(),
            Summary = string.Join("; ", chain.Layers.Where(l => l is not LoadRowStep).Select(l => l.Summary)) + ", row by row",
        };
    }

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        writer.Line("// What layers keep of their rows, [channel][row][column].");
        int offset = 0;
        for (int i = 0; i < _names.Length; i++)
        {
            if (!_chain.Places.HasRing(i)) continue;
            RowMemory memory = _chain.Places.Memory[i];
            writer.Line($"Span<float> {Local(i)} = workspace.Slice({offset}, {memory.Length}); // {memory.Rows} of {memory.Map.Rows} rows");
            if (memory.Line > memory.Map.Columns) writer.Line($"{Local(i)}.Clear();");
            offset += memory.Length;
        }

        if (_chain.ZerosLength > 0)
        {
            writer.Line($"Span<float> zeros = workspace.Slice({offset}, {_chain.ZerosLength});");
            writer.Line("zeros.Clear();");
        }

        writer.Line($"int {string.Join(", ", _names.Select((_, i) => Count(i) + " = 0"))};");
        writer.Line("// The last layer first: each computes a row as soon as all is there that it reads, but not before it is asked for.");
        using SourceWriter.BlockScope loop = writer.Block($"while ({Unfinished()})");
        for (int i = _names.Length - 1; i >= 0; i--)
        {
            string condition = Condition(i);
            writer.Line((condition.Length > 0 ? $"if ({condition}) " : "") + $"{writer.Method}{_names[i]}({string.Join(", ", Arguments(writer, i))});");
        }
    }

    /// <inheritdoc/>
    internal override string TextOf(Weight weight)
    {
        int layer = Enumerable.Range(0, _names.Length).Last(i => weight.Role.StartsWith(_names[i], System.StringComparison.Ordinal));
        return weight.Role.Substring(_names[layer].Length) + " of " + _chain.Layers[layer].Summary;
    }

    /// <inheritdoc/>
    internal override ImmutableArray<StepMethod> MethodsBeside(string method) => [.. _names.Select((n, i) => new StepMethod(method + n, _chain.Layers[i].MultiplyAdds, _chain.Layers[i].Summary))];

    /// <inheritdoc/>
    internal override void EmitMethods(StepWriter writer)
    {
        int first = 0;
        for (int i = 0; i < _names.Length; i++)
        {
            RowStep layer = _chain.Layers[i];
            int start = first;
            ImmutableArray<string> weights = [.. layer.Weights.Select((_, k) => writer.Weight(start + k))];
            first += weights.Length;
            writer.Line();
            writer.Line("/// <summary>" + XmlText.Escape(layer is LoadRowStep || layer.IsTotal ? layer.Summary : "A row of " + layer.Summary) + ".</summary>");
            IEnumerable<string> parameters = layer.InputNames.Take(layer.Inputs.Length).Select(n => "ReadOnlySpan<float> " + n);
            if (layer.ZerosLength > 0) parameters = parameters.Append("ReadOnlySpan<float> zeros");
            using SourceWriter.BlockScope body = writer.Block($"private static void {writer.Method}{_names[i]}({string.Join(", ", parameters.Append("Span<float> y").Append("int row"))})");
            var inner = new StepWriter(writer.Code, writer.Plan, layer, layer.InputNames, ["y"], weights, []);
            layer.EmitRow(inner, [.. _chain.Sources[i].Select((s, k) => s >= 0 ? _chain.Places.Memory[s] : RowChain.WholeOf(layer.Uses[k].Map))], _chain.Places.Memory[i]);
        }
    }

    private IEnumerable<string> Arguments(StepWriter writer, int layer)
    {
        foreach (int source in _chain.Sources[layer]) yield return source >= 0 ? Memory(writer, source) : writer.Input(-1 - source);
        if (_chain.Layers[layer].ZerosLength > 0) yield return "zeros";
        yield return Memory(writer, layer);
        yield return Count(layer) + "++";
    }

    private string Memory(StepWriter writer, int layer)
    {
        int group = _chain.Places.Groups[layer];
        return _chain.Places.HasRing(group) ? Local(group) : writer.Output(_chain.Outputs.IndexOf(_chain.Layers[group].Outputs[0]));
    }

    private string Unfinished()
        => string.Join(" || ", Enumerable.Range(0, _names.Length).Where(i => _chain.Outputs.Contains(_chain.Layers[i].Outputs[0])).Select(i => $"{Count(i)} < {_chain.Layers[i].Turns}"));

    private string Condition(int layer)
    {
        var all = new List<string>();
        var readers = new List<string>();
        foreach (RowCondition condition in _chain.Schedule.Conditions(layer))
        {
            if (condition.Other < 0) all.Add($"{Count(layer)} < {_chain.Layers[layer].Turns}");
            else if (condition.IsReader) readers.Add($"{Count(layer)} < {Needed(condition.Use, Count(condition.Other), condition.Use.Rows.Out)}");
            else all.Add($"{Count(condition.Other)} >= {Needed(condition.Use, Count(layer), condition.Use.Rows.Out - 1)}");
        }

        if (readers.Count > 0) all.Add(readers.Count > 1 ? "(" + string.Join(" || ", readers) + ")" : readers[0]);
        return string.Join(" && ", all);
    }

    /// <summary>How many rows of an input there must be.</summary>
    private static string Needed(RowUse use, string row, int last)
    {
        WindowAxis axis = use.Rows;
        int more = axis.Position(0, axis.Kernel - 1) + 1;
        string product = axis.Stride == 1 ? row : $"{row} * {axis.Stride}";
        string text = more == 0 ? product : $"{(axis.Stride == 1 || more == 0 ? product : $"({product})")} {(more > 0 ? "+" : "-")} {System.Math.Abs(more)}";
        return axis.Position(last, axis.Kernel - 1) + 1 > use.Most ? $"MicroMath.Min({use.Most}, {text})" : text;
    }

    private string Local(int layer) => char.ToLowerInvariant(_names[layer][0]) + _names[layer].Substring(1);

    private string Count(int layer) => Local(layer) + "Rows";
}
