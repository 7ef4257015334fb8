using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Graphs;

/// <summary>The dimensions of a tensor, outermost first; a scalar has none.</summary>
public sealed class Shape : IEquatable<Shape>
{
    /// <summary>Makes a shape of dimensions.</summary>
    public Shape(ImmutableArray<Dimension> dimensions) => Dimensions = dimensions;

    /// <summary>Makes a static shape.</summary>
    public static Shape Of(params int[] lengths) => new([.. lengths.Select(d => new Dimension(d))]);

    /// <summary>Makes a static shape.</summary>
    public static Shape Of(IEnumerable<int> lengths) => new([.. lengths.Select(d => new Dimension(d))]);

    /// <summary>The shape of a scalar.</summary>
    public static Shape Scalar { get; } = new([]);

    /// <summary>The dimensions.</summary>
    public ImmutableArray<Dimension> Dimensions { get; }

    /// <summary>How many dimensions there are.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>One dimension; the index counts from the front.</summary>
    public Dimension this[int axis] => Dimensions[axis];

    /// <summary>Whether all dimensions are constant.</summary>
    public bool IsStatic
    {
        get
        {
            foreach (Dimension d in Dimensions)
                if (!d.IsConstant) return false;
            return true;
        }
    }

    /// <summary>The number of elements, saturating at <see cref="long.MaxValue"/>.</summary>
    /// <exception cref="InvalidOperationException">The shape is not static.</exception>
    public long ElementCount
    {
        get
        {
            long count = 1;
            bool saturated = false;
            foreach (Dimension d in Dimensions)
            {
                if (d.Value == 0) return 0;
                if (count > long.MaxValue / d.Value) saturated = true;
                else count *= d.Value;
            }
            return saturated ? long.MaxValue : count;
        }
    }

    /// <summary>The largest number of elements that the shape can have; null where nothing bounds it.</summary>
    public long? ElementLimit
    {
        get
        {
            foreach (Dimension d in Dimensions)
                if (d.Limit is null) return null;
            return new Shape([.. Dimensions.Select(d => new Dimension(d.Limit!.Value))]).ElementCount;
        }
    }

    /// <summary>The lengths as integers.</summary>
    /// <exception cref="InvalidOperationException">The shape is not static, or a length is beyond 2^31 − 1.</exception>
    public int[] ToArray()
    {
        var lengths = new int[Rank];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = Dimensions[i].Value <= int.MaxValue ? (int)Dimensions[i].Value : throw new InvalidOperationException("The dimension is too large.");
        return lengths;
    }

    /// <inheritdoc/>
    public bool Equals(Shape? other) => other is not null && Dimensions.SequenceEqual(other.Dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Shape);

    /// <inheritdoc/>
    public override int GetHashCode() => Dimensions.Aggregate(Rank, (h, d) => unchecked((h * 31) + d.GetHashCode()));

    /// <summary>The shape as <c>1×3×32×32</c>; a scalar is <c>scalar</c>.</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join("×", Dimensions.Select(d => d.ToString()));
}
