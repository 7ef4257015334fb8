using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Merge;

/// <summary>The constants of a graph on their way to fewer different channels.</summary>
internal sealed class FoldedConstants
{
    private readonly ChannelAnalysis _analysis;
    private readonly GraphBuilder _builder;
    private readonly Dictionary<string, float[]> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, int Input), float[]> _constants = [];

    private readonly bool _repairsVariance;

    /// <summary>Starts from a graph.</summary>
    public FoldedConstants(ChannelAnalysis analysis, bool repairsVariance)
    {
        _repairsVariance = repairsVariance;
        _analysis = analysis;
        _builder = new GraphBuilder(analysis.Graph);
    }

    /// <summary>All numbers of a set of tied channels side by side: producer after producer, weights then constants.</summary>
    public double[] RowOf(ChannelPlaces places)
    {
        var row = new List<double>();
        foreach ((ChannelProducer producer, int channel) in places)
        {
            if (producer.Layer is { } layer)
                foreach (float weight in WeightsOf(layer).AsSpan(channel * layer.Columns, layer.Columns)) row.Add(weight);
            foreach ((int input, int axis) in producer.Constants)
            {
                float[] elements = ConstantOf(producer, input);
                foreach (int i in PositionsOf(producer, input, axis, channel)) row.Add(elements[i]);
            }
        }

        return [.. row];
    }

    /// <summary>Gives all channels of a cluster its mean.</summary>
    public void Fold(ChannelPlaces[] cluster)
    {
        for (int place = 0; place < cluster[0].Count; place++)
        {
            ChannelProducer producer = cluster[0][place].Producer;
            int[] channels = [.. cluster.Select(c => c[place].Channel)];
            if (producer.Layer is { } layer) FoldRows(WeightsOf(layer), layer.Columns, channels);
            foreach ((int input, int axis) in producer.Constants)
            {
                float[] elements = ConstantOf(producer, input);
                int[][] positions = [.. channels.Select(c => PositionsOf(producer, input, axis, c))];
                for (int i = 0; i < positions[0].Length; i++)
                {
                    float mean = (float)(positions.Sum(p => (double)elements[p[i]]) / positions.Length);
                    foreach (int[] p in positions) elements[p[i]] = mean;
                }
            }
        }
    }

    /// <summary>The graph with the folded constants. Constants beside weights that several nodes read get names of their own.</summary>
    public Graph Build()
    {
        foreach (ChannelProducer producer in _analysis.Producers)
        {
            if (producer.Layer is { } layer && _rows.TryGetValue(layer.Weights, out float[]? rows))
                _builder.SetInitializer(layer.Weights, layer.ToTensor(rows, _analysis.Graph.ConstantOf(layer.Weights)!.Dimensions));
            foreach ((int input, _) in producer.Constants)
            {
                if (!_constants.TryGetValue((producer.Node.Name, input), out float[]? elements)) continue;
                string name = producer.Node.Inputs[input];
                Tensor old = _analysis.Graph.ConstantOf(name)!;
                if (old.AsSpan<float>().SequenceEqual(elements)) continue;
                Node node = _builder.Find(producer.Node.Name)!;
                string folded = _builder.AddInitializer(name + "_folded", Tensor.Of(elements, [.. old.Dimensions]));
                _builder.Replace(node, node with { Inputs = node.Inputs.SetItem(input, folded) });
            }
        }

        return _builder.Build();
    }

    /// <summary>
    /// The mean of rows, scaled so that what they give has the variance of one of them: N / √(N + (N² − N) · E[cos]). The mean of N
    /// responses of variance σ² and correlation c has the variance σ² (N + (N² − N) c) / N²; for inputs of equal variance c is the
    /// cosine of the rows. Only weights are scaled: the bias moves the mean, which averaging keeps. Rows that point apart are taken as
    /// uncorrelated, so that the factor stays below √N.
    /// </summary>
    private void FoldRows(float[] rows, int columns, int[] channels)
    {
        double n = channels.Length;
        var mean = new double[columns];
        var direction = new double[columns];
        foreach (int c in channels)
        {
            double norm = Math.Sqrt(Enumerable.Range(c * columns, columns).Sum(i => (double)rows[i] * rows[i]));
            for (int j = 0; j < columns; j++)
            {
                mean[j] += rows[(c * columns) + j] / n;
                if (norm > 0) direction[j] += rows[(c * columns) + j] / norm;
            }
        }

        // ‖Σ of unit rows‖² = N + Σ of the cosines of all pairs.
        double together = _repairsVariance ? Math.Max(n, direction.Sum(d => d * d)) : n * n;
        for (int j = 0; j < columns; j++)
        {
            float folded = (float)(mean[j] * n / Math.Sqrt(together));
            foreach (int c in channels) rows[(c * columns) + j] = folded;
        }
    }

    private float[] WeightsOf(ReducibleLayer layer)
    {
        if (!_rows.TryGetValue(layer.Weights, out float[]? rows)) _rows.Add(layer.Weights, rows = layer.ToRows(_analysis.Graph.ConstantOf(layer.Weights)!));
        return rows;
    }

    private float[] ConstantOf(ChannelProducer producer, int input)
    {
        if (!_constants.TryGetValue((producer.Node.Name, input), out float[]? elements))
            _constants.Add((producer.Node.Name, input), elements = _analysis.Graph.ConstantOf(producer.Node.Inputs[input])!.AsSpan<float>().ToArray());
        return elements;
    }

    /// <summary>The elements of a constant that belong to a channel of the producer's output.</summary>
    private int[] PositionsOf(ChannelProducer producer, int input, int axis, int channel)
    {
        Tensor tensor = _analysis.Graph.ConstantOf(producer.Node.Inputs[input])!;
        ChannelLayout layout = _analysis.Of(producer.Value)!.Layout;
        (int before, int after) = ChannelSlices.Around(tensor, axis);
        return
        [
            .. from b in Enumerable.Range(0, before)
               from part in Enumerable.Range(0, layout.Outer * layout.Inner)
               from a in Enumerable.Range(0, after)
               select (((b * layout.Length) + layout.PositionOf(channel, part)) * after) + a,
        ];
    }
}
