using System;
using System.Linq;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>What the time of a convolution depends on, for each way to compute it; a table of costs makes times of it (docs/decisions/0020).</summary>
internal static class ConvWork
{
    /// <summary>Lanes that channels are rounded up to.</summary>
    private const int Lanes = 16;

    /// <summary>Multiply-adds of a tile two vectors wide for one of the vector that is left over: each of its own needs a load.</summary>
    private const double LoneVector = 1.4;

    /// <summary>Over planes: the sum as defined.</summary>
    public static StepWork OverPlanes(ConvLayer layer) => Of(layer, layer.MultiplyAdds, layer.Window.KernelLength, layer.OutChannels);

    /// <summary>Over channels: the sum as defined, with empty lanes.</summary>
    public static StepWork OverChannels(ConvLayer layer)
    {
        double pixels = (double)layer.Batch * layer.Window.OutLength;
        int perGroup = layer.OutChannels / layer.Groups;
        int outputs = layer.Groups * Rounded(perGroup);
        return Of(layer, pixels * layer.Groups * Products(perGroup, layer.Taps), layer.Window.KernelLength, outputs) with { Transformed = (long)pixels * outputs };
    }

    /// <summary>One filter a channel, over vectors of channels.</summary>
    public static StepWork OfDepthwise(ConvLayer layer)
        => Of(layer, (double)layer.Batch * layer.Window.OutLength * layer.Taps * Rounded(layer.OutChannels), layer.Window.KernelLength, layer.OutChannels);

    /// <summary>By Winograd's minimal filtering.</summary>
    public static StepWork OfTiles(ConvLayer layer, WinogradTiles tiles)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        int points = WinogradTiles.Points(tiles.Height, height.Kernel) * WinogradTiles.Points(tiles.Width, width.Kernel);
        double count = (double)layer.Batch * ((height.Out + tiles.Height - 1) / tiles.Height) * ((width.Out + tiles.Width - 1) / tiles.Width);
        // The micro-kernels take four rows at a time.
        double rows = Math.Ceiling(count / 4) * 4;
        // Once along each axis of more than one tap.
        int passes = (height.Kernel > 1 ? 1 : 0) + (width.Kernel > 1 ? 1 : 0);
        double transformed = passes * points * count * (Rounded(layer.InChannels) + Rounded(layer.OutChannels));
        return Of(layer, points * rows * Products(layer.OutChannels, layer.InChannels), points, Rounded(layer.OutChannels)) with { Transformed = (long)transformed };
    }

    /// <summary>One row of a product with so many output channels.</summary>
    private static double Products(int channels, int depth)
    {
        int vectors = (channels + Lanes - 1) / Lanes;
        return (double)depth * Lanes * ((vectors / 2 * 2) + (vectors % 2 * LoneVector));
    }

    private static StepWork Of(ConvLayer layer, double multiplyAdds, int points, int outputs)
    {
        long weights = 4L * points * (layer.InChannels / layer.Groups) * outputs;
        long inputs = layer.Window.Axes.Aggregate((long)layer.Batch * layer.InChannels, static (n, a) => n * a.In);
        long results = (long)layer.Batch * layer.OutChannels * layer.Window.OutLength;
        return new StepWork((long)multiplyAdds, weights + (4 * (inputs + results))) { Weights = weights };
    }

    private static int Rounded(int channels) => (channels + Lanes - 1) / Lanes * Lanes;
}
