using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Normalisation;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// Normalisations that treat every channel by itself, with parameters of its own: BatchNormalization and InstanceNormalization. Those
/// over channels (LayerNormalization, GroupNormalization, Softmax) have no rule, so that their inputs keep all channels.
/// </summary>
internal sealed class NormalisationRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name is "BatchNormalization" or "InstanceNormalization";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (node.Is("BatchNormalization") && BatchNormalization.IsTraining(node)) return false;
        if (analysis.Of(node.Inputs[0]) is not { Layout: { Axis: 1, Outer: 1, Inner: 1 } } map || node.Attributes.Int("spatial", 1) == 0) return false;
        Tensor?[] parameters = [.. node.Inputs.Skip(1).Select(analysis.Graph.ConstantOf)];
        if (parameters.Any(p => p is null || p.Dimensions.Length != 1 || p.Length != map.Layout.Channels)) return false;
        int[]?[] slices = [.. parameters.Select(p => ChannelSlices.Classes(analysis, p!, 0, map.Layout))];
        if (slices.Any(s => s is null)) return false;
        int operatorClass = analysis.OperatorClass(node);
        var classes = new int[map.Layout.Channels];
        for (int c = 0; c < classes.Length; c++)
        {
            classes[c] = Constant(analysis, node, map, parameters, c) is { } value
                ? analysis.Classes.Constant(value)
                : analysis.Classes.Of(ClassKind.Operator, [operatorClass, map.Classes[c], .. slices.Select(s => s![c])]);
        }

        analysis.Set(node.Outputs[0], map with { Classes = classes });
        analysis.Produce(new ChannelProducer(node, node.Outputs[0], new int[classes.Length], null, [.. Enumerable.Range(1, parameters.Length).Select(i => (i, 0))]));
        return true;
    }

    /// <inheritdoc/>
    public override void Rewrite(ChannelRewriter rewriter, Node node)
    {
        if (rewriter.Axis(node.Outputs[0]) is not { } kept) return;
        for (int i = 1; i < node.Inputs.Length; i++)
            rewriter.SetConstant(node, i, ChannelSlices.Keep(rewriter.Graph.ConstantOf(node.Inputs[i])!, 0, kept.Kept, kept.Count), null);
    }

    private static double? Constant(ChannelAnalysis analysis, Node node, ChannelMap map, Tensor?[] parameters, int channel)
    {
        if (analysis.Classes.ConstantOf(map.Classes[channel]) is not { } value || !node.Is("BatchNormalization")) return null;
        ElementType type = analysis.Graph.TensorTypeOf(node.Outputs[0])!.ElementType;
        ImmutableArray<ReferenceTensor?> scalars = [.. parameters.Select(p => ScalarEvaluation.OfChannel(p!, 0, map.Layout, channel))];
        return ScalarEvaluation.Run(OperatorTable.Find(node.Operator)!, node, [new ReferenceTensor(type, [1, 1], [value]), .. scalars], type, 2);
    }
}
