using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>
/// A row of a convolution: some neighbouring places of some outputs are summed at once. Elements are read where they lie, at constant offsets, since a row has zeros beside it;
/// they are added in the order of MicroConvStep, so that both give the same bits.
/// </summary>
internal sealed class ConvRowStep(ConvLayer layer, RowTile tile, MicroWeights weights, Epilogue end, OptimiseGoal goal) : RowStep
{
    /// <summary>Taps of a row up to which they are written out.</summary>
    private const int MostTaps = 5;

    private static readonly string[] Names = ["a", "b", "c", "d"];

    private WindowAxis Height => layer.Window.Height;

    private WindowAxis Width => layer.Window.Width;

    private int GroupInputs => layer.InChannels / layer.Groups;

    private int GroupOutputs => layer.OutChannels / layer.Groups;

    private bool IsUnrolled => Width.Kernel <= MostTaps && goal != OptimiseGoal.Size;

    /// <inheritdoc/>
    public override string Kernel => "Micro.ConvRow";

    /// <inheritdoc/>
    public override ImmutableArray<int> ElementwiseInputs => end.Residual is not null && tile.IsExact ? [1] : [];

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        weights.Declare(writer);
        RowMemory x = inputs[0];
        WriteWindow(writer, x, Height);
        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        if (end.Residual is not null) writer.Line($"int addends = {Sum(Times(inputs[1].Place("row"), inputs[1].Line), CSharpLiteral.Of(inputs[1].Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("g", layer.Groups);
        using SourceWriter.BlockScope outputs = writer.Block($"for (int oc = 0; oc < {GroupOutputs}; oc += {tile.Outputs})");
        writer.Line($"int o = {Sum(nest.Index(("g", GroupOutputs)), "oc")};");
        writer.Line($"ReadOnlySpan<{weights.CSharp}> codes = weights.Slice({Times("o", layer.Taps)}, {layer.Taps * tile.Outputs});");
        if (tile.IsWhole)
        {
            WriteTile(writer, nest, inputs, output);
            return;
        }

        using SourceWriter.BlockScope places = writer.Block($"for (int first = 0; first < {Width.Out}; first += {tile.Places})");
        if (!tile.IsExact) writer.Line($"if (first > {Width.Out - tile.Places}) first = {Width.Out - tile.Places};");
        WriteTile(writer, nest, inputs, output);
    }

    /// <summary>Which taps have a row inside the input, and where the first of these rows lies.</summary>
    internal static void WriteWindow(StepWriter writer, RowMemory x, WindowAxis height)
    {
        string top = Sum(Times("row", height.Stride), "") + (height.Before > 0 ? $" - {height.Before}" : "");
        if (height.Kernel == 1 && height.IsInside)
        {
            writer.Line($"int place = {x.Place(top)};");
            return;
        }

        writer.Line($"int top = {top};");
        string first = "top";
        if (!height.IsInside)
        {
            writer.Line("// The taps whose rows are inside the input.");
            writer.Line($"int tap = {(height.Before == 0 ? "0" : height.Dilation == 1 ? "MicroMath.Max(0, -top)" : $"top >= 0 ? 0 : ({height.Dilation - 1} - top) / {height.Dilation}")};");
            writer.Line($"int end = MicroMath.Min({height.Kernel}, {(height.Dilation == 1 ? $"{height.In} - top" : $"({height.In + height.Dilation - 1} - top) / {height.Dilation}")});");
            first = Sum("top", Times("tap", height.Dilation));
        }

        writer.Line($"int start = {x.Place(first)};");
    }

