using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>
/// A row of a convolution of 8-bit integers: as MicroIntegerConvStep has it, two places at a time. Their windows are gathered from rows that have the zero point beside them, so that only
/// rows are asked whether they are inside the input.
/// </summary>
internal sealed class IntegerConvRowStep(ConvLayer conv, MicroRequantisation ending, OptimiseGoal goal) : RowStep
{
    /// <summary>Taps of a row up to which they are written out.</summary>
    private const int MostTaps = 5;

    private WindowAxis Height => conv.Window.Height;

    private WindowAxis Width => conv.Window.Width;

    private int GroupInputs => conv.InChannels / conv.Groups;

    private int GroupOutputs => conv.OutChannels / conv.Groups;

    private bool IsUnrolled => Width.Kernel <= MostTaps && goal != OptimiseGoal.Size;

    /// <summary>Places that are computed together: one where a row has no more.</summary>
    private int Places => System.Math.Min(2, Width.Out);

    /// <inheritdoc/>
    public override string Kernel => "Micro.IntegerConvRow";

    /// <inheritdoc/>
    public override string Stem => "Conv";

    /// <inheritdoc/>
    public override int ScratchLength => MicroIntegerConvStep.Sums + conv.Taps;

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        ending.Declare(writer);
        writer.Line($"Span<int> sums = scratch.Slice(0, {MicroIntegerConvStep.Sums});");
        writer.Line($"Span<int> pairs = scratch.Slice({MicroIntegerConvStep.Sums}, {conv.Taps});");
        ConvRowStep.WriteWindow(writer, inputs[0], Height);
        if (!Height.IsInside)
        {
            using SourceWriter.BlockScope border = writer.Block($"if (end - tap < {Height.Kernel})");
            writer.Line($"pairs.Fill({Pair(ending.Zero, ending.Zero)});");
        }

        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("g", conv.Groups);
        writer.Line($"// {(Places == 2 ? "Two places at a time: what their windows cover" : "What the window covers")}, then all outputs over it.");
        // Of an odd number of places the first is alone: the element behind its window is read as well.
        bool isOdd = Width.Out > Places && Width.Out % Places != 0;
        if (isOdd) writer.Line("int places = 1;");
        using SourceWriter.BlockScope? loop = Width.Out > Places ? writer.Block($"for (int ow = 0; ow < {Width.Out}; {(isOdd ? "ow += places, places = 2" : "ow += 2")})") : null;
        WriteGather(writer, nest, inputs[0]);
        int block = MicroIntegerConvStep.Block(GroupOutputs), length = (GroupOutputs + block - 1) / block * block * conv.Taps;
        string weights = nest.Has("g") ? $"weights.Slice(g * {length}, {length})" : "weights";
        string at = Sum(nest.Index(("g", GroupOutputs * output.Channel)), "line", Width.Out > Places ? "ow" : "");
        writer.Line($"result.{MicroIntegerConvStep.Call(block)}(pairs, {weights}, sums, channel: {nest.Index(("g", GroupOutputs))}, channels: {GroupOutputs}, {ending.Bytes}, at: {at}, stride: {output.Channel}, places: {(isOdd ? "places" : CSharpLiteral.Of(Places))});");
    }

    /// <summary>What two windows cover.</summary>
    private void WriteGather(StepWriter writer, LoopScope nest, RowMemory x)
    {
        string column = Width.Out > Places ? Times("ow", Width.Stride) : "", shift = CSharpLiteral.Of(x.Left - Width.Before);
        bool isSingle = Height.Kernel == 1 && Height.IsInside;
        if (!isSingle) writer.Line("int place = start;");
        using SourceWriter.BlockScope? rows = isSingle ? null : writer.Block($"for (int kh = {(Height.IsInside ? "0" : "tap")}; kh < {(Height.IsInside ? CSharpLiteral.Of(Height.Kernel) : "end")}; kh++)");
        writer.Line($"int from = {Sum(nest.Index(("g", GroupInputs * x.Channel)), Times("place", x.Line), column, shift)}, to = {(isSingle ? "0" : Times("kh", Width.Kernel))};");
        using (writer.Block($"for (int ic = 0; ic < {GroupInputs}; ic++, from += {x.Channel}, to += {conv.Window.KernelLength})")) WriteTaps(writer);
        if (isSingle) return;
        writer.Line(Height.Dilation == 1 ? "place++;" : $"place += {Height.Dilation};");
        if (x.IsRing) writer.Line(Height.Dilation == 1 ? $"if (place == {x.Rows}) place = 0;" : $"if (place >= {x.Rows}) place -= {x.Rows};");
    }

    /// <summary>A row of taps of one channel.</summary>
    private void WriteTaps(StepWriter writer)
    {
        int second = Places == 2 ? Width.Stride : 0, reach = ((Width.Kernel - 1) * Width.Dilation) + second + 1;
        writer.Line($"ReadOnlySpan<{ending.Input}> v = x.Slice(from, {reach});");
        if (!IsUnrolled)
        {
            string element = $"v[{Times("kw", Width.Dilation)}]", next = $"v[{Sum(Times("kw", Width.Dilation), CSharpLiteral.Of(second))}]";
            writer.Line($"for (int kw = 0; kw < {Width.Kernel}; kw++) pairs[to + kw] = {Pair(ending.Signed(element), ending.Signed(next))};");
            return;
        }

        // Elements that both places read are loaded once.
        int[] read = [.. Enumerable.Range(0, Width.Kernel).SelectMany(k => new[] { k * Width.Dilation, (k * Width.Dilation) + second }).Distinct().OrderBy(i => i)];
        writer.Line($"int {string.Join(", ", read.Select(i => $"v{i} = {ending.Signed($"v[{i}]")}"))};");
        for (int k = 0; k < Width.Kernel; k++)
            writer.Line($"pairs[{Sum("to", CSharpLiteral.Of(k))}] = {Pair($"v{k * Width.Dilation}", $"v{(k * Width.Dilation) + second}")};");
    }

    private string Pair(string first, string second) => Places == 2 ? $"IntegerPairs.Of({first}, {second})" : first;
}
