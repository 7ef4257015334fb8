using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Passes;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>
/// A linear layer with fewer channels: rows of outputs that went away are dropped, the columns of merged inputs are summed
/// (W[:, g] ← Σ W[:, i]), and what constant inputs add goes into the bias. Hashed weights stay hashed: an output's columns share its
/// scale, so the sums are sums of codes.
/// </summary>
internal sealed class LinearRewrite
{
    private readonly ChannelRewriter _rewriter;
    private readonly Node _node;
    private readonly ReducibleLayer _layer;
    private readonly AxisMap? _input;
    private readonly AxisMap? _output;
    private readonly bool _isDepthwise;

    /// <summary>Prepares a node that <see cref="LinearRule"/> has accepted.</summary>
    public LinearRewrite(ChannelRewriter rewriter, Node node)
    {
        _rewriter = rewriter;
        _node = node;
        _layer = ReducibleLayer.Read(rewriter.Graph, node)!;
        _input = rewriter.Axis(node.Inputs[0]);
        _output = rewriter.Axis(node.Outputs[0]);
        _isDepthwise = LinearRule.IsDepthwise(_layer);
    }

    private int Outputs => _output?.Count ?? _layer.Outputs;

    private int Columns => _input is null || _isDepthwise ? _layer.Columns : _input.Count / _layer.Groups * _layer.Taps;

    /// <summary>Writes the new constants.</summary>
    public void Run()
    {
        float[] rows = _layer.ToRows(_rewriter.Graph.ConstantOf(_layer.Weights)!);
        HashedMatrix? matrix = _rewriter.Hashed(_layer, rows);
        HashedMatrix? merged = matrix is null ? null : Merge(matrix);
        float[] weights = merged?.ToRows() ?? [.. MergeColumns(rows).Select(w => (float)w)];
        _rewriter.SetConstant(_node, 1, ToTensor(weights), merged);
        if (_output is not null) _rewriter.CountMerged(_layer.Weights, _layer.Outputs - Outputs);
        if (_isDepthwise && _input is not null) _rewriter.Change(_node, n => n with { Attributes = n.Attributes.With("group", _input.Count) });
        WriteBias(_isDepthwise || _input is null ? new double[Outputs] : FoldedConstants(rows));
    }

    /// <summary>The bias as rows × outputs: one row where it is the same for all samples.</summary>
    public static float[] Spread(Tensor bias, int outputs)
    {
        int length = bias.Dimensions.IsEmpty ? 1 : bias.Dimensions[^1];
        var spread = new float[bias.Length / length * outputs];
        for (int i = 0; i < spread.Length; i++) spread[i] = bias.AsSpan<float>()[length == 1 ? i / outputs : i];
        return spread;
    }

    private HashedMatrix Merge(HashedMatrix matrix)
    {
        ImmutableArray<float> scales = matrix.Scales.IsEmpty ? [] : [.. KeptRows().Select(matrix.Scale)];
        (ImmutableArray<float> codebook, byte[] indices) = Merge(matrix.Codebook, matrix.Indices);
        if (matrix.Fine is not { } fine) return new HashedMatrix(Outputs, Columns, codebook, scales, indices);
        // No columns are summed that have two codes (MergeGroups): the digits stay what they are.
        (ImmutableArray<float> values, byte[] digits) = Merge(fine.Values, fine.Digits);
        return new HashedMatrix(Outputs, Columns, codebook, scales, indices, new FineCodes(values, digits));
    }

    private (ImmutableArray<float> Codebook, byte[] Indices) Merge(ImmutableArray<float> values, ReadOnlySpan<byte> positions)
    {
        if (_input is null || _isDepthwise)
        {
            var indices = new byte[Outputs * Columns];
            int at = 0;
            foreach (int i in KeptRows())
            {
                positions.Slice(i * Columns, Columns).CopyTo(indices.AsSpan(at));
                at += Columns;
            }

            return (values, indices);
        }

        var codes = new float[positions.Length];
        for (int i = 0; i < codes.Length; i++) codes[i] = values[positions[i]];
        double[] sums = MergeColumns(codes);
        float[] codebook = Codebook([.. values], sums);
        return ([.. codebook], [.. sums.Select(s => (byte)Array.BinarySearch(codebook, (float)s))]);
    }

    /// <summary>The codebook where it holds the sums; otherwise the distinct sums, and zero where it was there.</summary>
    private static float[] Codebook(float[] old, double[] sums)
    {
        var values = new SortedSet<float>(sums.Select(s => (float)s));
        if (values.All(v => Array.BinarySearch(old, v) >= 0)) return old;
        if (Array.BinarySearch(old, 0f) >= 0) values.Add(0);
        return [.. values];
    }

