using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>A convolution of 8-bit integers: what the windows of two neighbouring places cover is gathered once, in pairs, and all outputs are summed over it.</summary>
internal sealed class MicroIntegerConvStep(ConvLayer conv, MicroRequantisation ending, bool isPointwise) : Step, IRowComputed
{
    /// <summary>Integers of workspace for sums.</summary>
    public const int Sums = 10;

    /// <summary>Instructions of a tap of two places and one of four outputs, and one of two, in relation.</summary>
    private const int CostOfFour = 23, CostOfTwo = 25;

    private WindowGeometry Window => conv.Window;

    private int GroupInputs => conv.InChannels / conv.Groups;

    private int GroupOutputs => conv.OutChannels / conv.Groups;

    /// <inheritdoc/>
    public ImmutableArray<RowStep> Rows { get; init; } = [];

    /// <inheritdoc/>
    public override string Kernel => "Micro.IntegerConv";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override string Stem => "Conv";

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        ending.Declare(writer);
        writer.Line($"Span<int> sums = workspace.Slice(0, {Sums});");
        writer.Line($"Span<int> pairs = workspace.Slice({Sums}, {conv.Taps});");
        using LoopScope nest = new LoopScope(writer).Loop("n", conv.Batch).Loop("g", conv.Groups);
        writer.Line($"ReadOnlySpan<{ending.Input}> input = x.Slice({nest.Index(("n", conv.InChannels * Window.InLength), ("g", GroupInputs * Window.InLength))}, {GroupInputs * Window.InLength});");
        int block = Block(GroupOutputs), length = (GroupOutputs + block - 1) / block * block * conv.Taps;
        string weights = nest.Has("g") ? $"weights.Slice(g * {length}, {length})" : "weights";
        string start = nest.Index(("n", conv.OutChannels * Window.OutLength), ("g", GroupOutputs * Window.OutLength));
        string call = $"result.{Call(block)}(pairs, {weights}, sums, channel: {nest.Index(("g", GroupOutputs))}, channels: {GroupOutputs}, {ending.Bytes}, at: {{0}}, stride: {Window.OutLength}, places: {{1}});";
        writer.Line("// Two places at a time: what their windows cover, then all outputs over it.");
        if (isPointwise) WriteFlat(writer, start, call);
        else WriteRows(writer, start, call);
    }

    /// <summary>Outputs of a group whose weights lie side by side: four, unless zeros at the end would weigh more.</summary>
    public static int Block(int outputs) => (outputs + 3) / 4 * 4 * CostOfFour <= (outputs + 1) / 2 * 2 * CostOfTwo ? 4 : 2;

    /// <summary>The method of IntegerResult for such blocks.</summary>
    public static string Call(int block) => block == 4 ? "WritePlaces" : "WriteFewPlaces";

    private void WriteFlat(StepWriter writer, string start, string call)
    {
        int length = Window.OutLength;
        using SourceWriter.BlockScope places = writer.Block($"for (int first = 0; first < {length}; first += 2)");
        if (length % 2 != 0) writer.Line($"int next = first < {length - 1} ? 1 : 0;");
        writer.Line($"int from = first;");
        using (writer.Block($"for (int k = 0; k < {conv.Taps}; k++, from += {length})"))
            writer.Line($"pairs[k] = IntegerPairs.Of({ending.Signed("input[from]")}, {ending.Signed(length % 2 != 0 ? "input[from + next]" : "input[from + 1]")});");
        writer.Line(call.Replace("{0}", start == "0" ? "first" : $"{start} + first").Replace("{1}", length % 2 != 0 ? "next + 1" : "2"));
    }

    private void WriteRows(StepWriter writer, string start, string call)
    {
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (Window.Depth, Window.Height, Window.Width);
        using LoopScope rows = new LoopScope(writer).Loop("od", depth.Out).Loop("oh", height.Out);
        using SourceWriter.BlockScope columns = writer.Block($"for (int ow = 0; ow < {width.Out}; ow += 2)");
        using (LoopScope taps = new LoopScope(writer).Loop("kd", depth.Kernel).Loop("kh", height.Kernel).Loop("kw", width.Kernel)) WriteTaps(writer, rows, taps);
        string row = rows.Index(("od", height.Out * width.Out), ("oh", width.Out));
        string at = string.Join(" + ", new[] { start, row.Contains(" ") && !row.Contains("(") ? $"({row})" : row, "ow" }.Where(t => t != "0"));
        writer.Line(call.Replace("{0}", at).Replace("{1}", width.Out % 2 != 0 ? $"MicroMath.Min(2, {width.Out} - ow)" : "2"));
    }

    /// <summary>What the windows at (oh, ow) and beside it cover with one tap.</summary>
    private void WriteTaps(StepWriter writer, LoopScope rows, LoopScope taps)
    {
        (WindowAxis depth, WindowAxis height, WindowAxis width) = (Window.Depth, Window.Height, Window.Width);
        bool hasDepth = depth is not { In: 1, Out: 1, Kernel: 1, Before: 0 };
        if (hasDepth) writer.Line($"int id = {MicroConvStep.Position(rows.Has("od") ? "od" : "0", "kd", depth, taps)};");
        writer.Line($"int ih = {MicroConvStep.Position(rows.Has("oh") ? "oh" : "0", "kh", height, taps)};");
        writer.Line($"int iw = {MicroConvStep.Position("ow", "kw", width, taps)};");
        writer.Line($"int from = ({(hasDepth ? $"((id * {height.In}) + ih)" : "ih")} * {width.In}) + iw;");
        writer.Line($"int to = {taps.Index(("kd", height.Kernel * width.Kernel), ("kh", width.Kernel), ("kw", 1))};");
        string row = string.Join(" && ", new[] { hasDepth ? MicroConvStep.Inside("id", depth) : "", MicroConvStep.Inside("ih", height) }.Where(t => t.Length > 0));
        string loop = $"for (int ic = 0; ic < {GroupInputs}; ic++, from += {Window.InLength}, to += {Window.KernelLength}) pairs[to] = ";
        string first = ending.Signed("input[from]"), second = ending.Signed($"input[from + {width.Stride}]");
        bool areInside = width.IsInside && width.Out % 2 == 0;
        string before = width.Before == 0 ? "" : "iw >= 0 && ";
        string inside = areInside ? row : (row.Length == 0 ? "" : row + " && ") + $"{before}iw < {width.In - width.Stride}";
        if (inside.Length == 0)
        {
            writer.Line($"{loop}IntegerPairs.Of({first}, {second});");
            return;
        }

        using (writer.Block($"if ({inside})")) writer.Line($"{loop}IntegerPairs.Of({first}, {second});");
        using SourceWriter.BlockScope edge = writer.Block("else");
        string both = row.Length == 0 ? "" : row + " && ";
        writer.Line($"bool hasFirst = {both}{before}iw < {width.In}, hasSecond = {both}{(width.Before == 0 ? "" : $"iw >= -{width.Stride} && ")}iw < {width.In - width.Stride};");
        writer.Line($"{loop}IntegerPairs.Of(hasFirst ? {first} : {ending.Zero}, hasSecond ? {second} : {ending.Zero});");
    }
}
