#nullable enable
using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
#if NET8_0_OR_GREATER
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
#endif

namespace RedGen.Runtime;

/// <summary>How the packed weights of a dense layer are written: rows of one number an output, for an input or for two.</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal interface IDenseWeights<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Rows that some inputs take.</summary>
    nint Rows(nint inputs);

    /// <summary>The weights of an input of even number, in its row.</summary>
    TLanes Even(TLanes row);

    /// <summary>The weights of the input behind it. <paramref name="row"/> is at <paramref name="at"/>; rows are <paramref name="step"/> apart.</summary>
    TLanes Odd(TLanes row, ref float weights, nint at, nint step);
}

/// <summary>Floats: a row an input.</summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal readonly struct FloatWeights<TLanes> : IDenseWeights<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Rows(nint inputs) => inputs;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Even(TLanes row) => row;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Odd(TLanes row, ref float weights, nint at, nint step) => default(TLanes).Load(ref weights, unchecked(at + step));
}

/// <summary>
/// Numbers whose float ends in 16 zero bits, such as whole ones up to 256: a row for two inputs, the even one in the lower half of each
/// element, the odd one in the upper half. Half the memory of floats, and one operation to read a number.
/// </summary>
/// <typeparam name="TLanes">The vector to compute with.</typeparam>
internal readonly struct PairedWeights<TLanes> : IDenseWeights<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Rows(nint inputs) => unchecked((inputs + 1) >> 1);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Even(TLanes row) => default(TLanes).LowerHalf(row);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLanes Odd(TLanes row, ref float weights, nint at, nint step) => default(TLanes).UpperHalf(row);
}

/// <summary>What follows the sums of a dense layer: scale, bias, lower bound.</summary>
internal readonly ref struct DenseEnd
{
    private readonly ReadOnlySpan<float> _scales;
    private readonly ReadOnlySpan<float> _bias;
    private readonly float _least;

    /// <summary>Sets them.</summary>
    /// <param name="scales">[outputs] or longer, or empty: all 1.</param>
    /// <param name="bias">[outputs] or longer, or empty for none.</param>
    /// <param name="least">Smaller results become this: 0 makes a Relu of the layer, −∞ leaves all.</param>
    internal DenseEnd(ReadOnlySpan<float> scales, ReadOnlySpan<float> bias, float least)
    {
        _scales = scales;
        _bias = bias;
        _least = least;
    }

    /// <summary>Whether the scales and biases of so many outputs from output <paramref name="m"/> on can be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool HasWhole(int m, int count)
    {
        unchecked
        {
            return (_scales.IsEmpty || _scales.Length - m >= count) && (_bias.IsEmpty || _bias.Length - m >= count);
        }
    }

    /// <summary>The results of a vector of sums from output <paramref name="m"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes Of<TLanes>(TLanes sum, int m)
        where TLanes : struct, ILanes<TLanes>
    {
        TLanes f = default;
        if (!_scales.IsEmpty)
        {
            sum = f.Multiply(sum, f.Load(ref MemoryMarshal.GetReference(_scales), m));
        }

        if (!_bias.IsEmpty)
        {
            sum = f.Add(sum, f.Load(ref MemoryMarshal.GetReference(_bias), m));
        }

        return f.AtLeast(sum, f.Fill(_least));
    }

    /// <summary>The result of one sum, that of output <paramref name="m"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float Of(float sum, int m)
    {
        if (!_scales.IsEmpty)
        {
            sum *= Unsafe.Add(ref MemoryMarshal.GetReference(_scales), m);
        }

        if (!_bias.IsEmpty)
        {
            sum += Unsafe.Add(ref MemoryMarshal.GetReference(_bias), m);
        }

#if NET8_0_OR_GREATER
        // No branch: which way it goes changes from input to input.
        if (Sse.IsSupported) return Sse.MaxScalar(Vector128.CreateScalarUnsafe(_least), Vector128.CreateScalarUnsafe(sum)).ToScalar();
#endif
        return sum < _least ? _least : sum;
    }

    /// <summary>The same for the last vector of a tile, which alone may go beyond the outputs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal TLanes OfLast<TLanes>(TLanes sum, int m)
        where TLanes : struct, ILanes<TLanes>
    {
        unchecked
        {
            TLanes f = default;
            if (!_scales.IsEmpty)
            {
                sum = f.Multiply(sum, f.LoadUpTo(ref MemoryMarshal.GetReference(_scales), m, _scales.Length - m));
            }

            if (!_bias.IsEmpty)
            {
                sum = f.Add(sum, f.LoadUpTo(ref MemoryMarshal.GetReference(_bias), m, _bias.Length - m));
            }

            return f.AtLeast(sum, f.Fill(_least));
        }
    }
}
