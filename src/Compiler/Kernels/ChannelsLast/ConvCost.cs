using System;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// What convolutions over channels cost, in picoseconds of one core with 512-bit vectors, fitted to measurements (docs/decisions/0011).
/// With 256-bit vectors products take twice as long and transforms nearly the same, so that whatever saves multiplications here does so there.
/// </summary>
internal static class ConvCost
{
    /// <summary>Lanes that channels are rounded up to.</summary>
    private const int Lanes = 16;

    /// <summary>A multiply-add of a tile two vectors wide.</summary>
    private const double MultiplyAdd = 8.3;

    /// <summary>A multiply-add where one vector holds the last channels: each needs a load of its own.</summary>
    private const double SingleMultiplyAdd = 11.5;

    /// <summary>An output with its bias, addend and activation.</summary>
    private const double Output = 130;

    /// <summary>What there is to do whatever the size.</summary>
    private const double DirectCall = 200_000, TilesCall = 250_000;

    /// <summary>The same where the kernel is compiled for the layer's own sizes.</summary>
    private const double FixedCall = 30_000, FixedOutput = 15;

    /// <summary>A transformed input of four points an axis, and of six.</summary>
    private const double FourPointInput = 60, SixPointInput = 82;

    /// <summary>A product transformed back, likewise.</summary>
    private const double FourPointOutput = 70, SixPointOutput = 106;

    /// <summary>A byte of weights from L2's size on, and from the size on that only memory has room for.</summary>
    private const double FarByte = 4, MemoryByte = 25;

    private const double FarBytes = 262144, MemoryBytes = 8388608;

    /// <summary>How much less Winograd must cost than the definition's order: its weights take up to four times the memory, once more time at the first use.</summary>
    private const double Advantage = 1.15;

    /// <summary>Whether tiles pay.</summary>
    public static bool Pays(ConvLayer layer, WinogradTiles tiles) => OfTiles(layer, tiles) * Advantage < OfDirect(layer);

    /// <summary>The sum of products as defined.</summary>
    public static double OfDirect(ConvLayer layer)
    {
        double pixels = (double)layer.Batch * layer.Window.OutLength;
        return DirectCall + (pixels * Products(layer.OutChannels, layer.Taps)) + (pixels * Rounded(layer.OutChannels) * Output) + Weights(layer, layer.Window.KernelLength);
    }

    /// <summary>The same, compiled for the layer's own sizes.</summary>
    public static double OfFixed(ConvLayer layer)
        => FixedCall + (layer.Window.OutLength * (Products(layer.OutChannels, layer.Taps) + (Rounded(layer.OutChannels) * FixedOutput)));

    /// <summary>By Winograd's minimal filtering.</summary>
    public static double OfTiles(ConvLayer layer, WinogradTiles tiles)
    {
        (WindowAxis height, WindowAxis width) = (layer.Window.Height, layer.Window.Width);
        int high = WinogradTiles.Points(tiles.Height, height.Kernel);
        int wide = WinogradTiles.Points(tiles.Width, width.Kernel);
        double count = (double)layer.Batch * ((height.Out + tiles.Height - 1) / tiles.Height) * ((width.Out + tiles.Width - 1) / tiles.Width);
        bool six = Math.Max(high, wide) == 6;
        double transforms = (Rounded(layer.InChannels) * (six ? SixPointInput : FourPointInput)) + (Rounded(layer.OutChannels) * (six ? SixPointOutput : FourPointOutput));
        // The micro-kernels take four rows at a time.
        double rows = Math.Ceiling(count / 4) * 4;
        return TilesCall + (high * wide * ((count * transforms) + (rows * Products(layer.OutChannels, layer.InChannels)))) + Weights(layer, high * wide);
    }

    /// <summary>One row of a product with so many output channels.</summary>
    private static double Products(int channels, int depth)
    {
        int vectors = (channels + Lanes - 1) / Lanes;
        return (double)depth * Lanes * ((vectors / 2 * 2 * MultiplyAdd) + (vectors % 2 * SingleMultiplyAdd));
    }

    private static double Weights(ConvLayer layer, int points)
    {
        double bytes = 4.0 * points * layer.InChannels * Rounded(layer.OutChannels);
        return bytes < FarBytes ? 0 : bytes * (bytes < MemoryBytes ? FarByte : MemoryByte);
    }

    private static int Rounded(int channels) => (channels + Lanes - 1) / Lanes * Lanes;
}