    private IEnumerable<int> KeptRows() => Enumerable.Range(0, _layer.Outputs).Where(i => _output is null || _output.Kept[i]);

    /// <summary>The kept rows with summed columns.</summary>
    private double[] MergeColumns(float[] rows)
    {
        var merged = new double[Outputs * Columns];
        int next = 0;
        foreach (int i in KeptRows())
        {
            ReadOnlySpan<float> row = rows.AsSpan(i * _layer.Columns, _layer.Columns);
            Span<double> sums = merged.AsSpan(next++ * Columns, Columns);
            if (_input is null || _isDepthwise)
            {
                for (int j = 0; j < row.Length; j++) sums[j] = row[j];
                continue;
            }

            int group = i / (_layer.Outputs / _layer.Groups);
            for (int c = 0; c < _layer.ChannelsPerGroup; c++)
            {
                int column = _input.NewIndex[(group * _layer.ChannelsPerGroup) + c] - (group * (_input.Count / _layer.Groups));
                if (_input.NewIndex[(group * _layer.ChannelsPerGroup) + c] < 0) continue;
                for (int t = 0; t < _layer.Taps; t++) sums[(column * _layer.Taps) + t] += row[(c * _layer.Taps) + t];
            }
        }

        return merged;
    }

    /// <summary>What the input channels that are constant and go away add to each kept output: Σ k · w.</summary>
    private double[] FoldedConstants(float[] rows)
    {
        var added = new double[Outputs];
        int next = 0;
        foreach (int i in KeptRows())
        {
            int first = i / (_layer.Outputs / _layer.Groups) * _layer.ChannelsPerGroup;
            for (int c = 0; c < _layer.ChannelsPerGroup; c++)
            {
                if (_input!.NewIndex[first + c] >= 0 || _input.Constant[first + c] == 0) continue;
                for (int t = 0; t < _layer.Taps; t++) added[next] += _input.Constant[first + c] * rows[(i * _layer.Columns) + (c * _layer.Taps) + t];
            }

            next++;
        }

        return added;
    }

    private void WriteBias(double[] added)
    {
        bool adds = added.Any(a => a != 0);
        if (_layer.Bias.Length == 0)
        {
            if (adds) _rewriter.AddBias(_node, Tensor.Of([.. added.Select(a => (float)a)], added.Length));
            return;
        }

        Tensor bias = _rewriter.Graph.ConstantOf(_layer.Bias)!;
        int axis = bias.Dimensions.Length - 1;
        if (_output is not null && axis >= 0 && bias.Dimensions[axis] > 1) bias = ChannelSlices.Keep(bias, axis, _output.Kept, Outputs);
        if (adds)
        {
            float[] values = Spread(bias, Outputs);
            for (int i = 0; i < values.Length; i++) values[i] = (float)(values[i] + added[i % Outputs]);
            bias = Tensor.Of(values, axis < 0 ? [Outputs] : [.. bias.Dimensions.SetItem(axis, Outputs)]);
        }

        _rewriter.SetConstant(_node, 2, bias, null);
    }

    private Tensor ToTensor(float[] rows)
    {
        ImmutableArray<int> old = _rewriter.Graph.ConstantOf(_layer.Weights)!.Dimensions;
        if (_node.Is("Conv")) return Tensor.Of(rows, [Outputs, Columns / _layer.Taps, .. old.Skip(2)]);
        if (_layer.IsTransposed)
        {
            int groups = _isDepthwise && _input is not null ? _input.Count : _layer.Groups;
            (int inputs, int outputs) = (Columns / _layer.Taps, Outputs / groups);
            int[] places = ReducibleLayer.TransposedPlaces(inputs, outputs, groups, _layer.Taps);
            var moved = new float[rows.Length];
            for (int i = 0; i < rows.Length; i++) moved[places[i]] = rows[i];
            return Tensor.Of(moved, [inputs * groups, outputs, .. old.Skip(2)]);
        }

        if (_node.Is("Gemm") && _node.Attributes.Int("transB", 0) != 0) return Tensor.Of(rows, Outputs, Columns);
        var elements = new float[rows.Length];
        for (int i = 0; i < Outputs; i++)
            for (int j = 0; j < Columns; j++) elements[(j * Outputs) + i] = rows[(i * Columns) + j];
        return Tensor.Of(elements, Columns, Outputs);
    }
}
