#nullable enable
using System;

namespace RedGen.Runtime;

/// <summary>
/// ONNX Conv and ConvTranspose of floats over spatial lengths of run time. Both move one window over places: Conv adds what the window
/// reads to its place, ConvTranspose adds the place to what the window covers.
/// </summary>
public sealed class OpenConvolution
{
    /// <summary>Counted in ints, with room to add a few.</summary>
    private const long LengthLimit = int.MaxValue / 2;

    private readonly string _node;
    private readonly int _group;
    private readonly int[] _strides;
    private readonly int[] _dilations;
    private readonly int[] _pads;
    private readonly string _autoPad;

    /// <summary>Takes the attributes of a node.</summary>
    /// <param name="node">The node, for messages.</param>
    /// <param name="group">How many groups channels fall into.</param>
    /// <param name="strides">The distance of windows along each spatial axis.</param>
    /// <param name="dilations">The distance of taps along each spatial axis.</param>
    /// <param name="pads">The padding before each spatial axis, then behind each.</param>
    /// <param name="autoPad">Who chooses the padding: NOTSET, VALID, SAME_UPPER or SAME_LOWER.</param>
    public OpenConvolution(string node, int group, ReadOnlySpan<int> strides, ReadOnlySpan<int> dilations, ReadOnlySpan<int> pads, string autoPad)
    {
        _node = node;
        _group = group;
        _strides = strides.ToArray();
        _dilations = dilations.ToArray();
        _pads = pads.ToArray();
        _autoPad = autoPad;
    }

    /// <summary>Conv.</summary>
    /// <param name="x">The input.</param>
    /// <param name="w">The filters: outputs, inputs of a group, spatial axes.</param>
    /// <param name="bias">A value an output channel, or nothing.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public DynamicTensor<float> Run(TensorView<float> x, TensorView<float> w, ReadOnlySpan<float> bias)
    {
        RequireRank(x.Lengths, w.Lengths);
        if (x.Lengths[1] != (long)w.Lengths[1] * _group || w.Lengths[0] % _group != 0) throw Misfit(x.Lengths, w.Lengths);
        int rank = _strides.Length;
        var axes = new WindowPlaces(rank);
        for (int i = 0; i < rank; i++)
        {
            int input = x.Lengths[i + 2];
            long reach = ((w.Lengths[i + 2] - 1L) * _dilations[i]) + 1;
            long before = _autoPad == "NOTSET" ? _pads[i] : 0;
            long room = input + before + (_autoPad == "NOTSET" ? _pads[rank + i] : 0) - reach;
            long output = room < 0 ? 0 : (room / _strides[i]) + 1;
            if (IsSame)
            {
                output = ((long)input + _strides[i] - 1) / _strides[i];
                long pad = Math.Max(0, ((output - 1) * _strides[i]) + reach - input);
                before = _autoPad == "SAME_UPPER" ? pad / 2 : pad - (pad / 2);
            }

            if (output < 1 || output > LengthLimit) throw Misfit(x.Lengths, w.Lengths);
            axes.Set(i, (int)output, input, w.Lengths[i + 2], _strides[i], _dilations[i], (int)before);
        }

        DynamicTensor<float> y = Start(x.Lengths[0], w.Lengths[0], axes.Places, bias, x.Lengths, w.Lengths);
        axes.Prepare();
        int outputs = w.Lengths[0] / _group;
        for (int plane = 0; plane < x.Lengths[0] * w.Lengths[0]; plane++)
        {
            int output = plane % w.Lengths[0];
            Span<float> to = y.Span.Slice(plane * axes.PlaceCount, axes.PlaceCount);
            for (int c = 0; c < w.Lengths[1]; c++)
            {
                int channel = (plane / w.Lengths[0] * x.Lengths[1]) + (output / outputs * w.Lengths[1]) + c;
                axes.Collect(x.Span.Slice(channel * axes.CoveredCount, axes.CoveredCount), w.Span.Slice(((output * w.Lengths[1]) + c) * axes.TapCount, axes.TapCount), to);
            }
        }

        return y;
    }

