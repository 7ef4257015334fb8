#nullable enable
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>How <see cref="SparseTile"/> reads the weights of an input from its row.</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal interface ISparseRows<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Inputs that share a row.</summary>
    nint Inputs { get; }

    /// <summary>A vector of weights.</summary>
    TLanes Read(ref float row, nint at);
}

/// <summary>Floats: a row an input.</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal readonly struct FloatRows<TLanes> : ISparseRows<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <inheritdoc/>
    public nint Inputs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 1;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Read(ref float row, nint at) => default(TLanes).Load(ref row, at);
}

/// <summary>The even one of two inputs, whose weights are the lower halves (<see cref="PairedWeights{TLanes}"/>).</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal readonly struct LowerRows<TLanes> : ISparseRows<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <inheritdoc/>
    public nint Inputs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Read(ref float row, nint at) => default(TLanes).LowerHalf(default(TLanes).Load(ref row, at));
}

/// <summary>The odd one of two inputs, whose weights are the upper halves.</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal readonly struct UpperRows<TLanes> : ISparseRows<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <inheritdoc/>
    public nint Inputs
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Read(ref float row, nint at) => default(TLanes).UpperHalf(default(TLanes).Load(ref row, at));
}
