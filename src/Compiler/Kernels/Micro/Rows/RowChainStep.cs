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
            WorkspaceLength = (int)(chain.IsFloat ? chain.WorkspaceBytes / sizeof(float) : chain.WorkspaceBytes),
            WorkspaceType = chain.IsFloat ? ElementType.Float32 : ElementType.UInt8,
            MultiplyAdds = multiplyAdds,
            InPlaceInputs = chain.InPlaceInputs(),
            Summary = string.Join("; ", chain.Layers.Where(l => l is not LoadRowStep).Select(l => l.Summary)) + ", row by row",
        };
    }

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        writer.Line("// What layers keep of their rows, [channel][row][column].");
        var memory = new Memory(writer, _chain.IsFloat);
        for (int i = 0; i < _names.Length; i++)
        {
            if (!_chain.Places.HasRing(i)) continue;
            RowMemory ring = _chain.Places.Memory[i];
            memory.Declare(Local(i), ring.Type, ring.Length, $" // {ring.Rows} of {ring.Map.Rows} rows");
            if (ring.Line > ring.Map.Columns) memory.Fill(Local(i), ring);
        }

        for (int i = 0; i < _chain.Zeros.Length; i++)
        {
            memory.Declare(ZerosName(i), _chain.Zeros[i].Type, _chain.Zeros[i].Length);
            memory.Fill(ZerosName(i), _chain.Zeros[i]);
        }

        for (int i = 0; i < _names.Length; i++)
            if (_chain.Layers[i].TotalsLength > 0) memory.Declare(Local(i) + "Totals", ElementType.Float32, _chain.Layers[i].TotalsLength);
        if (_chain.ScratchLength > 0) memory.Declare("scratch", ElementType.Int32, _chain.ScratchLength);
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
            using SourceWriter.BlockScope body = writer.Block($"private static void {writer.Method}{_names[i]}({string.Join(", ", Parameters(layer))})");
            var inner = new StepWriter(writer.Code, writer.Plan, layer, layer.InputNames, ["y"], weights, []);
            layer.EmitRow(inner, [.. _chain.Sources[i].Select((s, k) => s >= 0 ? _chain.Places.Memory[s] : RowChain.WholeOf(layer.Uses[k]))], _chain.Places.Memory[i]);
        }
    }

    private static IEnumerable<string> Parameters(RowStep layer)
    {
        for (int i = 0; i < layer.Inputs.Length; i++) yield return $"ReadOnlySpan<{layer.Uses[i].Type.CSharpName()}> {layer.InputNames[i]}";
        if (layer.ZerosLength > 0) yield return $"ReadOnlySpan<{layer.Uses[0].Type.CSharpName()}> zeros";
        yield return $"Span<{layer.Type.CSharpName()}> y";
        yield return "int row";
        if (layer.TotalsLength > 0) yield return "Span<float> totals";
        if (layer.ScratchLength > 0) yield return "Span<int> scratch";
    }

    private IEnumerable<string> Arguments(StepWriter writer, int layer)
    {
        RowStep own = _chain.Layers[layer];
        foreach (int source in _chain.Sources[layer]) yield return source >= 0 ? RowsOf(writer, source) : writer.Input(-1 - source);
        if (own.ZerosLength > 0) yield return ZerosName(System.Array.FindIndex([.. _chain.Zeros], z => (z.Type, z.Zero) == (own.Uses[0].Type, own.Uses[0].Zero)));
        yield return RowsOf(writer, layer);
        yield return Count(layer) + "++";
        if (own.TotalsLength > 0) yield return Local(layer) + "Totals";
        if (own.ScratchLength > 0) yield return "scratch";
    }

    private string RowsOf(StepWriter writer, int layer)
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

    private static string ZerosName(int index) => index == 0 ? "zeros" : "zeros" + CSharpLiteral.Of(index + 1);

    private string Local(int layer) => char.ToLowerInvariant(_names[layer][0]) + _names[layer].Substring(1);

    private string Count(int layer) => Local(layer) + "Rows";

    /// <summary>Writes what parts the workspace has: floats, or bytes that stand for other elements too.</summary>
    private sealed class Memory(StepWriter writer, bool isFloat)
    {
        private int _offset;

        public void Declare(string name, ElementType type, int length, string comment = "")
        {
            string csharp = type.CSharpName()!;
            int bytes = length * type.Bytes();
            string part = $"workspace.Slice({_offset}, {(isFloat ? length : bytes)})";
            writer.Line($"Span<{csharp}> {name} = {(isFloat || type == ElementType.UInt8 ? part : $"MemoryMarshal.Cast<byte, {csharp}>({part})")};{comment}");
            _offset += isFloat ? length : (bytes + 3) & ~3;
        }

        public void Fill(string name, RowMemory memory)
            => writer.Line(memory.Zero == 0 ? $"{name}.Clear();" : $"{name}.Fill({CSharpLiteral.Of(memory.Zero)});");
    }
}
