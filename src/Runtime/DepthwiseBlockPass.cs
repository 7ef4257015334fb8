#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>What the bands of a <see cref="DepthwiseBlock"/> have in common, and the part that all end with: depthwise, then pointwise.</summary>
internal readonly ref struct DepthwiseBlockPass
{
    private readonly ConvShape _shape;
    private readonly ReadOnlySpan<float> _weights;
    private readonly ReadOnlySpan<float> _bias;
    private readonly ReadOnlySpan<float> _projection;
    private readonly ReadOnlySpan<float> _projectionBias;
    private readonly Span<float> _filtered;
    private readonly int _outChannels;

    internal DepthwiseBlockPass(
        in ConvShape shape, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> projection, ReadOnlySpan<float> projectionBias,
        Span<float> workspace, int outChannels, bool expanded)
    {
        int channels = shape.InChannels;
        Rows = DepthwiseBlock.BandRows(shape, expanded);
        if (shape.Groups != channels || shape.OutChannels != channels || shape.InDepth != 1 || shape.OutDepth != 1 || shape.KernelDepth != 1
            || weights.Length < shape.KernelHeight * shape.KernelWidth * channels || (bias.Length != 0 && bias.Length < channels)
            || workspace.Length < DepthwiseBlock.Length(shape, Rows, expanded))
        {
            throw Unsuitable();
        }

        _shape = shape;
        _weights = weights;
        _bias = bias;
        _projection = projection;
        _projectionBias = projectionBias;
        _outChannels = outChannels;
        int kept = (int)DepthwiseBlock.ExpandedLength(shape, Rows, expanded);
        Expanded = workspace.Slice(0, kept);
        _filtered = workspace.Slice(kept);
    }

    /// <summary>Output rows of a band.</summary>
    internal int Rows { get; }

    /// <summary>Room for the expanded input of a band.</summary>
    internal Span<float> Expanded { get; }

    /// <summary>Rows of the depthwise convolution's input.</summary>
    internal ReadOnlySpan<float> InputRows(ReadOnlySpan<float> input, int first, int end)
    {
        int row = _shape.InWidth * _shape.InChannels;
        return input.Slice(first * row, (end - first) * row);
    }

    /// <summary>Checks the lengths of the spans that differ from sample to sample.</summary>
    internal void Check(int input, int inChannels, int addend, int output)
    {
        int outLength = _shape.Batch * _shape.OutHeight * _shape.OutWidth * _outChannels;
        if (input < _shape.Batch * _shape.InHeight * _shape.InWidth * inChannels || output < outLength || (addend != 0 && addend < outLength))
        {
            throw Unsuitable();
        }
    }

    /// <summary>Computes a band of a sample's output from the input rows of its windows.</summary>
    internal void Finish<TActivation, TLast>(
        in DepthwiseBand band, ReadOnlySpan<float> rows, ReadOnlySpan<float> addend, Span<float> output, TActivation activation, TLast last)
        where TActivation : struct, IActivation
        where TLast : struct, IActivation
    {
        int pixels = band.Rows * _shape.OutWidth;
        int at = band.First * _shape.OutWidth * _outChannels;
        Span<float> filtered = _filtered.Slice(0, pixels * _shape.InChannels);
        ConvShape shape = band.Shape;
        DepthwisePass pass = new(shape, _weights, _bias, Bounds.Of(activation));
        pass.Run(rows, filtered);
        if (!Bounds.Suffice<TActivation>())
        {
            Elementwise.Map(filtered, filtered, activation);
        }

        Gemm.Run(
            filtered, _projection, _projectionBias, addend.IsEmpty ? default : addend.Slice(at, pixels * _outChannels), output.Slice(at, pixels * _outChannels),
            pixels, _shape.InChannels, _outChannels, last);
    }

    private static ArgumentException Unsuitable() => new("The convolution is not depthwise, or a span is shorter than its sizes need.");
}
