using System;
using System.Linq;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>The network in double at single points, with gradients: it finds candidates, generated code confirms them. Not for several threads at once.</summary>
internal sealed class ForwardPass(BoundNetwork network)
{
    private readonly double[][] _values = [.. network.Nodes.Select(static n => new double[n.Length])];
    private readonly double[][] _gradients = [.. network.Nodes.Select(static n => new double[n.Length])];

    /// <summary>Computes the outputs.</summary>
    /// <returns>The outputs; they hold until the next call.</returns>
    public ReadOnlySpan<double> Run(ReadOnlySpan<double> input)
    {
        input.CopyTo(_values[0]);
        for (int n = 1; n < network.Nodes.Length; n++)
        {
            double[] value = _values[n];
            switch (network.Nodes[n])
            {
                case AffineNode affine:
                    affine.Bias.CopyTo(value, 0);
                    for (int s = 0; s < affine.Sources.Length; s++) affine.Maps[s].Apply(_values[affine.Sources[s]], value);
                    break;
                case ActivationNode activation:
                    for (int i = 0; i < value.Length; i++) value[i] = activation.Function.Apply(_values[activation.Source][i]);
                    break;
                case ProductNode product:
                    for (int i = 0; i < value.Length; i++) value[i] = _values[product.Left][product.LeftElements[i]] * _values[product.Right][product.RightElements[i]];
                    break;
                case MaxNode max:
                    for (int i = 0; i < value.Length; i++) value[i] = _values[max.Sources[0]][Largest(max, i)];
                    break;
            }
        }

        return _values[network.Output];
    }

    /// <summary>The value of a node in the last run.</summary>
    public ReadOnlySpan<double> Value(int node) => _values[node];

    /// <summary>The gradient of Σ dⱼ·yⱼ at the input of the last run.</summary>
    /// <param name="factors">The factors dⱼ.</param>
    /// <returns>The gradient; it holds until the next call.</returns>
    public ReadOnlySpan<double> Gradient(ReadOnlySpan<double> factors)
    {
        foreach (double[] gradient in _gradients) Array.Clear(gradient, 0, gradient.Length);
        factors.CopyTo(_gradients[network.Output]);
        for (int n = network.Output; n > 0; n--)
        {
            double[] gradient = _gradients[n];
            switch (network.Nodes[n])
            {
                case AffineNode affine:
                    for (int s = 0; s < affine.Sources.Length; s++) affine.Maps[s].ApplyTransposed(gradient, _gradients[affine.Sources[s]]);
                    break;
                case ActivationNode activation:
                    for (int i = 0; i < gradient.Length; i++) _gradients[activation.Source][i] += gradient[i] * activation.Function.Slope(_values[activation.Source][i]);
                    break;
                case ProductNode product:
                    for (int i = 0; i < gradient.Length; i++)
                    {
                        (int x, int y) = (product.LeftElements[i], product.RightElements[i]);
                        _gradients[product.Left][x] += gradient[i] * _values[product.Right][y];
                        _gradients[product.Right][y] += gradient[i] * _values[product.Left][x];
                    }

                    break;
                case MaxNode max:
                    for (int i = 0; i < gradient.Length; i++) _gradients[max.Sources[0]][Largest(max, i)] += gradient[i];
                    break;
            }
        }

        return _gradients[0];
    }

    private int Largest(MaxNode node, int element)
    {
        int best = node.Groups[element][0];
        foreach (int i in node.Groups[element])
            if (_values[node.Sources[0]][i] > _values[node.Sources[0]][best]) best = i;
        return best;
    }
}
