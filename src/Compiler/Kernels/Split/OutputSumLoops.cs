using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>Output factorisation: by output one sum of inputs a magnitude of its row, each multiplied once. Scales are in the factors.</summary>
internal sealed class OutputSumLoops(SplitLayer layer) : SplitLoops(layer)
{
    /// <inheritdoc/>
    public override ImmutableArray<Weight> Constants => [Indices, Maps, Factors, Uses(Layer.ByOutput)];

    /// <inheritdoc/>
    public override long WorkspaceLength => PaddedLength + ((long)Count * Pixels);

    /// <inheritdoc/>
    public override string Comment => "Output factorisation: an output adds and subtracts the inputs of each magnitude first, then multiplies each sum once.";

    /// <inheritdoc/>
    public override bool NeedsScales => false;

    private bool HasScales => !Layer.Magnitudes.Scales.IsEmpty;

    /// <summary>The magnitudes; outputs × magnitudes, scaled, where outputs have scales.</summary>
    private Weight Factors => !HasScales ? Values
        : Weight.Of("Values", [.. Layer.Magnitudes.Scales.SelectMany(s => Layer.Magnitudes.Values.Select(v => s * v))]);

    /// <inheritdoc/>
    public override void Emit(SplitText text)
    {
        StepWriter writer = text.Writer;
        writer.Line($"{text.Y}.Clear();");
        if (Count == 0) return;
        DeclarePadded(text);
        writer.Line($"var sums = workspace.Slice({PaddedLength}, {Count * Pixels});");
        using LoopScope samples = text.Nest().Loop("n", Layer.Geometry.Batch);
        CopyPadded(text, samples);
        using LoopScope outputs = text.Nest().Loop("g", Layer.Geometry.Groups).Loop("oc", Layer.GroupOutputs);
        writer.Line("sums.Clear();");
        using (LoopScope taps = text.Nest().Loop("ic", Layer.GroupInputs, always: true))
        {
            SplitText.OverTaps(taps, Layer.Geometry.Window);
            writer.Line($"int map = maps[indices[{WeightIndex("oc", outputs, taps)}]];");
            string first = text.TapIndex(samples, outputs, taps);
            if (Pixels == 1)
            {
                writer.Line($"if (map > 0) sums[map - 1] += {text.Source}[{first}];");
                writer.Line($"else if (map < 0) sums[-map - 1] -= {text.Source}[{first}];");
            }
            else
            {
                writer.Line("if (map == 0) continue;");
                writer.Line($"int first = {first};");
                writer.Line($"int sum = {SplitText.Product("Math.Abs(map) - 1", Pixels)};");
                text.AddOrSubtract(place => $"sums[{SplitText.Plus("sum", place)}]", (_, window) => $"{text.Source}[{SplitText.Plus("first", window)}]");
            }
        }

        writer.Line();
        string output = OutputIndex(samples, outputs);
        if (Pixels > 1) writer.Line($"int output = {output};");
        writer.Line($"int row = {SplitText.Index([outputs], ("g", Layer.GroupOutputs * Count), ("oc", Count))};");
        EmitProducts(text, Pixels == 1 ? $"{text.Y}[{output}]" : $"{text.Y}[output + p]");
    }

    private void EmitProducts(SplitText text, string target)
    {
        StepWriter writer = text.Writer;
        int begin = !HasScales && Layer.Magnitudes.HasOne ? 1 : 0;
        if (begin == 1)
        {
            writer.Line("// The first magnitude is 1: its sum is a part of the output.");
            using (writer.Block("if (uses[row] != 0)"))
                writer.Line(Pixels == 1 ? $"{target} += sums[0];" : $"for (int p = 0; p < {Pixels}; p++) {target} += sums[p];");
        }

        if (begin == Count) return;
        using (writer.Block($"for (int m = {begin}; m < {Count}; m++)"))
        {
            writer.Line("if (uses[row + m] == 0) continue;");
            writer.Line($"float value = values[{(HasScales ? "row + m" : "m")}];");
            writer.Line(Pixels == 1 ? $"{target} += value * sums[m];" : $"for (int p = 0; p < {Pixels}; p++) {target} += value * sums[{SplitText.Term("m", Pixels)} + p];");
        }
    }
}
