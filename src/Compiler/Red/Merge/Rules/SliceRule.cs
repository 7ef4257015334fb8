using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Slice along other axes than the channels', as strided shortcuts do.</summary>
internal sealed class SliceRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name == "Slice";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map) return false;
        Tensor?[] constants = [.. node.Inputs.Select(i => i.Length == 0 ? null : analysis.Graph.ConstantOf(i))];
        if (node.Inputs.Skip(1).Where((name, i) => name.Length > 0 && constants[i + 1] is null).Any()) return false;
        var context = new InferenceContext(node, [.. node.Inputs.Select(i => i.Length == 0 ? null : analysis.Graph.TensorTypeOf(i))], constants);

        // All of an axis stays all of it when it gets shorter: it starts at 0 and its end is clamped.
        SliceRange range = Slice.Ranges(context)[map.Layout.Axis];
        if (range.Start != 0 || range.Step != 1 || range.Count != map.Layout.Length) return false;
        analysis.PassThrough(node, map, map.Layout, k => k);
        return true;
    }
}
