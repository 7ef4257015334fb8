using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>Tap-wise splitting, input-wise for dense layers: by input channel and tap the products with each magnitude of the column, then every output gathers its own.</summary>
internal sealed class TapProductLoops(SplitLayer layer) : SplitLoops(layer)
{
    /// <inheritdoc/>
    public override ImmutableArray<Weight> Constants => [Indices, Maps, Values, Uses(Layer.ByColumn)];

    /// <inheritdoc/>
    public override long WorkspaceLength => PaddedLength + ((long)Count * Pixels);

    /// <inheritdoc/>
    public override string Comment => (Layer.IsPointwise ? "Input-wise splitting: an input" : "Tap-wise splitting: what is under a tap")
        + " meets each magnitude of its weights once; outputs add or subtract the products.";

    /// <inheritdoc/>
    public override void Emit(SplitText text)
    {
        StepWriter writer = text.Writer;
        DeclarePadded(text);
        if (Count > 0) writer.Line($"var products = workspace.Slice({PaddedLength}, {Count * Pixels});");
        writer.Line($"{text.Y}.Clear();");
        if (Count == 0) return;
        using LoopScope samples = text.Nest().Loop("n", Layer.Geometry.Batch);
        CopyPadded(text, samples);
        using LoopScope columns = text.Nest().Loop("g", Layer.Geometry.Groups).Loop("ic", Layer.GroupInputs);
        SplitText.OverTaps(columns, Layer.Geometry.Window);
        writer.Line($"int column = {text.KernelPlace(Layer.Taps, columns)};");
        writer.Line($"int first = {text.TapIndex(samples, columns)};");
        EmitProducts(text);
        writer.Line();
        using LoopScope outputs = text.Nest().Loop("oc", Layer.GroupOutputs, always: true);
        writer.Line($"int map = maps[indices[{WeightIndex("oc", columns, outputs)}]];");
        EmitGather(text, OutputIndex(samples, columns, outputs));
    }

    private void EmitProducts(SplitText text)
    {
        StepWriter writer = text.Writer;
        int begin = Layer.Magnitudes.HasOne ? 1 : 0;
        if (begin == 1)
        {
            writer.Line("// The first magnitude is 1: its product is the input.");
            using (writer.Block($"if (uses[{SplitText.Product("column", Count)}] != 0)"))
                text.OverPixels((place, window) => $"products[{place}] = {text.Source}[{SplitText.Plus("first", window)}];");
        }

        if (begin == Count) return;
        using (writer.Block($"for (int m = {begin}; m < {Count}; m++)"))
        {
            writer.Line($"if (uses[{SplitText.Term("column", Count)} + m] == 0) continue;");
            writer.Line("float value = values[m];");
            text.OverPixels((place, window) => $"products[{SplitText.Plus(SplitText.Term("m", Pixels), place)}] = value * {text.Source}[{SplitText.Plus("first", window)}];");
        }
    }

    private void EmitGather(SplitText text, string output)
    {
        StepWriter writer = text.Writer;
        if (Pixels == 1)
        {
            writer.Line($"if (map > 0) {text.Y}[{output}] += products[map - 1];");
            writer.Line($"else if (map < 0) {text.Y}[{output}] -= products[-map - 1];");
            return;
        }

        writer.Line("if (map == 0) continue;");
        writer.Line($"var sums = {text.Y}.Slice({output}, {Pixels});");
        writer.Line($"var terms = products.Slice({SplitText.Product("Math.Abs(map) - 1", Pixels)}, {Pixels});");
        using (writer.Block("if (map > 0)")) writer.Line("for (int p = 0; p < sums.Length; p++) sums[p] += terms[p];");
        using (writer.Block("else")) writer.Line("for (int p = 0; p < sums.Length; p++) sums[p] -= terms[p];");
    }
}
