#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>A tensor seen as lines along one axis, or along several that are taken as one.</summary>
public readonly struct TensorLines
{
    /// <summary>Finds the lines.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="lengths">The tensor's lengths.</param>
    /// <param name="first">The first axis of the line.</param>
    /// <param name="end">The axis behind the last one; −1: the line is one axis.</param>
    public TensorLines(string node, ReadOnlySpan<int> lengths, int first, int end = -1)
    {
        int count = Tensors.Count(node, lengths);
        if (end < 0) end = first + 1;
        Length = 1;
        Inner = 1;
        if (count > 0)
        {
            for (int i = first; i < end; i++) Length *= lengths[i];
            for (int i = end; i < lengths.Length; i++) Inner *= lengths[i];
        }
        else
        {
            for (int i = first; i < end; i++) Length = lengths[i] == 0 || Length == 0 ? 0 : 1;
        }

        Count = count == 0 ? 0 : count / Length;
    }

    /// <summary>The number of lines that have elements.</summary>
    public int Count { get; }

    /// <summary>The elements of a line.</summary>
    public int Length { get; }

    /// <summary>The distance of neighbours in a line.</summary>
    public int Inner { get; }

    /// <summary>Where a line begins.</summary>
    public int Start(int line) => (line / Inner * Length * Inner) + (line % Inner);
}
