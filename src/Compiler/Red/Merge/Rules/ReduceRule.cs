using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Reductions over other axes than the channels'.</summary>
internal sealed class ReduceRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name.StartsWith("Reduce", StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map) return false;
        int rank = analysis.Lengths(node.Inputs[0])!.Length;
        if (ReduceAxes.Of(node, rank, node.HasInput(1) ? analysis.Graph.ConstantOf(node.Inputs[1]) : null) is not { } axes || axes.Contains(map.Layout.Axis)) return false;
        bool keepsRank = node.Attributes.Int("keepdims", 1) != 0;
        ChannelLayout layout = map.Layout with { Axis = keepsRank ? map.Layout.Axis : map.Layout.Axis - axes.Count(a => a < map.Layout.Axis) };
        bool keepsAll = node.Operator.Name is "ReduceMean" or "ReduceMax" or "ReduceMin";
        bool keepsZero = keepsAll || node.Operator.Name is "ReduceSum" or "ReduceL1" or "ReduceL2" or "ReduceSumSquare";
        analysis.PassThrough(node, map, layout, k => keepsAll || (keepsZero && k == 0) ? k : null);
        return true;
    }
}
