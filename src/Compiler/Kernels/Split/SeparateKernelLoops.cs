using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>Uneven depthwise separation: by input channel each of its different kernels convolved once, then added to the outputs that have it, times a factor.</summary>
internal sealed class SeparateKernelLoops(SplitLayer layer) : SplitLoops(layer)
{
    private readonly KernelSeparation _separation = KernelSeparation.Of(layer);

    /// <inheritdoc/>
    public override ImmutableArray<Weight> Constants =>
    [
        Weight.Of("Kernels", [.. _separation.Kernels]),
        Integers("KernelStarts", _separation.KernelStarts),
        Integers("UseStarts", _separation.UseStarts),
        Integers("Outputs", _separation.Uses.Select(u => u.Output)),
        Weight.Of("Factors", [.. _separation.Uses.Select(u => u.Factor)]),
    ];

    /// <inheritdoc/>
    public override long WorkspaceLength => PaddedLength + Pixels;

    /// <inheritdoc/>
    public override string Comment => "Uneven depthwise separation: each different kernel of a channel is convolved once; outputs add the results times a factor.";

    /// <inheritdoc/>
    public override void Emit(SplitText text)
    {
        StepWriter writer = text.Writer;
        writer.Line($"{text.Y}.Clear();");
        if (Count == 0) return;
        DeclarePadded(text);
        writer.Line($"var result = workspace.Slice({PaddedLength}, {Pixels});");
        using LoopScope samples = text.Nest().Loop("n", Layer.Geometry.Batch);
        CopyPadded(text, samples);
        using LoopScope channels = text.Nest().Loop("c", Layer.Geometry.InChannels);
        string channel = SplitText.Index([channels], ("c", 1));
        string next = channel == "0" ? "1" : channel + " + 1";
        using (writer.Block($"for (int k = kernelStarts[{channel}]; k < kernelStarts[{next}]; k++)"))
        {
            EmitKernel(text, samples, channels);
            using (writer.Block("for (int u = useStarts[k]; u < useStarts[k + 1]; u++)"))
            {
                string sample = SplitText.Index([samples], ("n", SampleLength));
                writer.Line($"var sums = {text.Y}.Slice({SplitText.Plus(sample, SplitText.Term("outputs[u]", Pixels))}, {Pixels});");
                EmitSigned(writer, "factors[u]", "factor", (sign, factor) => writer.Line($"for (int p = 0; p < sums.Length; p++) sums[p] {sign} {factor}result[p];"));
            }
        }
    }

    private void EmitKernel(SplitText text, LoopScope samples, LoopScope channels)
    {
        StepWriter writer = text.Writer;
        writer.Line("result.Clear();");
        using LoopScope taps = text.Nest();
        SplitText.OverTaps(taps, Layer.Geometry.Window);
        int plane = (int)Layer.Plane.Length;
        string sample = Layer.Plane.IsPadded ? "0" : SplitText.Index([samples], ("n", Layer.Geometry.InChannels * plane));
        string origin = SplitText.Plus(sample, SplitText.Term(SplitText.Index([channels], ("c", 1)), plane));
        writer.Line($"int first = {SplitText.Plus(origin, text.TapPlace(taps))};");
        string weight = SplitText.Plus(SplitText.Term("k", Layer.Taps), text.KernelPlace(0, taps));
        EmitSigned(writer, $"kernels[{weight}]", "weight", (sign, factor) =>
            text.OverPixels((place, window) => $"result[{place}] {sign} {factor}{text.Source}[{SplitText.Plus("first", window)}];"));
    }

    /// <summary>Writes a sum of products with a number: none for 0, no multiplication for ±1.</summary>
    private static void EmitSigned(StepWriter writer, string number, string name, Action<string, string> addend)
    {
        writer.Line($"float {name} = {number};");
        using (writer.Block($"if ({name} == 1f)")) addend("+=", "");
        using (writer.Block($"else if ({name} == -1f)")) addend("-=", "");
        using (writer.Block($"else if ({name} != 0f)")) addend("+=", name + " * ");
    }

    private static Weight Integers(string role, IEnumerable<int> values)
        => new(role, ElementType.Int32, MemoryMarshal.AsBytes(values.ToArray().AsSpan()).ToArray());
}
