#nullable enable
using System;
using System.Threading;

namespace RedGen.Runtime;

/// <summary>
/// The transformed weights of all Winograd convolutions of a network. They take up to four times the memory of the weights, and in a first run
/// the system takes longer to hand out that memory than the transforms take. So the first run of a layer transforms its weights into memory that
/// all layers share, and only the second keeps them: in memory that is reserved at once, but not touched before.
/// </summary>
/// <remarks>Safe to use from many threads: those that come at the same time may transform a layer's weights twice, to the same values.</remarks>
public sealed class WinogradFilters
{
    private const int Unseen = 0;
    private const int Seen = 1;
    private const int Kept = 2;

    private readonly int[] _starts;
    private readonly int[] _states;
    private readonly float[] _kept;
    private readonly int _longest;
    private float[]? _shared;
    private int _unseen;

    /// <summary>Reserves the memory.</summary>
    /// <param name="lengths">Floats of each layer's transformed weights, as <see cref="WinogradWeights.Length"/> counts them.</param>
    /// <exception cref="OverflowException">A length is negative, or all together are no array.</exception>
    public WinogradFilters(ReadOnlySpan<int> lengths)
    {
        _starts = new int[lengths.Length + 1];
        _states = new int[lengths.Length];
        for (int i = 0; i < lengths.Length; i++)
        {
            _starts[i + 1] = checked(_starts[i] + (int)(uint)lengths[i]);
            _longest = Math.Max(_longest, lengths[i]);
        }

        int total = _starts[lengths.Length];
        _unseen = lengths.Length;
        if (total <= 2 * (long)_longest)
        {
            // Sharing would spare too little.
            for (int i = 0; i < _states.Length; i++) _states[i] = Seen;
        }
        else if (!FirstCalls.AreSkipped)
        {
            // Before the large array: behind that one the garbage collector would run.
            _shared = Room();
        }

        _kept = new float[checked(total + WinogradPlan.Width)];
        int first = Simd.ToLine(_kept);
        for (int i = 0; i < _starts.Length; i++) _starts[i] += first;
    }

    /// <summary>The transformed weights of a layer. <see cref="Return"/> takes back what they are in, where all layers share it.</summary>
    /// <param name="layer">The layer's place among the lengths.</param>
    /// <param name="rows">[outputs, channels, kernelHeight, kernelWidth], as ONNX has them.</param>
    /// <param name="shape">The convolution.</param>
    /// <param name="tileHeight">Outputs of a tile along the height.</param>
    /// <param name="tileWidth">Outputs of a tile along the width.</param>
    /// <param name="shared">What to return when the layer has run; null where the weights are kept.</param>
    internal ReadOnlySpan<float> Of(int layer, ReadOnlySpan<float> rows, in ConvShape shape, int tileHeight, int tileWidth, out float[]? shared)
    {
        shared = null;
        if ((uint)layer >= (uint)_states.Length) throw new ArgumentOutOfRangeException(nameof(layer));
        int start = _starts[layer], length = _starts[layer + 1] - start;
        Span<float> kept = new(_kept, start, length);
        if (Volatile.Read(ref _states[layer]) == Kept) return kept;
        if (!FirstCalls.AreSkipped && Interlocked.CompareExchange(ref _states[layer], Seen, Unseen) == Unseen)
        {
            shared = Interlocked.Exchange(ref _shared, null) ?? Room();
            Span<float> packed = new(shared, Simd.ToLine(shared), length);
            WinogradWeights.TransformTo(rows, shape.OutChannels, shape.InChannels, shape.KernelHeight, shape.KernelWidth, tileHeight, tileWidth, packed);
            return packed;
        }

        WinogradWeights.TransformTo(rows, shape.OutChannels, shape.InChannels, shape.KernelHeight, shape.KernelWidth, tileHeight, tileWidth, kept);
        if (Interlocked.Exchange(ref _states[layer], Kept) == Unseen) CountSeen();
        return kept;
    }

    /// <summary>Memory for the largest layer, from the first whole cache line on.</summary>
    private float[] Room() => new float[_longest + WinogradPlan.Width];

    /// <summary>Takes back what a layer has read its weights from.</summary>
    internal void Return(float[]? shared)
    {
        if (shared is null) return;
        Volatile.Write(ref _shared, shared);
        CountSeen();
    }

    /// <summary>When all layers have run, none needs shared memory any more.</summary>
    private void CountSeen()
    {
        if (Interlocked.Decrement(ref _unseen) == 0) Volatile.Write(ref _shared, null);
    }
}
