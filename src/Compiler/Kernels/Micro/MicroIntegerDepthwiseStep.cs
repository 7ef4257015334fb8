using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A depthwise convolution of 8-bit integers: a channel's plane is copied with the zero point around it, and the window slides over the copy, some places of a row at once, its
/// offsets part of the instructions. So the output may take the input's place.
/// </summary>
internal sealed class MicroIntegerDepthwiseStep(ConvLayer conv, MicroRequantisation ending, int places) : Step, IRowComputed
{
    private WindowGeometry Window => conv.Window;

    private int Multiplier => conv.OutChannels / conv.Groups;

    private int RowLength => MicroDepthwiseStep.PaddedWidth(Window);

    /// <inheritdoc/>
    public ImmutableArray<RowStep> Rows { get; init; } = [];

    /// <inheritdoc/>
    public override string Kernel => "Micro.IntegerDepthwise";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override string Stem => "Conv";

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        int taps = conv.Taps, plane = MicroDepthwiseStep.PlaneLength(Window);
        ending.Declare(writer);
        writer.Line($"Span<int> sums = workspace.Slice(0, {Window.Width.Out});");
        writer.Line("// A channel's plane with the zero point around it; what is inside changes from channel to channel.");
        writer.Line($"Span<sbyte> plane = MemoryMarshal.Cast<int, sbyte>(workspace.Slice({Window.Width.Out}, {WorkspaceLength - Window.Width.Out}));");
        if (plane != Window.InLength) writer.Line($"for (int i = 0; i < {plane}; i++) plane[i] = {(ending.Zero == "zero" ? "(sbyte)zero" : ending.Zero)};");
        using LoopScope nest = new LoopScope(writer).Loop("n", conv.Batch).Loop("c", conv.Groups);
        WriteCopy(writer, nest.Index(("n", conv.InChannels * Window.InLength), ("c", Window.InLength)));
        using LoopScope outputs = new LoopScope(writer).Loop("m", Multiplier);
        writer.Line($"int o = {(outputs.Has("m") ? $"(c * {Multiplier}) + m" : "c")};");
        writer.Line($"ReadOnlySpan<sbyte> codes = weights.Slice(o * {taps}, {taps});");
        WriteRows(writer, nest.Has("n") ? $"((n * {conv.OutChannels}) + o) * {Window.OutLength}" : $"o * {Window.OutLength}");
    }

    private void WriteCopy(StepWriter writer, string start)
    {
        using LoopScope rows = new LoopScope(writer).Loop("row", Window.Height.In);
        string from = rows.Has("row") ? $"{(start.Contains(" ") ? $"({start})" : start)} + (row * {Window.Width.In})" : start;
        int first = (Window.Height.Before * RowLength) + Window.Width.Before;
        string to = rows.Has("row") ? $"(row * {RowLength}) + {first}" : CSharpLiteral.Of(first);
        if (ending.IsSigned)
        {
            writer.Line($"x.Slice({from}, {Window.Width.In}).CopyTo(plane.Slice({to}, {Window.Width.In}));");
            return;
        }

        writer.Line($"ReadOnlySpan<byte> unsigned = x.Slice({from}, {Window.Width.In});");
        writer.Line($"Span<sbyte> signed = plane.Slice({to}, {Window.Width.In});");
        writer.Line($"for (int i = 0; i < {Window.Width.In}; i++) signed[i] = (sbyte)({ending.Signed("unsigned[i]")});");
    }

    private void WriteRows(StepWriter writer, string start)
    {
        (WindowAxis height, WindowAxis width) = (Window.Height, Window.Width);
        using LoopScope rows = new LoopScope(writer).Loop("oh", height.Out);
        string row = rows.Index(("oh", height.Stride * RowLength));
        int reach = ((height.Kernel - 1) * height.Dilation * RowLength) + ((width.Kernel - 1) * width.Dilation) + ((width.Out - 1) * width.Stride) + 1;
        writer.Line($"ReadOnlySpan<sbyte> windows = plane.Slice({row}, {reach});");
        using (writer.Block($"for (int ow = 0; ow < {width.Out}; ow += {places})")) WriteSums(writer);
        string call = $"step: {width.Stride}, stride: {width.Dilation}, rowStride: {height.Dilation * RowLength}, rows: {height.Kernel}";
        string at = rows.Has("oh") ? $"{(start.Contains("(") ? start : $"({start})")} + (oh * {width.Out})" : start;
        writer.Line($"result.WriteWindows(sums, windows, {call}, codes, channel: o, {ending.Bytes}, at: {at});");
    }

    private void WriteSums(StepWriter writer)
    {
        (WindowAxis height, WindowAxis width) = (Window.Height, Window.Width);
        // The last places of a row may be computed twice.
        if (width.Out % places != 0) writer.Line($"if (ow > {width.Out - places}) ow = {width.Out - places};");
        int reach = ((height.Kernel - 1) * height.Dilation * RowLength) + ((width.Kernel - 1) * width.Dilation) + ((places - 1) * width.Stride) + 1;
        writer.Line($"ReadOnlySpan<sbyte> v = windows.Slice({(width.Stride == 1 ? "ow" : $"ow * {width.Stride}")}, {reach});");
        writer.Line($"int {string.Join(", ", Enumerable.Range(0, places).Select(p => $"a{p} = 0"))};");
        for (int t = 0; t < conv.Taps; t++)
        {
            int offset = (t / width.Kernel * height.Dilation * RowLength) + (t % width.Kernel * width.Dilation);
            writer.Line($"{(t == 0 ? "int " : "")}w = {ending.Decode($"codes[{t}]")};");
            writer.Line(string.Join(" ", Enumerable.Range(0, places).Select(p => $"a{p} += w * v[{offset + (p * width.Stride)}];")));
        }

        writer.Line($"Span<int> to = sums.Slice(ow, {places});");
        writer.Line(string.Join(" ", Enumerable.Range(0, places).Select(p => $"to[{p}] = a{p};")));
    }
}
