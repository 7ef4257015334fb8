using System;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Compiler.Kernels.Quantised;

/// <summary>
/// Where a quantised convolution is computed by Winograd's minimal filtering F(4×4, 3×3) in integers of 16 bits: where that is exact, which is proven here
/// with the layer's own weights, and less work (docs/decisions/0034).
/// </summary>
internal static class QuantizedTiles
{
    /// <summary>The kernel's name.</summary>
    public const string Name = "ChannelsLast.Integers.Winograd";

    /// <summary>The row of the table of costs for sums as defined.</summary>
    private const string Defined = "ChannelsLast.Integers.Dense";

    /// <summary>
    /// Magnitude that every sum must stay below: the kernel has 64 times the sum modulo 2^32. Transformed inputs (below 100 · 255) and weights (below 49 · 255) fit
    /// 16 bits, and two products of them 32, whatever the layer.
    /// </summary>
    private const long SumLimit = 1 << 25;

    /// <summary>How much less tiles must cost: their weights take eight times the memory, once more time in the second run.</summary>
    private const double Advantage = 1.15;

    private const int Block = 16;
    private const int Points = 36;
    private const double WorkspaceLimit = 1 << 23;

    /// <summary>The sizes of the tiles; null where the sums are taken as defined.</summary>
    /// <param name="layer">The convolution.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="input">The element type of the input.</param>
    /// <param name="inputZero">The zero point of the input; null where it is of run time.</param>
    /// <param name="context">Options and costs.</param>
    public static QuantizedTileWorkspace? Of(ConvLayer layer, QuantizedWeights weights, ElementType input, int? inputZero, KernelContext context)
    {
        if (context.Options.Lowering != Lowering.Auto || inputZero is not { } zero || !HasTiles(layer)) return null;
        var workspace = new QuantizedTileWorkspace(layer.InChannels, layer.OutChannels, layer.Window.Height.Out, layer.Window.Width.Out);
        if (workspace.Length > WorkspaceLimit || workspace.FilterLength > int.MaxValue / 2) return null;
        if (Advantage * context.Picoseconds(Name, Work(layer, workspace)) > context.Picoseconds(Defined, DefinedWork(layer))) return null;
        int low = (input == ElementType.Int8 ? sbyte.MinValue : 0) - zero;
        return LargestSum(weights, -low, low + byte.MaxValue) < SumLimit ? workspace : null;
    }

    /// <summary>What the kernel's time depends on.</summary>
    public static StepWork Work(ConvLayer layer, QuantizedTileWorkspace workspace)
    {
        double tiles = layer.Batch * Math.Ceiling(workspace.Tiles / 4) * 4;
        double outputs = Math.Ceiling(layer.OutChannels / (double)Block) * Block;
        long weights = 2 * (long)workspace.FilterLength;
        return new StepWork((long)(Points * tiles * layer.InChannels * outputs), Bytes(layer) + weights)
        {
            Transformed = (long)(Points * tiles * (layer.InChannels + outputs)),

            // Small ones too: inside a network other layers' values and weights come in between.
            FarBytes = weights,
        };
    }

    /// <summary>A bound of the magnitude of every sum, for inputs from −<paramref name="below"/> to <paramref name="above"/>.</summary>
    internal static long LargestSum(QuantizedWeights weights, int below, int above)
    {
        long largest = 0;
        for (int m = 0; m < weights.Channels; m++)
        {
            long positive = 0, negative = 0;
            foreach (sbyte weight in weights.Rows.AsSpan(m * weights.Taps, weights.Taps))
            {
                int w = weight - weights.Zero;
                if (w > 0) positive += w;
                else negative -= w;
            }

            largest = Math.Max(largest, Math.Max((positive * above) + (negative * below), (positive * below) + (negative * above)));
        }

        return largest;
    }

    private static StepWork DefinedWork(ConvLayer layer)
    {
        double outputs = Math.Ceiling(layer.OutChannels / (double)Block) * Block;
        return new StepWork((long)(layer.Batch * (double)layer.Window.OutLength * layer.Taps * outputs), Bytes(layer));
    }

    private static long Bytes(ConvLayer layer) => (long)layer.Batch * ((layer.InChannels * (long)layer.Window.InLength) + (layer.OutChannels * (long)layer.Window.OutLength));

    private static bool HasTiles(ConvLayer layer)
        => layer.Groups == 1 && layer.InChannels % 4 == 0 && layer.Window.Depth == WindowAxis.Missing && IsServed(layer.Window.Height) && IsServed(layer.Window.Width);

    private static bool IsServed(WindowAxis axis) => axis.Kernel == 3 && axis.Stride == 1 && axis.Dilation == 1;
}
