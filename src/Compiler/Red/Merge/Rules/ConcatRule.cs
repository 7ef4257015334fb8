using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>Concat: along the channels, the groups of the inputs stand one after the other; along another axis, channel meets channel.</summary>
internal sealed class ConcatRule : ChannelRule
{
    /// <inheritdoc/>
    public override bool Serves(string name) => name == "Concat";

    /// <inheritdoc/>
    public override bool Analyse(ChannelAnalysis analysis, Node node)
    {
        if (node.Inputs.Any(i => analysis.Lengths(i) is null)) return false;
        int rank = analysis.Lengths(node.Outputs[0])!.Length;
        int axis = (int)node.Attributes.Int("axis", 1);
        if (axis < 0) axis += rank;
        ChannelMap?[] maps = [.. node.Inputs.Select(analysis.Of)];
        if (maps.All(m => m is null)) return false;
        if (maps.All(m => m is null || m.Layout.Axis == axis)) return Along(analysis, node, maps, axis);
        return maps.All(m => m is not null && m.Layout == maps[0]!.Layout && m.Layout.Axis != axis) && Across(analysis, node, maps, axis);
    }

    private static bool Along(ChannelAnalysis analysis, Node node, ChannelMap?[] maps, int axis)
    {
        // Blocks of one size can stay blocks; otherwise every position is a channel.
        bool areBlocks = maps.All(m => m is { Layout.Outer: 1 } && m.Layout.Inner == maps[0]!.Layout.Inner);
        var slots = new List<int>();
        var classes = new List<int>();
        for (int i = 0; i < maps.Length; i++)
        {
            if ((areBlocks ? maps[i] : maps[i]?.Split(analysis.Classes)) is { } map)
            {
                slots.AddRange(map.Slots);
                classes.AddRange(map.Classes);
                continue;
            }

            // Nothing is known of this input's channels but that they stay.
            int source = analysis.WholeClass(node.Inputs[i]);
            foreach (int slot in analysis.Slots.Add(analysis.Lengths(node.Inputs[i])![axis]))
            {
                analysis.Slots.Pin(slot);
                classes.Add(analysis.Classes.Of(ClassKind.Part, source, slots.Count));
                slots.Add(slot);
            }
        }

        int inner = areBlocks ? maps[0]!.Layout.Inner : 1;
        analysis.Set(node.Outputs[0], new ChannelMap(new ChannelLayout(axis, 1, slots.Count, inner), [.. slots], [.. classes]));
        return true;
    }

    private static bool Across(ChannelAnalysis analysis, Node node, ChannelMap?[] maps, int axis)
    {
        ChannelMap first = maps[0]!;
        int key = analysis.Classes.Of(ClassKind.Operator, [analysis.OperatorClass(node), .. node.Inputs.Select(i => analysis.Lengths(i)![axis])]);
        var classes = new int[first.Layout.Channels];
        for (int c = 0; c < classes.Length; c++)
        {
            foreach (ChannelMap? map in maps) analysis.Slots.Tie(first.Slots[c], map!.Slots[c]);
            bool isOneNumber = analysis.Classes.ConstantOf(first.Classes[c]) is not null && maps.All(m => m!.Classes[c] == first.Classes[c]);
            classes[c] = isOneNumber ? first.Classes[c] : analysis.Classes.Of(ClassKind.Operator, [key, .. maps.Select(m => m!.Classes[c])]);
        }

        analysis.Set(node.Outputs[0], first with { Classes = classes });
        return true;
    }
}
