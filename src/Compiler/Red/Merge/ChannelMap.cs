namespace RedGen.Compiler.Red.Merge;

/// <summary>The channels of a value.</summary>
/// <param name="Layout">Where they lie.</param>
/// <param name="Slots">By channel the slot: channels of one slot stay or go together, wherever they are (<see cref="ChannelSlots"/>).</param>
/// <param name="Classes">By channel the class: channels of one class always hold the same numbers (<see cref="ClassTable"/>).</param>
internal sealed record ChannelMap(ChannelLayout Layout, int[] Slots, int[] Classes)
{
    /// <summary>The same value with every position of its axis as a channel of its own, so that values of different layouts meet.</summary>
    public ChannelMap Split(ClassTable table)
    {
        if (Layout is { Outer: 1, Inner: 1 }) return this;
        var slots = new int[Layout.Length];
        var classes = new int[Layout.Length];
        for (int channel = 0; channel < Layout.Channels; channel++)
        {
            for (int part = 0; part < Layout.Outer * Layout.Inner; part++)
            {
                int position = Layout.PositionOf(channel, part);
                slots[position] = Slots[channel];
                bool isConstant = table.ConstantOf(Classes[channel]) is not null;
                classes[position] = isConstant ? Classes[channel] : table.Of(ClassKind.Part, Classes[channel], part);
            }
        }

        return new ChannelMap(new ChannelLayout(Layout.Axis, 1, Layout.Length, 1), slots, classes);
    }
}
