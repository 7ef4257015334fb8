using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Elementwise;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// Every elementwise operator: a channel of the output is computed from the same channel of each operand, so all of them stay or go
/// together (a residual Add couples its producers). Constants count by the part that belongs to a channel.
/// </summary>
internal sealed class ElementwiseRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => ElementwiseTable.Names.Contains(name);

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (OperatorTable.Find(node.Operator) is not ElementwiseOperator op) return false;
        ImmutableArray<int> operands = op.ElementInputs(node);
        if (node.Inputs.Where((name, i) => name.Length > 0 && !operands.Contains(i) && analysis.Graph.ConstantOf(name) is null).Any()) return false;
        foreach (int i in operands)
        {
            if (analysis.Of(node.Inputs[i]) is not { } map || analysis.Lengths(node.Inputs[i]) is null) continue;
            int axis = map.Layout.Axis + Offset(analysis, op, node, i);
            if (Read(analysis, op, node, operands, axis, map.Layout.Length) is not { } read) continue;
            analysis.Set(node.Outputs[0], read);
            analysis.Produce(new ChannelProducer(node, node.Outputs[0], new int[read.Layout.Channels], null, [.. Constants(analysis, node)]));
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Rewrite(ChannelRewriter rewriter, Node node)
    {
        if (rewriter.Axis(node.Outputs[0]) is not { } kept) return;
        foreach ((int input, int axis) in Constants(rewriter.Analysis, node))
            rewriter.SetConstant(node, input, ChannelSlices.Keep(rewriter.Graph.ConstantOf(node.Inputs[input])!, axis, kept.Kept, kept.Count), null);
    }

    /// <summary>The operands that are constants with numbers of their own for each channel, and the axis that the channels lie along.</summary>
    public static IEnumerable<(int Input, int Axis)> Constants(ChannelAnalysis analysis, Node node)
    {
        if (OperatorTable.Find(node.Operator) is not ElementwiseOperator op || analysis.Of(node.Outputs[0]) is not { } map) yield break;
        foreach (int i in op.ElementInputs(node))
        {
            if (analysis.Graph.ConstantOf(node.Inputs[i]) is not { } tensor) continue;
            int axis = map.Layout.Axis - Offset(analysis, op, node, i);
            if (axis >= 0 && axis < tensor.Dimensions.Length && tensor.Dimensions[axis] > 1) yield return (i, axis);
        }
    }

    /// <summary>How many axes of the output stand before the operand's first.</summary>
    private static int Offset(ChannelAnalysis analysis, ElementwiseOperator op, Node node, int input)
        => analysis.Lengths(node.Outputs[0])!.Length - Aligned(analysis, op, node, input).Length;

    private static int[] Aligned(ChannelAnalysis analysis, ElementwiseOperator op, Node node, int input)
        => op.OperandLengths(node, input, analysis.Lengths(node.Inputs[input])!, analysis.Lengths(node.Inputs[0])!.Length);

    /// <summary>The output's channels, taken to lie along an axis; null where an operand does not allow that.</summary>
    private static ChannelMap? Read(ChannelAnalysis analysis, ElementwiseOperator op, Node node, ImmutableArray<int> operands, int axis, int length)
    {
        if (analysis.Lengths(node.Outputs[0])![axis] != length) return null;
        var maps = new ChannelMap?[node.Inputs.Length];
        var whole = new List<int>();
        foreach (int i in operands)
        {
            if (analysis.Lengths(node.Inputs[i]) is null) return null;
            int own = axis - Offset(analysis, op, node, i);
            int[] aligned = Aligned(analysis, op, node, i);
            bool varies = own >= 0 && own < aligned.Length && aligned[own] != 1;
            if (analysis.Graph.ConstantOf(node.Inputs[i]) is not null) continue;
            if (!varies) whole.Add(i);
            else if (analysis.Of(node.Inputs[i]) is { } map && map.Layout.Axis == own) maps[i] = map;
            else return null;
        }

        // An operand that all channels read alike mixes them: it keeps its own.
        foreach (int i in whole) analysis.Pin(node.Inputs[i]);
        if (maps.OfType<ChannelMap>().Select(m => m.Layout with { Axis = axis }).Distinct().Count() > 1)
            maps = [.. maps.Select(m => m?.Split(analysis.Classes))];
        ChannelLayout layout = maps.OfType<ChannelMap>().First().Layout with { Axis = axis };
        return Classify(analysis, op, node, operands, maps, layout);
    }

    private static ChannelMap? Classify(ChannelAnalysis analysis, ElementwiseOperator op, Node node, ImmutableArray<int> operands, ChannelMap?[] maps, ChannelLayout layout)
    {
        var columns = new int[node.Inputs.Length][];
        for (int i = 0; i < columns.Length; i++)
        {
            if (maps[i] is { } map) columns[i] = map.Classes;
            else if (operands.Contains(i) && analysis.Graph.ConstantOf(node.Inputs[i]) is { } tensor)
            {
                int axis = layout.Axis - Offset(analysis, op, node, i);
                if (ChannelSlices.Classes(analysis, tensor, axis < tensor.Dimensions.Length ? axis : -1, layout) is not { } slices) return null;
                columns[i] = slices;
            }
            else columns[i] = [.. Enumerable.Repeat(analysis.WholeClass(node.Inputs[i]), layout.Channels)];
        }

        int[] slots = maps.OfType<ChannelMap>().First().Slots;
        int operatorClass = analysis.OperatorClass(node);
        bool isCommutative = columns.Length == 2 && node.Operator.Name is "Add" or "Mul" or "Max" or "Min" or "Sum" or "Mean";
        var classes = new int[layout.Channels];
        for (int c = 0; c < classes.Length; c++)
        {
            foreach (ChannelMap map in maps.OfType<ChannelMap>()) analysis.Slots.Tie(slots[c], map.Slots[c]);
            int[] key = [.. columns.Select(column => column[c])];
            if (isCommutative && key[0] > key[1]) (key[0], key[1]) = (key[1], key[0]);
            classes[c] = Constant(analysis, op, node, maps, layout, c) is { } value
                ? analysis.Classes.Constant(value)
                : analysis.Classes.Of(ClassKind.Operator, [operatorClass, .. key]);
        }

        return new ChannelMap(layout, slots, classes);
    }

    /// <summary>The number that a channel of the output is everywhere: where all operands are one number there.</summary>
    private static double? Constant(ChannelAnalysis analysis, ElementwiseOperator op, Node node, ChannelMap?[] maps, ChannelLayout layout, int channel)
    {
        // Nearly all channels are decided here, before anything is decoded.
        foreach (ChannelMap map in maps.OfType<ChannelMap>())
            if (analysis.Classes.ConstantOf(map.Classes[channel]) is null) return null;
        if (!analysis.Graph.TensorTypeOf(node.Outputs[0])!.ElementType.IsFloat()) return null;
        var scalars = new ReferenceTensor?[node.Inputs.Length];
        for (int i = 0; i < scalars.Length; i++)
        {
            if (!node.HasInput(i)) continue;
            if (maps[i] is { } map)
            {
                ElementType type = analysis.Graph.TensorTypeOf(node.Inputs[i])!.ElementType;
                if (!type.IsFloat()) return null;
                scalars[i] = new ReferenceTensor(type, [1], [analysis.Classes.ConstantOf(map.Classes[channel])!.Value]);
            }
            else if (analysis.Graph.ConstantOf(node.Inputs[i]) is { } tensor && ElementCodec.Supports(tensor.ElementType))
            {
                int axis = layout.Axis - Offset(analysis, op, node, i);
                if (ScalarEvaluation.OfChannel(tensor, axis < tensor.Dimensions.Length ? axis : -1, layout, channel) is not { } scalar) return null;
                scalars[i] = scalar;
            }
            else return null;
        }

        return ScalarEvaluation.Run(op, node, scalars, analysis.Graph.TensorTypeOf(node.Outputs[0])!.ElementType, 1);
    }
}
