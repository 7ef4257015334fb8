#nullable enable
using System;
using System.Runtime.InteropServices;

namespace RedGen.Runtime;

/// <summary>What turns the sums of a block of output channels into real numbers: (float)(sum × factor + bias) × gain.</summary>
internal readonly ref struct QuantizedScales
{
    /// <summary>Integers of workspace.</summary>
    internal const int Length = 5 * QuantizedTile.Block;

    /// <summary>Divides the workspace. All is zero, so that lanes behind the last channel give zeros.</summary>
    internal QuantizedScales(Span<int> workspace, int channel, int count)
    {
        workspace.Slice(0, Length).Clear();
        Factors = MemoryMarshal.Cast<int, double>(workspace.Slice(0, 2 * QuantizedTile.Block));
        Biases = MemoryMarshal.Cast<int, double>(workspace.Slice(2 * QuantizedTile.Block, 2 * QuantizedTile.Block));
        Gains = MemoryMarshal.Cast<int, float>(workspace.Slice(4 * QuantizedTile.Block, QuantizedTile.Block));
        Channel = channel;
        Count = count;
    }

    /// <summary>What sums are multiplied by.</summary>
    internal Span<double> Factors { get; }

    /// <summary>What is added then.</summary>
    internal Span<double> Biases { get; }

    /// <summary>What that, rounded to float, is multiplied by.</summary>
    internal Span<float> Gains { get; }

    /// <summary>The first channel of the block.</summary>
    internal int Channel { get; }

    /// <summary>Channels that the block holds.</summary>
    internal int Count { get; }
}
