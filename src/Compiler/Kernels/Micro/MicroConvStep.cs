using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A convolution over patches: what the windows of a few neighbouring places cover is gathered once, [column][place]; then every output is summed over it, several at once,
/// so that an element is loaded once for several weights and a weight decoded once for several places.
/// </summary>
internal sealed class MicroConvStep(ConvLayer layer, PatchShape shape, MicroWeights weights, Epilogue end, PoolBehind? pool) : Step, IRowComputed
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    private WindowGeometry Window => layer.Window;

    private int OutLength => pool?.Length ?? Window.OutLength;

    private int GroupInputs => layer.InChannels / layer.Groups;

    private int GroupOutputs => layer.OutChannels / layer.Groups;

    /// <inheritdoc/>
    public ImmutableArray<RowStep> Rows { get; init; } = [];

    /// <inheritdoc/>
    public override string Kernel => "Micro.Conv";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        weights.Declare(writer);
        writer.Line($"Span<float> patch = workspace.Slice(0, {layer.Taps * shape.Places});");
        if (shape.SumsLength > 0) writer.Line($"Span<float> sums = workspace.Slice({layer.Taps * shape.Places}, {shape.SumsLength});");
        using LoopScope nest = new LoopScope(writer).Loop("n", layer.Batch).Loop("g", layer.Groups);
        writer.Line($"ReadOnlySpan<float> input = x.Slice({nest.Index(("n", layer.InChannels * Window.InLength), ("g", GroupInputs * Window.InLength))}, {GroupInputs * Window.InLength});");
        writer.Line($"// {shape.Places} places at a time: what their windows cover, then all outputs over it.");
        if (pool is not null) writer.Line("int top = 0, left = 0;");
        else if (!shape.IsPointwise) writer.Line(Window.Height.Out > 1 ? "int oh = 0, ow = 0;" : "int ow = 0;");
        using SourceWriter.BlockScope places = writer.Block(pool is null
            ? $"for (int first = 0; first < {shape.Length}; first += {shape.Places})"
            : $"for (int window = 0; window < {pool.Length}; window += {shape.Places / pool.Area})");
        if (shape.Overlaps) WriteLast(writer);
        if (shape.SumsLength > 0) writer.Line($"int count = MicroMath.Min({shape.Places}, {shape.Length} - first);");
        WriteGather(writer);
        writer.Line();
        string channel = nest.Has("g") ? $"(g * {GroupOutputs}) + oc" : "oc";
        using SourceWriter.BlockScope outputs = writer.Block($"for (int oc = 0; oc < {GroupOutputs}; oc += {shape.Outputs})");
        writer.Line($"int o = {channel};");
        WriteSums(writer);
        string at = nest.Index(("n", layer.OutChannels * OutLength));
        if (pool is null) WriteEnd(writer, (at == "0" ? "" : $"({at}) + ") + $"(o * {OutLength}) + first");
        else WriteLargest(writer, (at == "0" ? "" : $"({at}) + ") + $"(o * {OutLength}) + window");
    }

    private void WriteGather(StepWriter writer)
    {
        if (shape.IsPointwise)
        {
            string count = shape.SumsLength > 0 ? "count" : CSharpLiteral.Of(shape.Places);
            writer.Line($"for (int k = 0; k < {GroupInputs}; k++) input.Slice((k * {Window.InLength}) + first, {count}).CopyTo(patch.Slice(k * {shape.Places}, {count}));");
            return;
        }

        if (pool is not null)
        {
            WriteWindows(writer);
            return;
        }

        (WindowAxis height, WindowAxis width) = (Window.Height, Window.Width);
        using SourceWriter.BlockScope place = writer.Block($"for (int p = 0; p < {(shape.SumsLength > 0 ? "count" : CSharpLiteral.Of(shape.Places))}; p++)");
        WriteTaps(writer);
        writer.Line("ow++;");
        if (height.Out == 1) return;
        writer.Line($"if (ow < {width.Out}) continue;");
        writer.Line("ow = 0;");
        writer.Line("oh++;");
    }

    /// <summary>The windows of the pool behind, one after the other, place by place.</summary>
    private void WriteWindows(StepWriter writer)
    {
        int windows = shape.Places / pool!.Area;
        writer.Line("int p = 0;");
        using LoopScope several = new LoopScope(writer).Loop("q", windows);
        using (LoopScope places = new LoopScope(writer).Loop("py", pool.Height).Loop("px", pool.Width))
        {
            writer.Line(places.Has("py") ? "int oh = top + py;" : "int oh = top;");
            writer.Line(places.Has("px") ? "int ow = left + px;" : "int ow = left;");
            WriteTaps(writer);
            writer.Line("p++;");
        }

        writer.Line($"left += {pool.Width};");
        if (several.Has("q")) writer.Line($"if (left < {pool.Columns * pool.Width}) continue;");
        else
        {
            using SourceWriter.BlockScope block = writer.Block($"if (left == {pool.Columns * pool.Width})");
            writer.Line("left = 0;");
            writer.Line($"top += {pool.Height};");
        }

        if (!several.Has("q")) return;
        writer.Line("left = 0;");
        writer.Line($"top += {pool.Height};");
    }

    /// <summary>What the window at (oh, ow) covers, as place p of the patch.</summary>
    private void WriteTaps(StepWriter writer)
    {
        (WindowAxis height, WindowAxis width) = (Window.Height, Window.Width);
        int taps = Window.KernelLength;
        using LoopScope loops = new LoopScope(writer).Loop("kh", height.Kernel).Loop("kw", width.Kernel);
        writer.Line($"int ih = {Position("oh", "kh", height, loops)};");
        writer.Line($"int iw = {Position("ow", "kw", width, loops)};");
        writer.Line($"int to = {Sum(loops.Index(("kh", width.Kernel * shape.Places), ("kw", shape.Places)), "p")};");
        string inside = string.Join(" && ", new[] { Inside("ih", height), Inside("iw", width) }.Where(t => t.Length > 0));
        string from = $"(ih * {width.In}) + iw";
        string step = $"{taps * shape.Places}";
        if (inside.Length == 0)
        {
            WriteChannels(writer, from, step);
        }
        else
        {
            using (writer.Block($"if ({inside})")) WriteChannels(writer, from, step);
            using (writer.Block("else")) writer.Line($"for (int ic = 0; ic < {GroupInputs}; ic++, to += {step}) patch[to] = 0f;");
        }
    }

    /// <summary>The largest of each window.</summary>
    private void WriteLargest(StepWriter writer, string start)
    {
        writer.Line($"int at = {start};");
        for (int o = 0; o < shape.Outputs; o++)
        {
            string output = o == 0 ? "o" : $"o + {o}";
            for (int q = 0; q < shape.Places / pool!.Area; q++)
            {
                string largest = Names[o] + CSharpLiteral.Of(q * pool.Area);
                for (int p = 1; p < pool.Area; p++) largest = $"MicroMath.Max({largest}, {Names[o]}{(q * pool.Area) + p})";
                int place = (o * pool.Length) + q;
                writer.Line($"y[{(place == 0 ? "at" : $"at + {place}")}] = {MicroActivation.Apply(end.Activation, weights.Scaled(this, largest, output))};");
            }
        }
    }

    /// <summary>The last places are as many as all others: some of them a second time.</summary>
    private void WriteLast(StepWriter writer)
    {
        int last = shape.Length - shape.Places;
        using SourceWriter.BlockScope block = writer.Block($"if (first > {last})");
        writer.Line($"first = {last};");
        if (Window.Height.Out > 1) writer.Line($"oh = {last / Window.Width.Out};");
        writer.Line($"ow = {last % Window.Width.Out};");
    }

    private void WriteChannels(StepWriter writer, string from, string step)
    {
        if (GroupInputs == 1)
        {
            writer.Line($"patch[to] = input[{from}];");
            return;
        }

        writer.Line($"int from = {from};");
        writer.Line($"for (int ic = 0; ic < {GroupInputs}; ic++, from += {Window.InLength}, to += {step}) patch[to] = input[from];");
    }

    private void WriteSums(StepWriter writer)
    {
        string codes = shape.Outputs == 1 ? "code" : "codes";
        writer.Line($"ReadOnlySpan<{weights.CSharp}> {codes} = weights.Slice(o * {layer.Taps}, {layer.Taps * shape.Outputs});");
        for (int o = 0; o < shape.Outputs; o++)
            writer.Line($"float {string.Join(", ", Enumerable.Range(0, shape.Places).Select(p => $"{Names[o]}{p} = 0f"))};");
        using SourceWriter.BlockScope columns = writer.Block($"for (int k = 0; k < {layer.Taps}; k++)");
        writer.Line($"ReadOnlySpan<float> v = patch.Slice(k * {shape.Places}, {shape.Places});");
        if (shape.Outputs > 1) writer.Line($"ReadOnlySpan<{weights.CSharp}> code = codes.Slice(k * {shape.Outputs}, {shape.Outputs});");
        for (int o = 0; o < shape.Outputs; o++) writer.Line($"float {Names[o]} = {weights.Decode($"code[{(shape.Outputs == 1 ? "k" : CSharpLiteral.Of(o))}]")};");
        for (int p = 0; p < shape.Places; p++)
            writer.Line(string.Join(" ", Enumerable.Range(0, shape.Outputs).Select(o => $"{Names[o]}{p} += {Names[o]} * v[{p}];")));
    }

    private void WriteEnd(StepWriter writer, string start)
    {
        if (shape.SumsLength == 0)
        {
            writer.Line($"int at = {start};");
            for (int o = 0; o < shape.Outputs; o++)
            {
                string output = o == 0 ? "o" : $"o + {o}";
                writer.Line($"Span<float> y{o} = y.Slice({Sum("at", CSharpLiteral.Of(o * Window.OutLength))}, {shape.Places});");
                if (end.Residual is not null) writer.Line($"ReadOnlySpan<float> r{o} = {writer.Input(1)}.Slice({Sum("at", CSharpLiteral.Of(o * Window.OutLength))}, {shape.Places});");
                for (int p = 0; p < shape.Places; p++)
                    writer.Line($"y{o}[{p}] = {Value($"{Names[o]}{p}", output, $"r{o}[{p}]")};");
            }

            return;
        }

        for (int o = 0; o < shape.Outputs; o++)
            writer.Line(string.Join(" ", Enumerable.Range(0, shape.Places).Select(p => $"sums[{(o * shape.Places) + p}] = {Names[o]}{p};")));
        using SourceWriter.BlockScope rows = writer.Block($"for (int r = 0; r < {shape.Outputs}; r++)");
        writer.Line($"int at = {start} + (r * {Window.OutLength});");
        writer.Line($"for (int p = 0; p < count; p++) y[at + p] = {Value($"sums[(r * {shape.Places}) + p]", "o + r", (end.Residual is null ? "" : writer.Input(1) + "[at + p]"))};");
    }

    private string Value(string sum, string output, string residual)
        => MicroActivation.Apply(end.Activation, weights.Scaled(this, sum, output) + (end.Residual is null ? "" : " + " + residual));

    /// <summary>The input position of a window's tap along an axis.</summary>
    internal static string Position(string output, string tap, WindowAxis axis, LoopScope taps)
    {
        if (axis.Out == 1 && output == "oh") output = "0";
        string position = axis.Stride == 1 || output == "0" ? output : $"({output} * {axis.Stride})";
        if (taps.Has(tap)) position += " + " + (axis.Dilation == 1 ? tap : $"({tap} * {axis.Dilation})");
        return axis.Before == 0 ? position : $"{position} - {axis.Before}";
    }

    /// <summary>The condition that a position lies in the input; none where all do.</summary>
    internal static string Inside(string place, WindowAxis axis) => axis.IsInside ? "" : axis.Before == 0 ? $"{place} < {axis.In}" : $"{place} >= 0 && {place} < {axis.In}";

    private static string Sum(string a, string b) => a == "0" ? b : b == "0" ? a : a.Contains(" ") && !a.Contains("(") ? $"({a}) + {b}" : $"{a} + {b}";
}
