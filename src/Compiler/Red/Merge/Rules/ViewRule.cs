using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Shaping;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// What gives the same elements in the same order: Flatten, Reshape, Squeeze, Unsqueeze, Identity, Dropout at inference. Where the
/// channels stay whole blocks along one axis, a dense layer behind it sums whole blocks of columns.
/// </summary>
internal sealed class ViewRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name is "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" or "Identity" or "Dropout";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map || analysis.Lengths(node.Inputs[0]) is not { } from) return false;

        // The shape of a Reshape is written anew; other parameters must not depend on the lengths.
        bool hasFixedAxes = node.Attributes.Has("axes") || (node.HasInput(1) && analysis.Graph.ConstantOf(node.Inputs[1]) is not null);
        if (node.Is("Squeeze") && !hasFixedAxes) return false;
        if (node.Is("Reshape") && (!node.HasInput(1) || analysis.Graph.ConstantOf(node.Inputs[1]) is null)) return false;
        if (node.Is("Dropout") && Dropout.MayTrain(node, analysis.Graph.ConstantOf)) return false;
        int[] to = analysis.Lengths(node.Outputs[0])!;
        if (map.Layout.Through(from, to) is not { } layout) return false;
        int[] key = [analysis.Classes.Text(string.Join(",", to.Select((l, a) => a == layout.Axis ? -1 : l))), layout.Outer, layout.Inner];
        bool isSame = layout == map.Layout && from.SequenceEqual(to);
        int[] classes = isSame ? map.Classes : [.. map.Classes.Select(c => analysis.Classes.ConstantOf(c) is null ? analysis.Classes.Of(ClassKind.View, [c, .. key]) : c)];
        analysis.Set(node.Outputs[0], new ChannelMap(layout, map.Slots, classes));
        return true;
    }

    /// <inheritdoc/>
    public override void Rewrite(ChannelRewriter rewriter, Node node)
    {
        if (!node.Is("Reshape") || rewriter.Axis(node.Outputs[0]) is not { } kept) return;
        int axis = rewriter.Analysis.Of(node.Outputs[0])!.Layout.Axis;
        long[] shape = [.. rewriter.Analysis.Lengths(node.Outputs[0])!.Select((l, a) => a == axis ? kept.Count : (long)l)];
        rewriter.SetConstant(node, 1, Tensor.Of(shape, shape.Length), null);
    }
}
