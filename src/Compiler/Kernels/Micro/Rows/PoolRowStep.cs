using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A row of a MaxPool or AveragePool, in the order of PoolLoopKernel and QuantizedPoolKernel. A single window is summed up row by row instead, so that it needs no rows kept.</summary>
internal sealed class PoolRowStep(WindowGeometry window, int channels, PoolElements elements, bool isAverage, bool countsPadding) : RowStep
{
    private WindowAxis Height => window.Height;

    private WindowAxis Width => window.Width;

    private bool CountsTaps => isAverage && !countsPadding && window.Axes.Any(a => !a.IsInside);

    /// <inheritdoc/>
    public override string Stem => "Pool";

    /// <inheritdoc/>
    public override string Kernel => "Micro.PoolRow";

    /// <inheritdoc/>
    public override bool IsTotal => IsTotalOf(window);

    /// <inheritdoc/>
    public override int TotalsLength => IsTotal && elements.HasTotals ? channels : 0;

    /// <summary>A pooling as a layer of a chain; none where it cannot be one.</summary>
    /// <param name="layer">The pooling.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="output">The value that it writes.</param>
    public static ImmutableArray<RowStep> Of(PoolLayer layer, ElementType type, string output)
    {
        WindowGeometry window = layer.Window;
        bool isKnown = layer.Node.Operator.QualifiedName is "MaxPool" or "AveragePool" && !layer.Node.HasOutput(1) && !layer.IsEmpty && window.IsSpatial;
        // An average whose divisor depends on where ceil_mode lets the last window overhang stays with the loops.
        if (!isKnown || (layer.CountsPadding && window.Axes.Any(a => a.PaddedTaps(a.Out - 1) != a.Kernel))) return [];
        bool isAverage = layer.Node.Operator.Name == "AveragePool";
        return PoolElements.Of(type, isAverage) is { } elements ? Of([layer.Node], layer.Node.Inputs[0], window, layer.Planes, elements, isAverage, layer.CountsPadding, output, layer.Text) : [];
    }

    /// <summary>An average of integers as a layer of a chain; none where it cannot be one.</summary>
    /// <param name="pool">The pooling.</param>
    /// <param name="nodes">The nodes that it computes.</param>
    /// <param name="lengths">The input's lengths.</param>
    public static ImmutableArray<RowStep> Of(QuantizedPool pool, ImmutableArray<Node> nodes, int[] lengths)
    {
        if (lengths.Length != 4 || lengths[0] != 1 || !pool.Window.IsSpatial) return [];
        WindowGeometry window = pool.Node.Operator.Name == "GlobalAveragePool" ? Whole(lengths) : pool.Window;
        return Of(nodes, pool.Input.Value, window, pool.Planes, PoolElements.Of(pool.Input, pool.Output), isAverage: true, pool.CountsPadding, pool.Output.Value, pool.Text);
    }

    /// <summary>GlobalAveragePool or GlobalMaxPool as a layer of a chain; none where it cannot be one.</summary>
    /// <param name="node">The node.</param>
    /// <param name="lengths">The input's lengths.</param>
    /// <param name="summary">What it computes.</param>
    public static ImmutableArray<RowStep> OfGlobal(Node node, int[] lengths, string summary)
    {
        if (lengths.Length != 4 || lengths[0] != 1 || lengths.Contains(0) || node.Operator.QualifiedName is not ("GlobalAveragePool" or "GlobalMaxPool")) return [];
        bool isAverage = node.Operator.Name == "GlobalAveragePool";
        return Of([node], node.Inputs[0], Whole(lengths), lengths[1], PoolElements.Of(ElementType.Float32, isAverage)!, isAverage, countsPadding: false, node.Outputs[0], summary);
    }

    private static ImmutableArray<RowStep> Of(
        ImmutableArray<Node> nodes, string input, WindowGeometry window, int channels, PoolElements elements, bool isAverage, bool countsPadding, string output, string summary)
    {
        if (window.Depth is not { In: 1, Out: 1, Kernel: 1 } || window.Height.In < 2) return [];
        WindowAxis rows = IsTotalOf(window) ? new WindowAxis(window.Height.In, window.Height.Kernel, 1, 1, 1, 0, 0) : window.Height;
        return
        [
            new PoolRowStep(window, channels, elements, isAverage, countsPadding)
            {
                Nodes = nodes,
                Inputs = [input],
                InputNames = ["x"],
                Outputs = [output],
                Uses = [new RowUse(channels, rows, window.Width, ReadsMargins: false, elements.Type)],
                Map = new MapShape(channels, window.Height.Out, window.Width.Out),
                Type = elements.OutputType,
                Summary = summary,
            },
        ];
    }

