using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

namespace RedGen.Compiler.Plan;

/// <summary>Two weights are one when type and bytes agree, or what they are expanded from, whatever their role: equal arrays are emitted once.</summary>
internal sealed class WeightContentComparer : IEqualityComparer<Weight>
{
    /// <summary>The comparer.</summary>
    public static WeightContentComparer Instance { get; } = new();

    /// <inheritdoc/>
    public bool Equals(Weight? x, Weight? y)
        => ReferenceEquals(x, y) || (x is not null && y is not null && x.ElementType == y.ElementType && x.Data.Span.SequenceEqual(y.Data.Span) && Equals(x.Expansion, y.Expansion) && Equals(x.Transform, y.Transform));

    private bool Equals(WeightExpansion? x, WeightExpansion? y)
        => ReferenceEquals(x, y) || (x is not null && y is not null && x.Function == y.Function && x.Sizes == y.Sizes
            && x.Levels == y.Levels && Equals(x.Indices, y.Indices) && Equals(x.Values, y.Values) && Equals(x.Scales, y.Scales) && Equals(x.Fine, y.Fine));

    private bool Equals(FineExpansion? x, FineExpansion? y)
        => ReferenceEquals(x, y) || (x is not null && y is not null && x.Packing == y.Packing && x.Sizes == y.Sizes && x.Levels == y.Levels && Equals(x.Digits, y.Digits) && Equals(x.Values, y.Values));

    private bool Equals(WeightTransform? x, WeightTransform? y)
        => ReferenceEquals(x, y) || (x is not null && y is not null && x.Function == y.Function && x.Sizes == y.Sizes && Equals(x.Source, y.Source));

    /// <inheritdoc/>
    public int GetHashCode(Weight obj)
    {
        if (obj.Transform is { } transform) return GetHashCode(transform.Source);
        if (obj.Expansion is { } expansion) return unchecked((GetHashCode(expansion.Indices) * 31) + (expansion.Scales is { } scales ? GetHashCode(scales) : 0));
        ReadOnlySpan<byte> bytes = obj.Data.Span;
        ulong hash = 14695981039346656037UL;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) hash = unchecked((hash ^ word) * 1099511628211UL);
        foreach (byte b in bytes.Slice(bytes.Length & ~7)) hash = unchecked((hash ^ b) * 1099511628211UL);
        return unchecked((int)(hash ^ (hash >> 32)) + bytes.Length);
    }
}
