using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Sampling;

/// <summary>A network as some kernel computes it in float32: the sums of each run in an order of its own, with or without one rounding for product and sum. Not for several threads at once.</summary>
internal sealed class Float32Pass(BoundNetwork network)
{
    private readonly double[][] _values = [.. network.Nodes.Select(static n => new double[n.Length])];
    private readonly double[] _terms = new double[1 + network.Nodes.OfType<AffineNode>().Select(static n => n.Maps.Sum(static m => m.Inputs)).DefaultIfEmpty(0).Max()];

    /// <summary>The value of a node in the last run.</summary>
    public ReadOnlySpan<double> Value(int node) => _values[node];

    /// <summary>Computes all values.</summary>
    /// <param name="input">Float32 inputs.</param>
    /// <param name="random">Decides the order of the sums.</param>
    public void Run(ReadOnlySpan<double> input, SplitMix64 random)
    {
        input.CopyTo(_values[0]);
        for (int n = 1; n < _values.Length; n++)
        {
            double[] value = _values[n];
            switch (network.Nodes[n])
            {
                case AffineNode node:
                    int order = random.NextIndex(3);
                    bool isFused = random.NextIndex(2) == 0;
                    for (int i = 0; i < value.Length; i++) value[i] = Sum(node, i, order, isFused);
                    break;
                case ActivationNode node:
                    for (int i = 0; i < value.Length; i++) value[i] = (float)node.Function.Apply(_values[node.Source][i]);
                    break;
                case ProductNode node:
                    // Exact: its reader rounds.
                    for (int i = 0; i < value.Length; i++) value[i] = _values[node.Left][node.LeftElements[i]] * _values[node.Right][node.RightElements[i]];
                    break;
                case MaxNode node:
                    for (int i = 0; i < value.Length; i++) value[i] = node.Groups[i].Max(e => _values[node.Source][e]);
                    break;
            }
        }
    }

    private double Sum(AffineNode node, int element, int order, bool isFused)
    {
        int count = 0;
        bool rounds = node.Rounding is { IsComputed: true };
        for (int s = 0; s < node.Sources.Length; s++)
        {
            ReadOnlySpan<int> columns = node.Maps[s].Columns(element);
            ReadOnlySpan<double> values = node.Maps[s].Values(element);
            for (int k = 0; k < columns.Length; k++)
            {
                double product = values[k] * _values[node.Sources[s]][columns[k]];
                _terms[count++] = isFused || !rounds ? product : (float)product;
            }
        }

        _terms[count++] = node.Bias[element];
        if (!rounds) return _terms.Take(count).Sum();
        if (order == 2) return Pairwise(_terms.AsSpan(0, count));
        float sum = 0;
        for (int k = 0; k < count; k++) sum = (float)(sum + _terms[order == 0 ? k : count - 1 - k]);
        return sum;
    }

    private static float Pairwise(ReadOnlySpan<double> terms) => terms.Length == 1 ? (float)terms[0] : (float)((double)Pairwise(terms.Slice(0, terms.Length / 2)) + Pairwise(terms.Slice(terms.Length / 2)));
}
