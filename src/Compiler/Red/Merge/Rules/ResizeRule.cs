using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Resize and Upsample that leave batch and channels as they are. Sizes name the number of channels, so that only scales are served.</summary>
internal sealed class ResizeRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name is "Resize" or "Upsample";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { Layout: { Axis: 1, Outer: 1, Inner: 1 } } map || !KeepsChannels(analysis, node)) return false;
        bool isNearest = node.Attributes.String("mode", "nearest") == "nearest";
        // Weights add up to 1 but for rounding.
        analysis.PassThrough(node, map, map.Layout, k => k == 0 || isNearest ? k : null);
        return true;
    }

    private static bool KeepsChannels(ChannelAnalysis analysis, Node node)
    {
        if (node.Attributes.String("coordinate_transformation_mode", "") == "tf_crop_and_resize") return false;
        int rank = analysis.Lengths(node.Inputs[0])?.Length ?? 0;
        if (node.Attributes.Ints("axes") is { } axes) return axes.All(a => (a < 0 ? a + rank : a) >= 2);
        ImmutableArray<float> scales = node.Attributes.Floats("scales") ?? [];
        int place = node.Operator.Name == "Resize" && node.Operator.Version >= 11 ? 2 : 1;
        if (node.HasInput(place) && analysis.Graph.ConstantOf(node.Inputs[place]) is { ElementType: ElementType.Float32 } constant) scales = [.. constant.AsSpan<float>().ToArray()];
        return scales.Length > 2 && scales[0] == 1 && scales[1] == 1;
    }
}
