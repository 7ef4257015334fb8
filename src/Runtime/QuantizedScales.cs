#nullable enable
using System;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>What turns the sums of a block of output channels into steps of the result: (sum + addend) × factor + bias, in floats.</summary>
internal readonly ref struct QuantizedScales
{
    /// <summary>Integers of workspace.</summary>
    internal const int Length = 4 * QuantizedTile.Block;

    /// <summary>Divides the workspace. All is zero, so that lanes behind the last channel give zeros.</summary>
    internal QuantizedScales(Span<int> workspace, int channel, int count)
    {
        workspace.Slice(0, Length).Clear();
        Addends = workspace.Slice(0, QuantizedTile.Block);
        Factors = MemoryMarshal.Cast<int, float>(workspace.Slice(QuantizedTile.Block, QuantizedTile.Block));
        Biases = MemoryMarshal.Cast<int, float>(workspace.Slice(2 * QuantizedTile.Block, QuantizedTile.Block));
        Corrections = workspace.Slice(3 * QuantizedTile.Block, QuantizedTile.Block);
        Channel = channel;
        Count = count;
    }

    /// <summary>What makes sums those of inputs less their zero point.</summary>
    internal Span<int> Corrections { get; }

    /// <summary>What is added to sums, corrections included.</summary>
    internal Span<int> Addends { get; }

    /// <summary>What that is multiplied by.</summary>
    internal Span<float> Factors { get; }

    /// <summary>What is added then.</summary>
    internal Span<float> Biases { get; }

    /// <summary>The first channel of the block.</summary>
    internal int Channel { get; }

    /// <summary>Channels that the block holds.</summary>
    internal int Count { get; }
}
