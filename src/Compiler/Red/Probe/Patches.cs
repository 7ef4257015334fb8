using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Execute.Fast;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Red.Probe;

/// <summary>What the outputs of a layer sum over, at places spread over a batch: windows of a convolution, rows of a product.</summary>
internal sealed class Patches
{
    private readonly ReducibleLayer _layer;
    private readonly FastValue[] _samples;
    private readonly WindowGeometry? _window;
    private readonly (int Sample, int Place)[] _places;

    /// <summary>Chooses places.</summary>
    public Patches(ReducibleLayer layer, FastValue[] samples, Graph graph, int most)
    {
        _layer = layer;
        _samples = samples;
        int[] x = samples[0].Lengths;
        int perSample;
        if (layer.IsTransposed)
        {
            _window = TransposedWindow.Read(layer.Node, x, [.. graph.ConstantOf(layer.Weights)!.Dimensions]);
            perSample = x[0] * _window.InLength;
        }
        else if (layer.Node.Operator.Name == "Conv")
        {
            _window = WindowGeometry.Read(layer.Node.Attributes, x, [.. graph.ConstantOf(layer.Weights)!.Dimensions.Skip(2).Select(d => (long)d)]);
            perSample = x[0] * _window.OutLength;
        }
        else
        {
            perSample = samples[0].Floats.Length / (layer.Columns * layer.Groups);
        }

        long all = (long)perSample * samples.Length;
        int count = (int)System.Math.Min(all, most);
        // Evenly spread with a jitter, so that places do not align with rows of an image.
        var random = new SplitMix64((ulong)all);
        _places = new (int, int)[count];
        for (int i = 0; i < count; i++)
        {
            long at = (all * i / count) + (all > most ? random.NextIndex((int)(all / count)) : 0);
            _places[i] = ((int)(at / perSample), (int)(at % perSample));
        }
    }

    /// <summary>The number of places.</summary>
    public int Count => _places.Length;

    /// <summary>The columns of a group: [column][place].</summary>
    public float[] Read(int group)
    {
        var columns = new float[_layer.Columns * Count];
        for (int p = 0; p < Count; p++)
        {
            (int sample, int place) = _places[p];
            float[] x = _samples[sample].Floats;
            if (_window is null)
                for (int j = 0; j < _layer.Columns; j++) columns[(j * Count) + p] = x[(((place * _layer.Groups) + group) * _layer.Columns) + j];
            else if (_layer.IsTransposed) ReadSources(_window, x, group, place, columns, p);
            else ReadWindow(_window, x, group, place, columns, p);
        }

        return columns;
    }

    /// <summary>The elements that reach an output of a transposed convolution, by tap.</summary>
    private void ReadSources(WindowGeometry window, float[] x, int group, int place, float[] columns, int p)
    {
        int at = place % window.InLength;
        int image = place / window.InLength;
        int[] output = [at / (window.Width.In * window.Height.In), at / window.Width.In % window.Height.In, at % window.Width.In];
        foreach (int[] tap in Positions.All([window.Depth.Kernel, window.Height.Kernel, window.Width.Kernel]))
        {
            int source = 0;
            for (int a = 0; a < 3 && source >= 0; a++)
            {
                WindowAxis axis = window.Axes[a];
                int from = output[a] + axis.Before - (tap[a] * axis.Dilation);
                source = from < 0 || from % axis.Stride != 0 || from / axis.Stride >= axis.Out ? -1 : (source * axis.Out) + (from / axis.Stride);
            }

            if (source < 0) continue;
            int column = (((tap[0] * window.Height.Kernel) + tap[1]) * window.Width.Kernel) + tap[2];
            for (int c = 0; c < _layer.ChannelsPerGroup; c++)
                columns[(((c * _layer.Taps) + column) * Count) + p] = x[(((((image * _layer.Groups) + group) * _layer.ChannelsPerGroup) + c) * window.OutLength) + source];
        }
    }

    private void ReadWindow(WindowGeometry window, float[] x, int group, int place, float[] columns, int p)
    {
        int channels = _layer.ChannelsPerGroup;
        int at = place % window.OutLength;
        int image = place / window.OutLength;
        int v = at % window.Width.Out, h = at / window.Width.Out % window.Height.Out, d = at / (window.Width.Out * window.Height.Out);
        for (int c = 0; c < channels; c++)
        {
            int plane = ((((image * _layer.Groups) + group) * channels) + c) * window.InLength;
            int column = c * _layer.Taps;
            for (int kd = window.Depth.FirstTap(d); kd < window.Depth.EndTap(d); kd++)
            {
                for (int kh = window.Height.FirstTap(h); kh < window.Height.EndTap(h); kh++)
                {
                    int row = plane + (((window.Depth.Position(d, kd) * window.Height.In) + window.Height.Position(h, kh)) * window.Width.In);
                    int taps = column + (((kd * window.Height.Kernel) + kh) * window.Width.Kernel);
                    for (int kw = window.Width.FirstTap(v); kw < window.Width.EndTap(v); kw++) columns[((taps + kw) * Count) + p] = x[row + window.Width.Position(v, kw)];
                }
            }
        }
    }
}
