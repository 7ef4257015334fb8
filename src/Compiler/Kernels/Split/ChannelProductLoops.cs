using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Splitting;

/// <summary>Channel-wise product maps: by input channel one plane of products a magnitude, zeros around it, which all taps and outputs read.</summary>
internal sealed class ChannelProductLoops(SplitLayer layer) : SplitLoops(layer)
{
    /// <inheritdoc/>
    public override ImmutableArray<Weight> Constants => [Indices, Maps, Values, Uses(Layer.ByChannel)];

    /// <inheritdoc/>
    public override long WorkspaceLength => Count * Layer.Plane.Length;

    /// <inheritdoc/>
    public override string Comment => "Channel-wise splitting: an input pixel meets each magnitude of its channel once; all taps and outputs add or subtract the products.";

    /// <inheritdoc/>
    public override void Emit(SplitText text)
    {
        StepWriter writer = text.Writer;
        writer.Line($"{text.Y}.Clear();");
        if (Count == 0) return;
        writer.Line($"var products = workspace.Slice(0, {WorkspaceLength});");
        // The padding's products are 0 for every channel.
        if (Layer.Plane.IsPadded) writer.Line("products.Clear();");
        using LoopScope channels = text.Nest().Loop("n", Layer.Geometry.Batch).Loop("g", Layer.Geometry.Groups).Loop("ic", Layer.GroupInputs);
        string channel = SplitText.Index([channels], ("g", Layer.GroupInputs), ("ic", 1));
        int inLength = Layer.Geometry.Window.InLength;
        writer.Line($"var pixels = {text.Input}.Slice({SplitText.Index([channels], ("n", Layer.Geometry.InChannels * inLength), ("g", Layer.GroupInputs * inLength), ("ic", inLength))}, {inLength});");
        EmitProducts(text, channel);
        writer.Line();
        using LoopScope weights = text.Nest().Loop("oc", Layer.GroupOutputs);
        SplitText.OverTaps(weights, Layer.Geometry.Window);
        writer.Line($"int map = maps[indices[{WeightIndex("oc", channels, weights)}]];");
        writer.Line("if (map == 0) continue;");
        writer.Line($"int output = {OutputIndex(channels, weights)};");
        writer.Line($"int first = {SplitText.Plus(SplitText.Term("Math.Abs(map) - 1", (int)Layer.Plane.Length), text.TapPlace(weights))};");
        text.AddOrSubtract(place => $"{text.Y}[{SplitText.Plus("output", place)}]", (_, window) => $"products[{SplitText.Plus("first", window)}]");
    }

    private void EmitProducts(SplitText text, string channel)
    {
        StepWriter writer = text.Writer;
        if (Layer.Plane.ReadPixels == 0) return;
        int begin = Layer.Magnitudes.HasOne ? 1 : 0;
        if (begin == 1)
        {
            writer.Line("// The first magnitude is 1: its products are the input.");
            using (writer.Block($"if (uses[{SplitText.Product(channel, Count)}] != 0)"))
            using (LoopScope pixels = text.Nest())
            {
                (string input, string plane) = text.OverReadPixels(pixels);
                writer.Line($"products[{plane}] = pixels[{input}];");
            }
        }

        if (begin == Count) return;
        using (writer.Block($"for (int m = {begin}; m < {Count}; m++)"))
        {
            writer.Line($"if (uses[{SplitText.Plus(SplitText.Term(channel, Count), "m")}] == 0) continue;");
            writer.Line("float value = values[m];");
            using LoopScope pixels = text.Nest();
            (string input, string plane) = text.OverReadPixels(pixels);
            writer.Line($"products[{SplitText.Plus(SplitText.Term("m", (int)Layer.Plane.Length), plane)}] = value * pixels[{input}];");
        }
    }
}