    /// <summary>ConvTranspose.</summary>
    /// <param name="x">The input.</param>
    /// <param name="w">The filters: inputs, outputs of a group, spatial axes.</param>
    /// <param name="bias">A value an output channel, or nothing.</param>
    /// <param name="added">What is added to the output behind each spatial axis.</param>
    /// <exception cref="ArgumentException">The operands do not fit.</exception>
    public DynamicTensor<float> RunTransposed(TensorView<float> x, TensorView<float> w, ReadOnlySpan<float> bias, ReadOnlySpan<int> added)
    {
        RequireRank(x.Lengths, w.Lengths);
        if (x.Lengths[1] != w.Lengths[0] || w.Lengths[0] % _group != 0) throw Misfit(x.Lengths, w.Lengths);
        int rank = _strides.Length;
        var axes = new WindowPlaces(rank);
        for (int i = 0; i < rank; i++)
        {
            int input = x.Lengths[i + 2];
            long whole = (_strides[i] * (input - 1L)) + added[i] + ((w.Lengths[i + 2] - 1L) * _dilations[i]) + 1;
            long before = _autoPad == "NOTSET" ? _pads[i] : 0;
            long output = whole - before - (_autoPad == "NOTSET" ? _pads[rank + i] : 0);
            if (IsSame)
            {
                output = (long)_strides[i] * input;
                long cut = Math.Max(0, whole - output);
                before = _autoPad == "SAME_UPPER" ? cut / 2 : cut - (cut / 2);
            }

            if (output < 0 || Math.Max(whole, output) > LengthLimit) throw Misfit(x.Lengths, w.Lengths);
            axes.Set(i, input, (int)output, w.Lengths[i + 2], _strides[i], _dilations[i], (int)before);
        }

        int channels = Tensors.Count(_node, [w.Lengths[1], _group]);
        DynamicTensor<float> y = Start(x.Lengths[0], channels, axes.Covered, bias, x.Lengths, w.Lengths);
        axes.Prepare();
        int inputs = w.Lengths[0] / _group;
        for (int plane = 0; plane < x.Lengths[0] * channels; plane++)
        {
            int output = plane % channels;
            Span<float> to = y.Span.Slice(plane * axes.CoveredCount, axes.CoveredCount);
            for (int c = 0; c < inputs; c++)
            {
                int channel = (output / w.Lengths[1] * inputs) + c;
                int from = ((plane / channels * x.Lengths[1]) + channel) * axes.PlaceCount;
                axes.Spread(x.Span.Slice(from, axes.PlaceCount), w.Span.Slice(((channel * w.Lengths[1]) + (output % w.Lengths[1])) * axes.TapCount, axes.TapCount), to);
            }
        }

        return y;
    }

    private bool IsSame => _autoPad is "SAME_UPPER" or "SAME_LOWER";

    private void RequireRank(ReadOnlySpan<int> x, ReadOnlySpan<int> w)
    {
        if (x.Length != _strides.Length + 2 || w.Length != x.Length) throw Misfit(x, w);
        for (int i = 2; i < w.Length; i++)
            if (w[i] < 1) throw Misfit(x, w);
    }

    /// <summary>The output, each channel filled with its bias.</summary>
    private DynamicTensor<float> Start(int samples, int channels, int[] lengths, ReadOnlySpan<float> bias, ReadOnlySpan<int> x, ReadOnlySpan<int> w)
    {
        if (bias.Length != 0 && bias.Length != channels) throw Misfit(x, w);
        var all = new int[lengths.Length + 2];
        all[0] = samples;
        all[1] = channels;
        lengths.CopyTo(all, 2);
        DynamicTensor<float> y = Tensors.Create<float>(_node, all);
        if (bias.Length == 0 || y.Length == 0) return y;
        int size = y.Length / (samples * channels);
        for (int plane = 0; plane < samples * channels; plane++) y.Span.Slice(plane * size, size).Fill(bias[plane % channels]);
        return y;
    }

    private ArgumentException Misfit(ReadOnlySpan<int> x, ReadOnlySpan<int> w)
        => new(_node + ": an input of shape " + Tensors.Text(x) + " and filters of shape " + Tensors.Text(w) + " do not fit.");
}
