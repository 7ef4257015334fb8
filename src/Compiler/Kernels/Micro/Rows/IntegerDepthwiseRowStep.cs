using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>
/// A row of a depthwise convolution of 8-bit integers: the window is written out for a few neighbouring places, as in MicroIntegerDepthwiseStep. The sums of some channels are made
/// integers at once, and those that the graph's own floats must decide get their window gathered.
/// </summary>
internal sealed class IntegerDepthwiseRowStep(ConvLayer conv, MicroRequantisation ending, int places) : RowStep
{
    /// <summary>Sums that wait to become integers.</summary>
    private const int MostSums = 64;

    private WindowAxis Height => conv.Window.Height;

    private WindowAxis Width => conv.Window.Width;

    private int Multiplier => conv.OutChannels / conv.Groups;

    private int Channels => Math.Min(conv.OutChannels, Math.Max(1, MostSums / Width.Out));

    private int Reach => ((places - 1) * Width.Stride) + ((Width.Kernel - 1) * Width.Dilation) + 1;

    /// <inheritdoc/>
    public override string Kernel => "Micro.IntegerDepthwiseRow";

    /// <inheritdoc/>
    public override string Stem => "Conv";

    /// <inheritdoc/>
    public override int ZerosLength => Height.IsInside ? 0 : Reach;

    /// <inheritdoc/>
    public override int ScratchLength => (Channels * Width.Out) + MicroIntegerDenseStep.Words(conv.Taps);

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        ending.Declare(writer);
        RowMemory x = inputs[0];
        writer.Line($"Span<int> sums = scratch.Slice(0, {Channels * Width.Out});");
        writer.Line($"int top = {Times("row", Height.Stride)}{(Height.Before > 0 ? $" - {Height.Before}" : "")};");
        DepthwiseRowStep.WritePlaces(writer, x, conv.Window);
        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        using SourceWriter.BlockScope? blocks = Channels == conv.OutChannels ? null : writer.Block($"for (int channel = 0; channel < {conv.OutChannels}; channel += {Channels})");
        string first = blocks is null ? "0" : "channel", count = CSharpLiteral.Of(Channels);
        if (conv.OutChannels % Channels != 0)
        {
            writer.Line($"int count = MicroMath.Min({Channels}, {conv.OutChannels} - channel);");
            count = "count";
        }

        using (writer.Block($"for (int o = {first}; o < {(first == "0" ? count : $"channel + {count}")}; o++)"))
        {
            writer.Line($"ReadOnlySpan<sbyte> codes = weights.Slice({Times("o", conv.Taps)}, {conv.Taps});");
            using SourceWriter.BlockScope? row = places == Width.Out ? null : writer.Block($"for (int ow = 0; ow < {Width.Out}; ow += {places})");
            // The last places of a row may be computed twice.
            if (Width.Out % places != 0) writer.Line($"if (ow > {Width.Out - places}) ow = {Width.Out - places};");
            WriteSums(writer, x, first);
        }

        WriteEnd(writer, x, output, first, count);
    }

    private void WriteSums(StepWriter writer, RowMemory x, string first)
    {
        string input = Multiplier == 1 ? "o" : $"(o / {Multiplier})";
        string start = Sum(Times(input, x.Channel), places == Width.Out ? "" : Times("ow", Width.Stride));
        writer.Line($"int {string.Join(", ", Enumerable.Range(0, places).Select(p => $"a{p} = 0"))};");
        for (int kh = 0; kh < Height.Kernel; kh++)
        {
            string inside = DepthwiseRowStep.Inside(kh, Height), row = $"x.Slice({Sum(start, $"row{kh}")}, {Reach})";
            writer.Line($"{(kh == 0 ? $"ReadOnlySpan<{ending.Input}> " : "")}v = {(inside.Length == 0 ? row : $"{inside} ? {row} : zeros.Slice(0, {Reach})")};");
            for (int kw = 0; kw < Width.Kernel; kw++)
            {
                int tap = (kh * Width.Kernel) + kw;
                writer.Line($"{(tap == 0 ? "int " : "")}w = {ending.Decode($"codes[{tap}]")};");
                writer.Line(string.Join(" ", Enumerable.Range(0, places).Select(p => $"a{p} += w * {Factor($"v[{(p * Width.Stride) + (kw * Width.Dilation)}]")};")));
            }
        }

        string at = Sum(Times(first == "0" ? "o" : "o - channel", Width.Out), places == Width.Out ? "" : "ow");
        writer.Line($"Span<int> own = sums.Slice({at}, {places});");
        writer.Line(string.Join(" ", Enumerable.Range(0, places).Select(p => $"own[{p}] = a{p};")));
    }

    /// <summary>What becomes of the sums; where the graph's own floats must decide, the window is gathered.</summary>
    private void WriteEnd(StepWriter writer, RowMemory x, RowMemory output, string first, string count)
    {
        string call = $"result.WriteSums(sums, width: {Width.Out}, channel: {first}, channels: {count}, places: {Width.Out}, {ending.Bytes}, at: {Sum(first == "0" ? "" : Times(first, output.Channel), "line")}, stride: {output.Channel}, from: ";
        writer.Line($"int open = {call}0);");
        using SourceWriter.BlockScope loop = writer.Block("while (open >= 0)");
        writer.Line("// The graph's own floats decide this one.");
        writer.Line($"int o = {Sum(first == "0" ? "" : first, $"(open / {Width.Out})")}, ow = open % {Width.Out};");
        string input = Multiplier == 1 ? "o" : $"(o / {Multiplier})", from = Sum(Times(input, x.Channel), Times("ow", Width.Stride), CSharpLiteral.Of(x.Left - Width.Before));
        string rows = $"row: top, rows: {Height.In}, ring: {x.Rows}, line: {x.Line}, rowStep: {Height.Dilation}, columns: {Width.Kernel}, columnStep: {Width.Dilation}";
        writer.Line($"result.WriteWindow({(ending.IsSigned ? "MemoryMarshal.Cast<sbyte, byte>(x)" : "x")}, isSigned: {(ending.IsSigned ? "true" : "false")}, {from}, {rows},");
        writer.Line($"    scratch.Slice({Channels * Width.Out}, {MicroIntegerDenseStep.Words(conv.Taps)}), weights.Slice(o * {conv.Taps}, {conv.Taps}), channel: o, {ending.Bytes}, at: {Sum(Times("o", output.Channel), "line", "ow")});");
        writer.Line($"open = {call}open + 1);");
    }

    private string Factor(string element) => ending.IsSigned ? element : $"({ending.Signed(element)})";
}
