using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>
/// A layer with hashed weights: the sums over codebook values in y, then scale, bias, residual and activation over all of y. The residual must
/// not lie in y, since y holds the sums while it is still needed.
/// </summary>
internal sealed class HashedLayerStep(SplitLoops loops, LoweringWork work, FusedActivation activation) : Step
{
    /// <summary>What the loops cost.</summary>
    public LoweringWork Work => work;

    /// <inheritdoc/>
    public override string Kernel => "Hashed." + work.Lowering;

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        var text = new SplitText(writer, loops.Layer);
        writer.Line("// " + loops.Comment);
        foreach (Weight weight in loops.Constants) Declare(text, weight.Role);
        text.WritePairs(loops.WorkspaceLength);
        loops.Emit(text);
        EmitEpilogue(text);
    }

    private static void Declare(SplitText text, string role)
        => text.Writer.Line("var " + char.ToLowerInvariant(role[0]) + role.Substring(1) + " = " + text.Constant(role)! + ";");

    private void EmitEpilogue(SplitText text)
    {
        StepWriter writer = text.Writer;
        SplitLayer layer = loops.Layer;
        string? bias = text.Constant("Bias");
        bool isScaled = loops.NeedsScales && text.Constant("Scales") is not null;
        bool hasResidual = Inputs.Length > 1;
        if (bias is null && !isScaled && !hasResidual && activation.IsIdentity) return;
        writer.Line();
        if (isScaled) Declare(text, "Scales");
        if (bias is not null) Declare(text, "Bias");
        using LoopScope nest = text.Nest().Loop("n", layer.Geometry.Batch).Loop("o", layer.Geometry.OutChannels);
        string output = SplitText.Index([nest], ("o", 1));
        bool skipsOnes = isScaled && layer.Magnitudes.ScaledOutputs < layer.Geometry.OutChannels;
        if (isScaled && layer.Geometry.Window.OutLength > 1) writer.Line($"float scale = scales[{output}];");
        if (bias is not null && layer.Geometry.Window.OutLength > 1) writer.Line($"float shift = bias[{output}];");
        nest.Loop("p", layer.Geometry.Window.OutLength);
        string place = SplitText.Index([nest], ("n", layer.Geometry.OutChannels * layer.Geometry.Window.OutLength), ("o", layer.Geometry.Window.OutLength), ("p", 1));
        string scale = layer.Geometry.Window.OutLength > 1 ? "scale" : $"scales[{output}]";
        string shift = layer.Geometry.Window.OutLength > 1 ? "shift" : $"bias[{output}]";
        writer.Line($"float sum = {text.Y}[{place}];");
        // An output whose scale is 1 is not multiplied, as the count says.
        if (isScaled) writer.Line(skipsOnes ? $"if ({scale} != 1f) sum *= {scale};" : $"sum *= {scale};");
        if (bias is not null) writer.Line($"sum += {shift};");
        if (hasResidual) writer.Line($"sum += {writer.Input(1)}[{place}];");
        writer.Line($"{text.Y}[{place}] = {activation.Apply("sum")};");
    }
}
