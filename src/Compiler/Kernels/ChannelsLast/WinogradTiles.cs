using System.Collections.Generic;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>The tiles of outputs in which a convolution is computed by Winograd's minimal filtering.</summary>
/// <param name="Height">Outputs of a tile along the height; 1 where the kernel has one tap there.</param>
/// <param name="Width">Outputs of a tile along the width.</param>
internal readonly record struct WinogradTiles(int Height, int Width)
{
    /// <summary>The tiles as summaries name them: <c>F(4×4)</c>, of one axis <c>F(4)</c>.</summary>
    public string Text(WindowGeometry window) => window.Rank == 1 ? "F(" + Width + ")" : "F(" + Height + "×" + Width + ")";

    /// <summary>Channels below which vectors of them are too empty for transforms to pay; the certificate relies on it (Red/Certify/WinogradRounding).</summary>
    private const int LeastChannels = 8;

    /// <summary>All that RedGen.Runtime's WinogradConvolution offers for a layer, those with the fewest multiplications first.</summary>
    public static IEnumerable<WinogradTiles> Of(ConvLayer layer)
    {
        WindowGeometry window = layer.Window;
        if (layer.Groups != 1 || layer.InChannels < LeastChannels || window.Depth != WindowAxis.Missing || window.KernelLength == 1) yield break;
        if (window.Height is not { Stride: 1, Dilation: 1 } || window.Width is not { Stride: 1, Dilation: 1 }) yield break;
        foreach (int height in Along(window.Height.Kernel))
        {
            foreach (int width in Along(window.Width.Kernel))
            {
                // Tiles of unequal sides lie between those of equal ones in every respect.
                if (window.Height.Kernel != window.Width.Kernel || height == width) yield return new WinogradTiles(height, width);
            }
        }
    }

    /// <summary>Points along an axis: each tile costs that many multiplications where it would cost outputs × taps.</summary>
    public static int Points(int tile, int taps) => tile + taps - 1;

    private static int[] Along(int taps) => taps switch
    {
        1 => [1],
        3 => [4, 2],
        5 => [2],
        _ => [],
    };
}
