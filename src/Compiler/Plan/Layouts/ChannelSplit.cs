using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>The sizes that a change of layout needs: [Batch, Channels, Pixels] becomes [Batch, Pixels, Channels].</summary>
/// <param name="Batch">Samples.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Pixels">The product of the spatial lengths.</param>
internal readonly record struct ChannelSplit(int Batch, int Channels, int Pixels)
{
    /// <summary>Whether both layouts are the same order of elements.</summary>
    public bool IsSame => Channels == 1 || Pixels == 1;

    /// <summary>Elements.</summary>
    public long Count => (long)Batch * Channels * Pixels;

    /// <summary>The sizes of a tensor of floats or 8-bit integers with a spatial axis, of known shape and not empty; null for others.</summary>
    public static ChannelSplit? Of(TensorType? type)
    {
        if (type is not { IsStatic: true, ElementType: ElementType.Float32 or ElementType.Int8 or ElementType.UInt8 } || type.Shape!.Rank < 3) return null;
        int[] lengths = type.Shape.ToArray();
        int pixels = 1;
        for (int i = 2; i < lengths.Length; i++) pixels *= lengths[i];
        return lengths[0] == 0 || lengths[1] == 0 || pixels == 0 ? null : new ChannelSplit(lengths[0], lengths[1], pixels);
    }

    /// <summary>For each element channels last, where it is channels first.</summary>
    public int[] Order()
    {
        var order = new int[Count];
        for (int i = 0; i < order.Length; i++)
        {
            int sample = i / (Channels * Pixels);
            order[i] = (((sample * Channels) + (i % Channels)) * Pixels) + (i / Channels % Pixels);
        }

        return order;
    }
}
