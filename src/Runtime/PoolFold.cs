#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>How the elements of a pooling's window become one.</summary>
internal interface IPoolFold
{
    /// <summary>What an empty window gives.</summary>
    float Start { get; }

    /// <summary>Whether the result is divided by the number of elements.</summary>
    bool IsAverage { get; }

    /// <summary>One more element.</summary>
    TLanes Join<TLanes>(TLanes folded, TLanes value)
        where TLanes : struct, ILanes<TLanes>;

    /// <summary>One more element, of one channel.</summary>
    float Join(float folded, float value);

    /// <summary>The lanes of a vector, folded.</summary>
    float Lanes<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes>;

    /// <summary>The result.</summary>
    TLanes End<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes>;

    /// <summary>The result, of one channel.</summary>
    float End(float folded);
}

/// <summary>The largest element; NaN where there is one.</summary>
internal readonly struct LargestFold : IPoolFold
{
    /// <inheritdoc/>
    public float Start => float.NegativeInfinity;

    /// <inheritdoc/>
    public bool IsAverage => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Join<TLanes>(TLanes folded, TLanes value)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Max(folded, value);

    /// <inheritdoc/>
    public float Join(float folded, float value) => folded >= value || float.IsNaN(folded) ? folded : value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Lanes<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Largest(folded);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes End<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes> => folded;

    /// <inheritdoc/>
    public float End(float folded) => folded;
}

/// <summary>The sum of the elements, divided.</summary>
internal readonly struct AverageFold : IPoolFold
{
    private readonly float _divisor;

    internal AverageFold(int divisor) => _divisor = divisor;

    /// <inheritdoc/>
    public float Start => 0f;

    /// <inheritdoc/>
    public bool IsAverage => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Join<TLanes>(TLanes folded, TLanes value)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Add(folded, value);

    /// <inheritdoc/>
    public float Join(float folded, float value) => folded + value;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Lanes<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Sum(folded);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes End<TLanes>(TLanes folded)
        where TLanes : struct, ILanes<TLanes> => default(TLanes).Divide(folded, default(TLanes).Fill(_divisor));

    /// <inheritdoc/>
    public float End(float folded) => folded / _divisor;
}
