using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A depthwise convolution: a channel's plane is copied with zeros around it, and the window slides over the copy, its weights in registers and its offsets part of the
/// instructions. So the output may take the input's place.
/// </summary>
internal sealed class MicroDepthwiseStep(ConvLayer layer, MicroWeights weights, Epilogue end) : Step, IRowComputed
{
    private WindowGeometry Window => layer.Window;

    private int Multiplier => layer.OutChannels / layer.Groups;

    private int Stride => PaddedWidth(Window);

    /// <inheritdoc/>
    public ImmutableArray<RowStep> Rows { get; init; } = [];

    /// <inheritdoc/>
    public override string Kernel => "Micro.Depthwise";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <summary>Elements of a padded plane.</summary>
    public static int PlaneLength(WindowGeometry window) => PaddedHeight(window) * PaddedWidth(window);

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        weights.Declare(writer);
        writer.Line("// A channel's plane with zeros around it; what is inside changes from channel to channel.");
        writer.Line("Span<float> plane = workspace;");
        if (PlaneLength(Window) != Window.InLength) writer.Line("plane.Clear();");
        using LoopScope nest = new LoopScope(writer).Loop("n", layer.Batch).Loop("c", layer.Groups);
        WriteCopy(writer, nest.Index(("n", layer.InChannels * Window.InLength), ("c", Window.InLength)));
        using LoopScope outputs = new LoopScope(writer).Loop("m", Multiplier);
        writer.Line($"int o = {(outputs.Has("m") ? $"(c * {Multiplier}) + m" : "c")};");
        WriteWindow(writer, nest.Has("n") ? $"((n * {layer.OutChannels}) + o) * {Window.OutLength}" : $"o * {Window.OutLength}");
    }

    private void WriteCopy(StepWriter writer, string start)
    {
        using LoopScope rows = new LoopScope(writer).Loop("row", Window.Height.In);
        string from = rows.Has("row") ? $"{Parenthesised(start)} + (row * {Window.Width.In})" : start;
        int first = (Window.Height.Before * Stride) + Window.Width.Before;
        string to = rows.Has("row") ? $"(row * {Stride}) + {first}" : CSharpLiteral.Of(first);
        writer.Line($"x.Slice({from}, {Window.Width.In}).CopyTo(plane.Slice({to}, {Window.Width.In}));");
    }

    private void WriteWindow(StepWriter writer, string start)
    {
        (WindowAxis height, WindowAxis width) = (Window.Height, Window.Width);
        int taps = Window.KernelLength;
        writer.Line($"ReadOnlySpan<{weights.CSharp}> codes = weights.Slice(o * {taps}, {taps});");
        if (weights.Scales.Length > 0) writer.Line("float scale = scales[o];");
        for (int t = 0; t < taps; t++)
            writer.Line($"float w{t} = {(weights.Scales.Length > 0 ? "scale * " : "")}{weights.Decode($"codes[{t}]")};");
        bool hasBias = Weights.Any(w => w.Role == "Bias");
        if (hasBias) writer.Line("float b = bias[o];");
        using LoopScope places = new LoopScope(writer).Loop("oh", height.Out);
        string row = places.Index(("oh", height.Stride * Stride));
        writer.Line($"int at = {start}{(places.Has("oh") ? $" + (oh * {width.Out})" : "")};");
        using SourceWriter.BlockScope columns = writer.Block($"for (int ow = 0; ow < {width.Out}; ow++)");
        int reach = ((height.Kernel - 1) * height.Dilation * Stride) + ((width.Kernel - 1) * width.Dilation) + 1;
        string column = width.Stride == 1 ? "ow" : $"(ow * {width.Stride})";
        writer.Line($"ReadOnlySpan<float> v = plane.Slice({(row == "0" ? column.Trim('(', ')') : $"({row}) + {column}")}, {reach});");
        for (int kh = 0; kh < height.Kernel; kh++)
        {
            string terms = string.Join(" + ", Enumerable.Range(0, width.Kernel).Select(kw => $"(w{(kh * width.Kernel) + kw} * v[{(kh * height.Dilation * Stride) + (kw * width.Dilation)}])"));
            writer.Line(kh == 0 ? $"float sum = {(hasBias ? "b + " : "")}{terms};" : $"sum = sum + {terms};");
        }

        writer.Line($"y[at + ow] = {MicroActivation.Apply(end.Activation, end.Residual is null ? "sum" : $"sum + {writer.Input(1)}[at + ow]")};");
    }

    /// <summary>As far as the last window reaches, or the input does.</summary>
    private static int Padded(WindowAxis axis)
        => System.Math.Max(axis.Before + axis.In, ((axis.Out - 1) * axis.Stride) + ((axis.Kernel - 1) * axis.Dilation) + 1);

    private static int PaddedHeight(WindowGeometry window) => Padded(window.Height);

    /// <summary>Elements of a row of the padded plane.</summary>
    internal static int PaddedWidth(WindowGeometry window) => Padded(window.Width);

    private static string Parenthesised(string text) => text.Contains(" ") && text[0] != '(' ? "(" + text + ")" : text;
}
