using System.Linq;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Where the channels of a value lie: along one axis whose positions count as outer × channels × inner. A feature map has outer = inner = 1;
/// Flatten of C×H×W gives inner = H·W, Flatten of H×W×C gives outer = H·W.
/// </summary>
/// <param name="Axis">The axis.</param>
/// <param name="Outer">Repetitions of all channels along the axis.</param>
/// <param name="Channels">The number of channels.</param>
/// <param name="Inner">Neighbouring positions of one channel.</param>
internal readonly record struct ChannelLayout(int Axis, int Outer, int Channels, int Inner)
{
    /// <summary>The axis's length.</summary>
    public int Length => Outer * Channels * Inner;

    /// <summary>The channel of a position of the axis.</summary>
    public int ChannelOf(int position) => position / Inner % Channels;

    /// <summary>The position of one of a channel's <see cref="Outer"/> · <see cref="Inner"/> elements along the axis.</summary>
    public int PositionOf(int channel, int part) => (((part / Inner * Channels) + channel) * Inner) + (part % Inner);

    /// <summary>The layout after a view: the same elements in order, under other lengths; null where channels do not stay in one axis.</summary>
    /// <param name="from">The lengths before.</param>
    /// <param name="to">The lengths after.</param>
    public ChannelLayout? Through(int[] from, int[] to)
    {
        long before = Product(from, 0, Axis) * Outer;
        long after = Product(from, Axis + 1, from.Length) * Inner;
        for (int axis = 0; axis < to.Length; axis++)
        {
            long left = Product(to, 0, axis);
            long right = Product(to, axis + 1, to.Length);
            if (left == 0 || right == 0 || before % left != 0 || after % right != 0 || before / left * Channels * (after / right) != to[axis]) continue;
            return new ChannelLayout(axis, (int)(before / left), Channels, (int)(after / right));
        }

        return null;
    }

    private static long Product(int[] lengths, int start, int end) => lengths.Skip(start).Take(end - start).Aggregate(1L, (a, b) => a * b);
}
