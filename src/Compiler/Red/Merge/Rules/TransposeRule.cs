using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Transpose: the channels lie along another axis.</summary>
internal sealed class TransposeRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name == "Transpose";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map) return false;
        int axis = Array.IndexOf(node.Permutation(analysis.Lengths(node.Inputs[0])!.Length), map.Layout.Axis);
        analysis.PassThrough(node, map, map.Layout with { Axis = axis }, k => k);
        return true;
    }
}
