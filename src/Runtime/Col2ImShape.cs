#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>Shapes of ONNX Col2Im that are known at run time only. The output's shape is the one that the model's file declares.</summary>
public static class Col2ImShape
{
    /// <summary>Computes block and number of blocks of each axis, and throws where they do not fit the shapes.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="image">The image's shape as given.</param>
    /// <param name="block">The block's shape as given.</param>
    /// <param name="axes">[rank, 4]: dilation, pad before, pad after, stride.</param>
    /// <param name="expected">The image's shape as declared.</param>
    /// <param name="blockLength">Elements of a block.</param>
    /// <param name="columns">Blocks.</param>
    /// <param name="geometry">[rank, 2]: the block's length, the number of blocks.</param>
    /// <exception cref="ArgumentException">The values do not fit the shapes.</exception>
    public static void Prepare(
        string node, ReadOnlySpan<long> image, ReadOnlySpan<long> block, ReadOnlySpan<int> axes, ReadOnlySpan<int> expected, int blockLength, int columns, Span<int> geometry)
    {
        ShapeCheck.Expect(node, image, expected);
        long length = 1;
        long count = 1;
        for (int a = 0; a < expected.Length; a++)
        {
            if (block[a] < 1 || block[a] > blockLength)
            {
                throw new ArgumentException(node + ": a block of " + ShapeCheck.Text(block) + " does not fit the columns.");
            }

            long room = (long)expected[a] + axes[(4 * a) + 1] + axes[(4 * a) + 2] - ((block[a] - 1) * axes[4 * a]) - 1;
            long blocks = room < 0 ? 0 : (room / axes[(4 * a) + 3]) + 1;
            length = Math.Min(int.MaxValue, length * block[a]);
            count = Math.Min(int.MaxValue, count * blocks);
            geometry[2 * a] = (int)block[a];
            geometry[(2 * a) + 1] = (int)Math.Min(int.MaxValue, blocks);
        }

        if (length != blockLength || count != columns)
        {
            throw new ArgumentException(node + ": a block of " + ShapeCheck.Text(block) + " does not fit the columns.");
        }
    }
}
