using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Pad along other axes than the channels'.</summary>
internal sealed class PadRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name == "Pad";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (analysis.Of(node.Inputs[0]) is not { } map || node.Inputs.Skip(1).Any(i => i.Length > 0 && analysis.Graph.ConstantOf(i) is null)) return false;
        int rank = analysis.Lengths(node.Inputs[0])!.Length;
        long[] pads = [.. Integers(analysis, node, 1) ?? node.Attributes.Ints("pads")?.ToArray() ?? node.Attributes.Ints("paddings")?.ToArray() ?? []];
        long[] axes = Integers(analysis, node, 3) ?? [.. Enumerable.Range(0, rank).Select(a => (long)a)];
        if (pads.Length != 2 * axes.Length) return false;
        for (int i = 0; i < axes.Length; i++)
            if ((axes[i] + rank) % rank == map.Layout.Axis && (pads[i] != 0 || pads[i + axes.Length] != 0)) return false;
        bool isConstant = node.Attributes.String("mode", "constant") == "constant";
        double value = !node.HasInput(2) ? node.Attributes.Float("value", 0) : ReferenceTensor.FromTensor(analysis.Graph.ConstantOf(node.Inputs[2])!).Real(0);
        analysis.PassThrough(node, map, map.Layout, k => !isConstant || k == value ? k : null);
        return true;
    }

    private static long[]? Integers(ChannelAnalysis analysis, Node node, int input)
        => node.HasInput(input) ? ReferenceTensor.FromTensor(analysis.Graph.ConstantOf(node.Inputs[input])!).ToIntegers() : null;
}