    private static WindowGeometry Whole(int[] lengths)
        => WindowGeometry.Of(2, [WindowAxis.Missing, new WindowAxis(lengths[2], 1, lengths[2], 1, 1, 0, 0), new WindowAxis(lengths[3], 1, lengths[3], 1, 1, 0, 0)]);

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        if (IsTotal)
        {
            WriteTotal(writer, inputs[0], output);
            return;
        }

        RowMemory x = inputs[0];
        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("c", channels).Loop("ow", Width.Out);
        writer.Line(isAverage ? "float sum = 0f;" : $"{elements.Sum} best = {elements.Lowest};");
        if (CountsTaps) writer.Line("int count = 0;");
        using (var taps = new LoopScope(writer))
        {
            string ih = Open(writer, taps, "ih", "kh", "row", Height);
            string iw = Open(writer, taps, "iw", "kw", nest.Has("ow") ? "ow" : "0", Width);
            writer.Line($"{elements.Sum} value = {elements.Load($"x[{Sum(nest.Index(("c", x.Channel)), Times(x.Place(ih), x.Line), iw, CSharpLiteral.Of(x.Left))}]")};");
            writer.Line(isAverage ? "sum += value;" : elements.IsReal ? "if (value > best || (MicroMath.IsNaN(value) && !MicroMath.IsNaN(best))) best = value;" : "if (value > best) best = value;");
            if (CountsTaps) writer.Line("count++;");
        }

        string count = CountsTaps ? "count" : CSharpLiteral.Of(Height.Kernel * Width.Kernel);
        writer.Line($"y[{Sum(nest.Index(("c", output.Channel)), "line", nest.Index(("ow", 1)))}] = {elements.Store(isAverage ? $"sum / {count}" : "best")};");
    }

    /// <summary>Opens the loop over an axis's taps; the position is inside the input then.</summary>
    private static string Open(StepWriter writer, LoopScope taps, string position, string tap, string output, WindowAxis axis)
    {
        taps.Loop(tap, axis.Kernel, always: !axis.IsInside);
        string text = Sum(output == "0" ? "" : Times(output, axis.Stride), taps.Has(tap) ? Times(tap, axis.Dilation) : "");
        writer.Line($"int {position} = {text}{(axis.Before > 0 ? $" - {axis.Before}" : "")};");
        if (!axis.IsInside) writer.Line($"if ({position} < 0 || {position} >= {axis.In}) continue;");
        return position;
    }

    private static bool IsTotalOf(WindowGeometry window)
        => new[] { window.Height, window.Width }.All(a => a is { Out: 1, IsInside: true, Dilation: 1 });

    private void WriteTotal(StepWriter writer, RowMemory x, RowMemory output)
    {
        writer.Line($"int line = {Sum(Times(x.Place("row"), x.Line), CSharpLiteral.Of(x.Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("c", channels);
        string y = $"y[{nest.Index(("c", output.Channel))}]", kept = elements.HasTotals ? $"totals[{nest.Index(("c", 1))}]" : y;
        string value = elements.Load($"x[{Sum(nest.Index(("c", x.Channel)), "line", Width.Kernel > 1 ? "i" : "")}]");
        writer.Line($"{elements.Sum} total = row == 0 ? {(isAverage ? "0f" : elements.Lowest)} : {kept};");
        string step = isAverage ? $"total += {value};"
            : elements.IsReal ? $"total = {value} > total || (MicroMath.IsNaN({value}) && !MicroMath.IsNaN(total)) ? {value} : total;" : $"total = MicroMath.Max(total, {value});";
        writer.Line(Width.Kernel > 1 ? $"for (int i = 0; i < {Width.Kernel}; i++) {step}" : step);
        string average = $"total / {CSharpLiteral.Of(Height.Kernel * Width.Kernel)}";
        if (!elements.HasTotals)
        {
            writer.Line($"{y} = {(isAverage ? $"row == {Height.Kernel - 1} ? {average} : total" : elements.Store("total"))};");
            return;
        }

        writer.Line($"{kept} = total;");
        writer.Line($"if (row == {Height.Kernel - 1}) {y} = {elements.Store(average)};");
    }
}
