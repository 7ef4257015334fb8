using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Plan.Layouts;

/// <summary>A constant that a group reads in another order when its values are channels last.</summary>
/// <param name="Name">The initializer.</param>
/// <param name="Split">The sizes of the change.</param>
/// <param name="Inner">Elements that stay side by side: [Batch, Channels, Pixels, Inner].</param>
internal sealed record LayoutConstant(string Name, ChannelSplit Split, int Inner = 1)
{
    /// <summary>The constant in the other order, under its own shape.</summary>
    public Tensor Reorder(Tensor constant)
    {
        ReadOnlySpan<byte> from = constant.Data.Span;
        var to = new byte[from.Length];
        int[] order = Split.Order();
        int size = Inner * constant.ElementType.Bytes();
        for (int i = 0; i < order.Length; i++) from.Slice(order[i] * size, size).CopyTo(to.AsSpan(i * size));
        return new Tensor(constant.ElementType, [.. constant.Dimensions], to);
    }

    /// <summary>Its hashed form in the other order: whichever way the constant lies, a row is an output.</summary>
    public HashedMatrix Reorder(HashedMatrix matrix) => matrix.Permuted(new ChannelSplit(1, Split.Channels, Split.Pixels).Order());
}
