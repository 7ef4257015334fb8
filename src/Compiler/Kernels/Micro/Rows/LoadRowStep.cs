using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>Copies a row of what a chain reads to where there are zeros beside it.</summary>
internal sealed class LoadRowStep : RowStep
{
    /// <inheritdoc/>
    public override string Stem => "Input";

    /// <inheritdoc/>
    public override string Kernel => "Micro.LoadRow";

    /// <summary>The layer that copies a value.</summary>
    public static LoadRowStep Of(string value, string rows, MapShape map, ElementType type) => new()
    {
        Nodes = [],
        Inputs = [value],
        InputNames = ["x"],
        Outputs = [rows],
        Uses = [RowUse.Same(map, type)],
        Map = map,
        Type = type,
        Summary = "A row of the input, with zeros beside it",
    };

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        RowMemory x = inputs[0];
        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("c", Map.Channels);
        string from = Sum(nest.Index(("c", x.Channel)), Times("row", x.Line)), to = Sum(nest.Index(("c", output.Channel)), "line");
        writer.Line($"x.Slice({from}, {Map.Columns}).CopyTo(y.Slice({to}, {Map.Columns}));");
    }
}
