using System;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// Conv, ConvTranspose, Gemm and MatMul with constant weights: outputs with equal rows and equal bias are equal, a zero row gives a constant. They mix
/// the channels of their input, except depthwise convolutions, whose output channels stay or go with the input's.
/// </summary>
internal sealed class LinearRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name is "Conv" or "ConvTranspose" or "Gemm" or "MatMul";

    /// <summary>Whether every output reads one input channel of several.</summary>
    public static bool IsDepthwise(ReducibleLayer layer) => layer.Groups > 1 && layer.ChannelsPerGroup == 1;

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (ReducibleLayer.Read(analysis.Graph, node) is not { } layer || (node.HasInput(2) && layer.Bias.Length == 0)) return false;
        if (node.Inputs.Count(i => i == layer.Weights) > 1 || analysis.Lengths(node.Inputs[0]) is not { } input) return false;
        Tensor weights = analysis.Graph.ConstantOf(layer.Weights)!;
        int axis = node.Is("MatMul") ? analysis.Lengths(node.Outputs[0])!.Length - 1 : 1;
        int inputAxis = node.Is("MatMul") ? input.Length - 1 : 1;
        var layout = new ChannelLayout(axis, 1, layer.Outputs, 1);
        int key = analysis.Classes.Of(
            ClassKind.Operator,
            analysis.OperatorClass(node),
            analysis.Classes.Text(string.Join(",", weights.Dimensions.Skip(node.Is("Conv") ? 1 : 2))));
        float[] rows = layer.ToRows(weights);
        Bias bias = Bias.Read(analysis, layer, layout);
        // Which taps of a transposed convolution reach an output differs from place to place: a constant input gives no constant there either.
        bool reachesOutside = layer.IsTransposed || (node.Is("Conv") && !Conv.Geometry(node, input, [.. weights.Dimensions]).Axes.All(a => a.IsInside));

        ChannelMap? map = analysis.Of(node.Inputs[0]);
        if (map is not null && (map.Layout.Axis != inputAxis || (layer.Groups > 1 && map.Layout is not { Outer: 1, Inner: 1 })))
        {
            analysis.Pin(node.Inputs[0]);
            map = null;
        }

        // On an input whose channels are not known it is a convolution with groups like any other.
        if (IsDepthwise(layer) && map is not null)
        {
            Depthwise(analysis, layer, map, layout, key, rows, bias, reachesOutside);
            return true;
        }

        if (map is not null) analysis.Use(new ChannelUse(node.Inputs[0], node, layer.Groups, bias.TakesConstants && !reachesOutside));
        if (layer.Groups > 1) analysis.Balance(node.Outputs[0], layer.Groups);
        int source = analysis.Classes.Text("value " + node.Inputs[0]);
        var groups = new int[layer.Outputs];
        var classes = new int[layer.Outputs];
        for (int i = 0; i < classes.Length; i++)
        {
            ReadOnlySpan<float> row = rows.AsSpan(i * layer.Columns, layer.Columns);
            groups[i] = i / (layer.Outputs / layer.Groups);
            classes[i] = IsZero(row) && bias.Constant(i) is { } constant
                ? analysis.Classes.Constant(constant)
                : analysis.Classes.Of(ClassKind.Row, [key, source, groups[i], bias.Classes[i]], row);
        }

        analysis.Set(node.Outputs[0], new ChannelMap(layout, analysis.Slots.Add(layer.Outputs), classes));
        analysis.Produce(new ChannelProducer(node, node.Outputs[0], groups, layer, bias.Constants));
        return true;
    }

    /// <inheritdoc/>
    public override void Rewrite(ChannelRewriter rewriter, Node node) => new LinearRewrite(rewriter, node).Run();

    private static void Depthwise(ChannelAnalysis analysis, ReducibleLayer layer, ChannelMap map, ChannelLayout layout, int key, float[] rows, Bias bias, bool reachesOutside)
    {
        string output = layer.Node.Outputs[0];
        int multiplier = layer.Outputs / layer.Groups;
        int[] slots = [.. Enumerable.Range(0, layer.Outputs).Select(i => map.Slots[i / multiplier])];
        var classes = new int[layer.Outputs];
        for (int i = 0; i < classes.Length; i++)
        {
            ReadOnlySpan<float> row = rows.AsSpan(i * layer.Columns, layer.Columns);
            int channel = map.Classes[i / multiplier];
            double sum = 0;
            foreach (float w in row) sum += w;
            double? fed = IsZero(row) ? 0 : analysis.Classes.ConstantOf(channel) is { } k && (k == 0 || !reachesOutside) ? k * sum : null;
            classes[i] = fed is { } value && bias.Constant(i) is { } shift
                ? analysis.Classes.Constant((float)(value + shift))
                : analysis.Classes.Of(ClassKind.Row, [key, channel, bias.Classes[i]], row);
        }

        analysis.Set(output, new ChannelMap(layout, slots, classes));
        analysis.Produce(new ChannelProducer(layer.Node, output, new int[layer.Outputs], layer, bias.Constants));
    }

    private static bool IsZero(ReadOnlySpan<float> row)
    {
        foreach (float w in row)
            if (w != 0) return false;
        return true;
    }

    /// <summary>The bias by output.</summary>
    /// <param name="Classes">By output the class of its numbers.</param>
    /// <param name="Values">The numbers, rows × outputs; one row where all samples have the same.</param>
    /// <param name="TakesConstants">Whether what a constant input channel adds can be added to it.</param>
    /// <param name="Constants">The bias as a constant with numbers for each output; none where there is no such bias.</param>
    private sealed record Bias(int[] Classes, float[] Values, bool TakesConstants, ImmutableArray<(int Input, int Axis)> Constants)
    {
        public static Bias Read(ChannelAnalysis analysis, ReducibleLayer layer, ChannelLayout layout)
        {
            NodeAttributes attributes = layer.Node.Attributes;
            bool isPlain = !layer.Node.Is("Gemm") || (attributes.Float("alpha", 1) == 1 && attributes.Float("beta", 1) == 1);
            if (layer.Bias.Length == 0) return new Bias(new int[layer.Outputs], new float[layer.Outputs], isPlain, []);
            Tensor tensor = analysis.Graph.ConstantOf(layer.Bias)!;
            int axis = tensor.Dimensions.Length - 1;
            bool hasOwn = axis >= 0 && tensor.Dimensions[axis] == layer.Outputs;
            return new Bias(ChannelSlices.Classes(analysis, tensor, axis, layout)!, LinearRewrite.Spread(tensor, layer.Outputs), isPlain, hasOwn ? [(2, axis)] : []);
        }

        /// <summary>The one number that an output's bias is, whatever the sample; null where there are several or they are scaled.</summary>
        public double? Constant(int output)
        {
            for (int i = output; i < Values.Length; i += Classes.Length)
                if (Values[i] != Values[output]) return null;
            return TakesConstants ? Values[output] : null;
        }
    }
}
