using System.Linq;

namespace RedGen.Compiler.Operators.Reduction;

/// <summary>A tensor seen as [outer, length, inner], with what an operator works along in the middle.</summary>
/// <param name="Outer">Elements of the axes before.</param>
/// <param name="Length">Elements of the axis or axes in the middle.</param>
/// <param name="Inner">Elements of the axes behind: the distance of two neighbours along the middle.</param>
internal readonly record struct AxisView(int Outer, int Length, int Inner)
{
    /// <summary>The view along the axes from <paramref name="first"/> up to <paramref name="end"/>.</summary>
    public static AxisView Of(int[] lengths, int first, int end)
        => new(Product(lengths, 0, first), Product(lengths, first, end), Product(lengths, end, lengths.Length));

    /// <summary>The view along one axis.</summary>
    public static AxisView Of(int[] lengths, int axis) => Of(lengths, axis, axis + 1);

    /// <summary>The flat index of the first element of a line.</summary>
    public int Start(int outer, int inner) => (outer * Length * Inner) + inner;

    private static int Product(int[] lengths, int first, int end) => lengths.Skip(first).Take(end - first).Aggregate(1, (a, b) => a * b);
}
