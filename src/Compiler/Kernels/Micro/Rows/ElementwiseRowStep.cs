using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Elementwise;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A row of elementwise nodes, each operand a map of the output's shape or one number a channel.</summary>
internal sealed class ElementwiseRowStep(ElementwiseGroup group, ElementwiseBody body) : RowStep
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f", "g", "h"];

    /// <inheritdoc/>
    public override string Kernel => "Micro.ElementwiseRow";

    /// <inheritdoc/>
    public override ImmutableArray<int> ElementwiseInputs
        => [.. Enumerable.Range(0, Inputs.Length).Where(i => Uses[i].Map == Map && Uses[i].Type == Type && group.Operands.Count(o => o.Value == Inputs[i]) == 1)];

    /// <summary>A group as a layer of a chain; none where it cannot be one.</summary>
    public static ImmutableArray<RowStep> Of(NodeGroup nodes, ElementwiseGroup group, ElementwiseBody body, string summary)
    {
        if (group.Lengths is not [1, var channels, > 1, var columns] || channels == 0 || columns == 0 || group.Operands.Length is 0 or > 8) return [];
        var map = new MapShape(channels, group.Lengths[2], columns);
        if (group.Operands.GroupBy(o => o.Value).Any(o => o.Count() > 1)) return [];
        RowUse?[] uses = [.. group.Operands.Select(o => UseOf(o, map))];
        if (uses.Any(u => u is null) || !uses.Any(u => u!.Value.Map == map)) return [];
        return
        [
            new ElementwiseRowStep(group, body)
            {
                Nodes = nodes.Nodes,
                Inputs = [.. group.Operands.Select(o => o.Value)],
                InputNames = [.. Names.Take(group.Operands.Length)],
                Outputs = [nodes.Last.Outputs[0]],
                Uses = [.. uses.Select(u => u!.Value)],
                Map = map,
                Type = group.Output,
                Summary = summary,
            },
        ];
    }

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        using SourceWriter.BlockScope? wrapping = body.HasIntegers ? writer.Block("unchecked") : null;
        for (int i = 0; i < inputs.Length; i++)
            if (Uses[i].Map == Map) writer.Line($"int {Names[i]}Line = {Line(inputs[i])};");
        writer.Line($"int line = {Line(output)};");
        using LoopScope nest = new LoopScope(writer).Loop("channel", Map.Channels);
        string[] operands = new string[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            string start = nest.Index(("channel", inputs[i].Channel));
            if (Uses[i].Map != Map)
            {
                operands[i] = ElementwiseExpressions.Load(Uses[i].Type, Names[i], start);
                continue;
            }

            writer.Line($"ReadOnlySpan<{Uses[i].Type.CSharpName()}> {Names[i]}Row = {Names[i]}.Slice({Sum(start, Names[i] + "Line")}, {Map.Columns});");
            operands[i] = ElementwiseExpressions.Load(Uses[i].Type, Names[i] + "Row", "i");
        }

        writer.Line($"Span<{Type.CSharpName()}> yRow = y.Slice({Sum(nest.Index(("channel", output.Channel)), "line")}, {Map.Columns});");
        using SourceWriter.BlockScope columns = writer.Block($"for (int i = 0; i < {Map.Columns}; i++)");
        body.Write(writer.Code, [.. operands], "yRow[i]", ElementForm.Scalar);
    }

    private static string Line(RowMemory memory) => Sum(Times(memory.Place("row"), memory.Line), CSharpLiteral.Of(memory.Left));

    private static RowUse? UseOf(OuterOperand operand, MapShape map)
    {
        if (operand.Lengths.Length > 4 || operand.Type.CSharpName() is null) return null;
        int[] lengths = [.. Enumerable.Repeat(1, 4 - operand.Lengths.Length), .. operand.Lengths];
        if (lengths[0] != 1 || lengths[1] != map.Channels) return null;
        if (lengths[2] == map.Rows && lengths[3] == map.Columns) return RowUse.Same(map, operand.Type);
        return lengths[2] == 1 && lengths[3] == 1
            ? new RowUse(map.Channels, new WindowAxis(1, map.Rows, 1, 0, 1, 0, 0), new WindowAxis(1, map.Columns, 1, 0, 1, 0, 0), ReadsMargins: false, operand.Type) : null;
    }
}
