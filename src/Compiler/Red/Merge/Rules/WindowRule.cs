using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Pooling by channel. A constant channel stays constant where every window has an element of the input and padding does not count.</summary>
internal sealed class WindowRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name)
        => name is "MaxPool" or "AveragePool" or "LpPool" or "GlobalMaxPool" or "GlobalAveragePool" or "GlobalLpPool";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { Layout: { Axis: 1, Outer: 1, Inner: 1 } } map) return false;
        string name = node.Operator.Name;
        bool isNorm = name is "LpPool" or "GlobalLpPool";
        bool keeps = !isNorm && (name is "GlobalMaxPool" or "GlobalAveragePool" || HasElements(analysis, node));
        bool countsPadding = name == "AveragePool" && node.Attributes.Int("count_include_pad", 0) != 0 && !IsInside(analysis, node);
        analysis.PassThrough(node, map, map.Layout, k => k == 0 && (isNorm || keeps) ? 0 : keeps && !countsPadding ? k : null);
        return true;
    }

    private static bool HasElements(ChannelAnalysis analysis, Node node) => Geometry(analysis, node).OwnAxes
        .All(a => Enumerable.Range(0, a.Out).All(window => a.FirstTap(window) < a.EndTap(window)));

    private static bool IsInside(ChannelAnalysis analysis, Node node) => Geometry(analysis, node).OwnAxes.All(a => a.IsInside);

    private static WindowGeometry Geometry(ChannelAnalysis analysis, Node node)
        => WindowGeometry.Read(node.Attributes, analysis.Lengths(node.Inputs[0])!, [.. node.Attributes.Ints("kernel_shape")!.Value]);
}