    private void WriteTile(StepWriter writer, LoopScope nest, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        for (int o = 0; o < tile.Outputs; o++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, tile.Places).Select(p => $"{Names[o]}{p} = 0f"))};");
        WriteChannels(writer, nest, inputs[0]);
        string first = tile.IsWhole ? "" : "first";
        writer.Line($"int at = {Sum(Times("o", output.Channel), "line", first)};");
        if (end.Residual is not null) writer.Line($"int addend = {Sum(Times("o", inputs[1].Channel), "addends", first)};");
        for (int o = 0; o < tile.Outputs; o++)
        {
            writer.Line($"Span<float> y{o} = y.Slice({Sum("at", CSharpLiteral.Of(o * output.Channel))}, {tile.Places});");
            if (end.Residual is not null) writer.Line($"ReadOnlySpan<float> r{o} = residual.Slice({Sum("addend", CSharpLiteral.Of(o * inputs[1].Channel))}, {tile.Places});");
            for (int p = 0; p < tile.Places; p++)
            {
                string value = weights.Scaled(this, $"{Names[o]}{p}", o == 0 ? "o" : $"o + {o}") + (end.Residual is null ? "" : $" + r{o}[{p}]");
                writer.Line($"y{o}[{p}] = {MicroActivation.Apply(end.Activation, value)};");
            }
        }
    }

    private void WriteChannels(StepWriter writer, LoopScope nest, RowMemory x)
    {
        using LoopScope channels = new LoopScope(writer).Loop("ic", GroupInputs);
        string channel = Sum(nest.Index(("g", GroupInputs * x.Channel)), channels.Index(("ic", x.Channel)));
        bool isSingle = Height.Kernel == 1 && Height.IsInside;
        if (!isSingle) writer.Line("int place = start;");
        using SourceWriter.BlockScope? rows = isSingle ? null : writer.Block($"for (int kh = {(Height.IsInside ? "0" : "tap")}; kh < {(Height.IsInside ? CSharpLiteral.Of(Height.Kernel) : "end")}; kh++)");
        WriteTaps(writer, Sum(channel, Times("place", x.Line), tile.IsWhole ? "" : Times("first", Width.Stride)), x.Left - Width.Before, Code(channels, !isSingle));
        if (isSingle) return;
        writer.Line(Height.Dilation == 1 ? "place++;" : $"place += {Height.Dilation};");
        if (x.IsRing) writer.Line(Height.Dilation == 1 ? $"if (place == {x.Rows}) place = 0;" : $"if (place >= {x.Rows}) place -= {x.Rows};");
    }

    /// <summary>Where the codes of a row of taps begin.</summary>
    private string Code(LoopScope channels, bool hasRows)
    {
        int length = Width.Kernel * tile.Outputs;
        string ic = channels.Index(("ic", hasRows ? Height.Kernel : 1));
        string row = hasRows ? Sum(ic, "kh") : ic;
        return row == "0" ? "0" : Times(row, length);
    }

    private void WriteTaps(StepWriter writer, string from, int shift, string code)
    {
        int length = Width.Kernel * tile.Outputs, reach = ((tile.Places - 1) * Width.Stride) + 1;
        if (shift != 0) from = Sum(from, CSharpLiteral.Of(shift));
        writer.Line($"ReadOnlySpan<{weights.CSharp}> code = codes.Slice({code}, {length});");
        if (IsUnrolled)
        {
            writer.Line($"ReadOnlySpan<float> v = x.Slice({from}, {reach + ((Width.Kernel - 1) * Width.Dilation)});");
            for (int kw = 0; kw < Width.Kernel; kw++) WriteTap(writer, kw == 0, o => CSharpLiteral.Of((kw * tile.Outputs) + o), kw * Width.Dilation);
            return;
        }

        using LoopScope taps = new LoopScope(writer).Loop("kw", Width.Kernel);
        writer.Line($"ReadOnlySpan<float> v = x.Slice({Sum(from, taps.Index(("kw", Width.Dilation)))}, {reach});");
        WriteTap(writer, true, o => Sum(taps.Index(("kw", tile.Outputs)), CSharpLiteral.Of(o)), 0);
    }

    private void WriteTap(StepWriter writer, bool isFirst, Func<int, string> code, int shift)
    {
        for (int o = 0; o < tile.Outputs; o++) writer.Line($"{(isFirst ? "float " : "")}{Names[o]} = {weights.Decode($"code[{code(o)}]")};");
        for (int p = 0; p < tile.Places; p++)
            writer.Line(string.Join(" ", Enumerable.Range(0, tile.Outputs).Select(o => $"{Names[o]}{p} += {Names[o]} * v[{(p * Width.Stride) + shift}];")));
    }
}

/// <summary>How many places and outputs of a row are summed at once.</summary>
/// <param name="Places">Neighbouring places.</param>
/// <param name="Outputs">Outputs.</param>
/// <param name="Columns">Places of a row.</param>
internal sealed record RowTile(int Places, int Outputs, int Columns)
{
    /// <summary>Places whose offsets stay in the instructions, at any stride that occurs.</summary>
    private const int MostPlaces = 8;

    /// <summary>Sums, weights and an element in the 32 registers of an FPU.</summary>
    private const int MostSums = 20;

    private const int MostOutputs = 4;

    /// <summary>Whether one tile is the row.</summary>
    public bool IsWhole => Places == Columns;

    /// <summary>Whether no place is computed twice.</summary>
    public bool IsExact => Columns % Places == 0;

    /// <summary>The tile with the fewest instructions for each multiply-add: three decode a weight, one loads an element, two multiply and add, five are the loop.</summary>
    public static RowTile Of(int columns, int groupOutputs)
    {
        var tiles = from outputs in Enumerable.Range(1, MostOutputs)
                    where groupOutputs % outputs == 0
                    from places in Enumerable.Range(1, Math.Min(MostPlaces, columns))
                    where places * outputs <= MostSums
                    let turns = (columns + places - 1) / places
                    orderby (double)turns * ((3 * outputs) + places + (2 * places * outputs) + 2) / outputs, places * outputs
                    select new RowTile(places, outputs, columns);
        return tiles.First();
    }
}
