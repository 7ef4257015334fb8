using System;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using RedGen.Cli.Output;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Measure;

/// <summary>Samples in an array whose first axis counts them, as a model's input takes them one by one.</summary>
internal sealed class SampleSet
{
    private readonly Tensor _array;
    private readonly int _sampleLength;
    private readonly float[] _mean;
    private readonly float[] _deviation;
    private readonly bool _isNormalised;

    /// <summary>Wraps an array.</summary>
    /// <param name="array">The samples; of uint8 become floats where the model takes floats.</param>
    /// <param name="mean">Subtracted from u8/255, one number or one a channel.</param>
    /// <param name="deviation">Divides the difference.</param>
    /// <param name="isNormalised">Whether the user gave these numbers.</param>
    /// <exception cref="ToolException">The array has no first axis, or the numbers do not fit the channels.</exception>
    public SampleSet(Tensor array, float[] mean, float[] deviation, bool isNormalised)
    {
        if (array.Dimensions.IsEmpty) throw new ToolException("the inputs are a scalar; their first axis should count the samples");
        _array = array;
        _sampleLength = array.Dimensions.Skip(1).Aggregate(1, static (a, d) => a * d);
        _mean = mean;
        _deviation = deviation;
        _isNormalised = isNormalised;
        int channels = Math.Max(mean.Length, deviation.Length);
        if (channels > 1 && ChannelAxis(channels) < 0)
            throw new ToolException("samples of shape " + Shape.Of(array.Dimensions.Skip(1)) + " do not have " + channels.ToString(CultureInfo.InvariantCulture) + " channels");
        if (deviation.Contains(0)) throw new ToolException("--std holds a zero");
    }

    /// <summary>The number of samples.</summary>
    public int Count => _array.Dimensions[0];

    /// <summary>The shape that a model with the given rank takes: a batch axis of one is added where the samples have none.</summary>
    public int[] ShapeFor(int rank)
    {
        int[] sample = [.. _array.Dimensions.Skip(1)];
        return rank == sample.Length ? sample : [1, .. sample];
    }

    /// <summary>Checks that samples fit an input.</summary>
    /// <exception cref="ToolException">They do not.</exception>
    public void Check(Value input)
    {
        var type = (TensorType)input.Type!;
        bool fitsType = type.ElementType == _array.ElementType || NeedsConversion(type);
        if (!fitsType) throw new ToolException("input '" + input.Name + "' is " + type + ", the samples are " + _array.ElementType.Name());
        if (_isNormalised && !NeedsConversion(type)) throw new ToolException("--mean and --std are for models that take float32; input '" + input.Name + "' is " + type);
        if (type.Shape!.ElementCount != _sampleLength)
            throw new ToolException("input '" + input.Name + "' is " + type + ", a sample has the shape " + Shape.Of(_array.Dimensions.Skip(1)));
        if (IsReordered(type.Shape))
            throw new ToolException("input '" + input.Name + "' is " + type + ", a sample has the shape " + Shape.Of(_array.Dimensions.Skip(1)) + ": the same axes in another order");
    }

    /// <summary>Samples may be flat, or grouped in another way; with the very axes of the input they must have its order (channels first or last).</summary>
    private bool IsReordered(Shape shape)
    {
        int[] input = [.. shape.ToArray().Where(static d => d != 1)], sample = [.. _array.Dimensions.Skip(1).Where(static d => d != 1)];
        return !input.SequenceEqual(sample) && input.Order().SequenceEqual(sample.Order());
    }

    /// <summary>The elements of a sample as the input takes them.</summary>
    public byte[] Sample(int index, Value input)
    {
        int width = _array.ElementType.Bytes();
        ReadOnlySpan<byte> data = _array.Data.Span.Slice(index * _sampleLength * width, _sampleLength * width);
        return NeedsConversion((TensorType)input.Type!) ? Normalise(data) : data.ToArray();
    }

    /// <summary>All samples in one array of floats: the first axis counts them, the others are the input's.</summary>
    /// <param name="input">The model's input, of static shape.</param>
    /// <exception cref="ToolException">The samples do not fit the input, are no floats, or are too many for one array.</exception>
    public Tensor ToTensor(Value input)
    {
        Check(input);
        var type = (TensorType)input.Type!;
        if (type.ElementType != ElementType.Float32) throw new ToolException("samples serve models of float32; input '" + input.Name + "' is " + type);
        long bytes = (long)Count * _sampleLength * sizeof(float);
        if (bytes > Array.MaxLength) throw new ToolException("the samples are too many: " + bytes.ToString(CultureInfo.InvariantCulture) + " bytes as floats");
        var data = new byte[bytes];
        for (int i = 0; i < Count; i++) Sample(i, input).CopyTo(data.AsSpan(i * _sampleLength * sizeof(float)));
        return new Tensor(ElementType.Float32, [Count, .. type.Shape!.ToArray()], data);
    }

    private bool NeedsConversion(TensorType type) => _array.ElementType == ElementType.UInt8 && type.ElementType == ElementType.Float32;

    /// <summary>(u8/255 − mean) / std, channel by channel; computed in double so that the default gives the raw values exactly.</summary>
    private byte[] Normalise(ReadOnlySpan<byte> data)
    {
        int channels = Math.Max(_mean.Length, _deviation.Length);
        int axis = channels == 1 ? -1 : ChannelAxis(channels);
        int inner = axis < 0 ? data.Length : _array.Dimensions.Skip(axis + 1).Aggregate(1, static (a, d) => a * d);
        var values = new float[data.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int channel = axis < 0 ? 0 : i / inner % channels;
            double mean = _mean[Math.Min(channel, _mean.Length - 1)];
            float deviation = _deviation[Math.Min(channel, _deviation.Length - 1)];
            values[i] = IsRaw(mean, deviation) ? data[i] : (float)(((data[i] / 255.0) - mean) / deviation);
        }

        return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
    }

    private static bool IsRaw(double mean, float deviation) => mean == 0 && deviation == 1f / 255;

    /// <summary>Channels stand first in a sample (ONNX's order) or last; −1: they are not there.</summary>
    private int ChannelAxis(int channels)
    {
        if (_array.Dimensions.Length < 2) return -1;
        if (_array.Dimensions[1] == channels) return 1;
        return _array.Dimensions[^1] == channels ? _array.Dimensions.Length - 1 : -1;
    }
}
