#nullable enable
using System;
using System.Runtime.CompilerServices;

namespace RedGen.Runtime;

/// <summary>
/// Convolution of stride 1 by Winograd's minimal filtering, over tensors whose channels lie together (channels last):
/// output[n, y, x, m] = activation(addend[n, y, x, m] + bias[m] + Σ weights[m, c, ky, kx] × input[n, y + ky − PadTop, x + kx − PadLeft, c]).
/// Tiles of 4 × 4 outputs of a 3 × 3 kernel take a quarter of the multiplications, tiles of 2 × 2 4/9 of them. Sums are formed in another
/// order than the definition's, and pass through differences of inputs: an infinity or NaN in the input reaches all outputs of its tile, as NaN.
/// </summary>
public static class WinogradConvolution
{
    /// <summary>True if an axis of that many taps can be computed in tiles of so many outputs: 1 tap by 1; 3 taps by 2 or 4; 5 taps by 2.</summary>
    public static bool Serves(int taps, int tile) => taps switch
    {
        1 => tile == 1,
        3 => tile is 2 or 4,
        5 => tile == 2,
        _ => false,
    };

    /// <summary>Floats of workspace that <see cref="Run{TActivation}"/> needs.</summary>
    public static int WorkspaceLength(in ConvShape shape, int tileHeight, int tileWidth) => new WinogradPlan(shape, tileHeight, tileWidth).Length + Dense.PanelWidth;

    /// <summary>Computes one convolution.</summary>
    /// <param name="input">[Batch, InHeight, InWidth, InChannels].</param>
    /// <param name="weights">As <see cref="WinogradWeights.Transform"/> makes them for the same tiles.</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutHeight, OutWidth, OutChannels]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes: two spatial axes or one, one group, strides and dilations 1.</param>
    /// <param name="tileHeight">Outputs of a tile along the height; see <see cref="Serves"/>.</param>
    /// <param name="tileWidth">Outputs of a tile along the width.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or the shape is of another kind.</exception>
    [MethodImpl(Simd.Hot)]
    public static void Run<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, Span<float> workspace, in ConvShape shape, int tileHeight, int tileWidth, TActivation activation)
        where TActivation : struct, IActivation
    {
        WinogradPlan plan = new(shape, tileHeight, tileWidth);
        int inputs = shape.Batch * shape.InChannels * shape.InHeight * shape.InWidth;
        int outputs = shape.Batch * shape.OutChannels * shape.OutHeight * shape.OutWidth;
        if (!IsServed(shape, tileHeight, tileWidth) || input.Length < inputs || output.Length < outputs
            || weights.Length < plan.Points * plan.OutStride * shape.InChannels
            || (bias.Length != 0 && bias.Length < shape.OutChannels)
            || (addend.Length != 0 && addend.Length < outputs)
            || workspace.Length < plan.Length + Dense.PanelWidth)
        {
            throw new ArgumentException("A span is shorter than the convolution's shape needs, or Winograd tiles do not serve the shape.");
        }

#if NET8_0_OR_GREATER
        if (Lanes512.IsSupported)
        {
            WinogradPass<Lanes512>.Run(input, weights, bias, addend, output, workspace, plan, shape, activation);
            return;
        }
#endif
        WinogradPass<VectorLanes>.Run(input, weights, bias, addend, output, workspace, plan, shape, activation);
    }

    /// <summary>Computes one convolution of a network from its weights as they are, which a first run transforms for itself and later ones have kept.</summary>
    /// <param name="input">[Batch, InHeight, InWidth, InChannels].</param>
    /// <param name="rows">[OutChannels, InChannels, KernelHeight, KernelWidth], as ONNX has them.</param>
    /// <param name="filters">The transformed weights of all such layers of the network.</param>
    /// <param name="layer">This one's place among them.</param>
    /// <param name="bias">[OutChannels], or empty for none.</param>
    /// <param name="addend">A tensor of the output's shape, or empty for none. It may be the output itself.</param>
    /// <param name="output">[Batch, OutHeight, OutWidth, OutChannels]; must not overlap the input.</param>
    /// <param name="workspace">At least <see cref="WorkspaceLength"/> floats; contents are lost.</param>
    /// <param name="shape">All sizes: two spatial axes or one, one group, strides and dilations 1.</param>
    /// <param name="tileHeight">Outputs of a tile along the height; see <see cref="Serves"/>.</param>
    /// <param name="tileWidth">Outputs of a tile along the width.</param>
    /// <param name="activation">Applied to every element.</param>
    /// <exception cref="ArgumentNullException"><paramref name="filters"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such layer.</exception>
    /// <exception cref="ArgumentException">A span is shorter than the shape needs, or the shape is of another kind.</exception>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void RunKept<TActivation>(
        ReadOnlySpan<float> input, ReadOnlySpan<float> rows, WinogradFilters filters, int layer, ReadOnlySpan<float> bias, ReadOnlySpan<float> addend,
        Span<float> output, Span<float> workspace, in ConvShape shape, int tileHeight, int tileWidth, TActivation activation)
        where TActivation : struct, IActivation
    {
        if (filters is null) throw new ArgumentNullException(nameof(filters));
        ReadOnlySpan<float> weights = filters.Of(layer, rows, shape, tileHeight, tileWidth, out float[]? shared);
        Run(input, weights, bias, addend, output, workspace, shape, tileHeight, tileWidth, activation);
        filters.Return(shared);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsServed(in ConvShape shape, int tileHeight, int tileWidth) =>
        Serves(shape.KernelHeight, tileHeight) && Serves(shape.KernelWidth, tileWidth)
        && shape.Groups == 1 && shape.InDepth == 1 && shape.OutDepth == 1 && shape.KernelDepth == 1 && shape.PadDepth == 0
        && shape.StrideHeight == 1 && shape.StrideWidth == 1 && shape.DilationHeight == 1 && shape.DilationWidth == 1;
}
