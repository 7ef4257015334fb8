using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Micro.Rows;

/// <summary>A row of a depthwise convolution: the window is written out for a few neighbouring places, in the order of MicroDepthwiseStep.</summary>
internal sealed class DepthwiseRowStep(ConvLayer layer, MicroWeights weights, Epilogue end) : RowStep
{
    private const int MostPlaces = 8;

    private WindowAxis Height => layer.Window.Height;

    private WindowAxis Width => layer.Window.Width;

    private int Multiplier => layer.OutChannels / layer.Groups;

    private int Places => Enumerable.Range(1, Math.Min(MostPlaces, Width.Out)).OrderBy(p => ((Width.Out + p - 1) / p * (4 + (3 * p)), p)).First();

    private bool IsExact => Width.Out % Places == 0;

    private int Reach => ((Places - 1) * Width.Stride) + ((Width.Kernel - 1) * Width.Dilation) + 1;

    /// <inheritdoc/>
    public override string Kernel => "Micro.DepthwiseRow";

    /// <inheritdoc/>
    public override ImmutableArray<int> ElementwiseInputs => end.Residual is not null && IsExact ? [1] : [];

    /// <inheritdoc/>
    public override int ZerosLength => Height.IsInside ? 0 : Reach;

    /// <inheritdoc/>
    public override void EmitRow(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        weights.Declare(writer);
        RowMemory x = inputs[0];
        writer.Line($"int top = {Times("row", Height.Stride)}{(Height.Before > 0 ? $" - {Height.Before}" : "")};");
        WritePlaces(writer, x, layer.Window);
        writer.Line($"int line = {Sum(Times(output.Place("row"), output.Line), CSharpLiteral.Of(output.Left))};");
        if (end.Residual is not null) writer.Line($"int addends = {Sum(Times(inputs[1].Place("row"), inputs[1].Line), CSharpLiteral.Of(inputs[1].Left))};");
        using LoopScope nest = new LoopScope(writer).Loop("c", layer.Groups).Loop("m", Multiplier);
        writer.Line($"int o = {nest.Index(("c", Multiplier), ("m", 1))};");
        writer.Line($"ReadOnlySpan<{weights.CSharp}> codes = weights.Slice({Times("o", layer.Taps)}, {layer.Taps});");
        if (weights.Scales.Length > 0) writer.Line("float scale = scales[o];");
        if (Weights.Any(w => w.Role == "Bias")) writer.Line("float b = bias[o];");
        using SourceWriter.BlockScope? places = Places == Width.Out ? null : writer.Block($"for (int first = 0; first < {Width.Out}; first += {Places})");
        if (!IsExact) writer.Line($"if (first > {Width.Out - Places}) first = {Width.Out - Places};");
        WriteSums(writer, x);
        WriteEnd(writer, inputs, output);
    }

    /// <summary>Where the rows of the window begin in a channel.</summary>
    internal static void WritePlaces(StepWriter writer, RowMemory x, WindowGeometry window)
    {
        // A place of a ring is asked for rows above the input too, which are not read: it only must not be negative there.
        int turn = x.IsRing ? (window.Height.Before + x.Rows - 1) / x.Rows * x.Rows : 0;
        for (int kh = 0; kh < window.Height.Kernel; kh++)
        {
            string row = Sum("top", CSharpLiteral.Of((kh * window.Height.Dilation) + turn));
            writer.Line($"int row{kh} = {Sum(Times(x.Place(row), x.Line), CSharpLiteral.Of(x.Left - window.Width.Before))};");
        }
    }

    private void WriteSums(StepWriter writer, RowMemory x)
    {
        string start = Sum(layer.Groups > 1 ? Times("c", x.Channel) : "", Places == Width.Out ? "" : Times("first", Width.Stride));
        bool hasBias = Weights.Any(w => w.Role == "Bias");
        for (int kh = 0; kh < Height.Kernel; kh++)
        {
            string row = $"x.Slice({Sum(start, $"row{kh}")}, {Reach})";
            string inside = Inside(kh, Height);
            writer.Line($"{(kh == 0 ? "ReadOnlySpan<float> " : "")}v = {(inside.Length == 0 ? row : $"{inside} ? {row} : zeros.Slice(0, {Reach})")};");
            for (int kw = 0; kw < Width.Kernel; kw++)
            {
                int tap = (kh * Width.Kernel) + kw;
                writer.Line($"{(tap == 0 ? "float " : "")}w = {(weights.Scales.Length > 0 ? "scale * " : "")}{weights.Decode($"codes[{tap}]")};");
                for (int p = 0; p < Places; p++)
                {
                    string product = $"w * v[{(p * Width.Stride) + (kw * Width.Dilation)}]";
                    writer.Line(tap > 0 ? $"s{p} += {product};" : hasBias ? $"float s{p} = b + ({product});" : $"float s{p} = {product};");
                }
            }
        }
    }

    /// <summary>The condition under which a tap's row is inside the input.</summary>
    internal static string Inside(int kh, WindowAxis height)
    {
        bool mayBeAbove = height.Position(0, kh) < 0, mayBeBelow = height.Position(height.Out - 1, kh) >= height.In;
        string row = Sum("top", CSharpLiteral.Of(kh * height.Dilation));
        return string.Join(" && ", new[] { mayBeAbove ? $"{row} >= 0" : "", mayBeBelow ? $"{row} < {height.In}" : "" }.Where(t => t.Length > 0));
    }

    private void WriteEnd(StepWriter writer, ImmutableArray<RowMemory> inputs, RowMemory output)
    {
        string first = Places == Width.Out ? "" : "first";
        writer.Line($"Span<float> results = y.Slice({Sum(Times("o", output.Channel), "line", first)}, {Places});");
        if (end.Residual is not null) writer.Line($"ReadOnlySpan<float> r = residual.Slice({Sum(Times("o", inputs[1].Channel), "addends", first)}, {Places});");
        for (int p = 0; p < Places; p++)
            writer.Line($"results[{p}] = {MicroActivation.Apply(end.Activation, end.Residual is null ? $"s{p}" : $"s{p} + r[{p}]")};");
    }
}
