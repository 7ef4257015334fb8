using System;
using System.Linq;
using System.Numerics;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Search;

/// <summary>The network in double at several points at once, with gradients; values stand element × point. It finds candidates, generated code confirms them. Not for several threads at once.</summary>
internal sealed class BatchForwardPass
{
    private readonly BoundNetwork _network;
    private readonly double[][] _values;
    private readonly double[][] _gradients;
    private readonly int[] _all;

    /// <summary>Makes a pass.</summary>
    /// <param name="network">The network.</param>
    /// <param name="points">The number of points; made a multiple of a vector's length.</param>
    public BatchForwardPass(BoundNetwork network, int points)
    {
        _network = network;
        Count = (points + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        _values = [.. network.Nodes.Select(n => new double[n.Length * Count])];
        _gradients = [.. network.Nodes.Select(n => new double[n.Length * Count])];
        _all = [.. Enumerable.Range(0, network.Nodes.Max(static n => n.Length))];
    }

    /// <summary>The number of points.</summary>
    public int Count { get; }

    /// <summary>The points, input × point, to be written.</summary>
    public Span<double> Points => _values[0];

    /// <summary>The outputs of the last run.</summary>
    public ReadOnlySpan<double> Outputs => _values[_network.Output];

    /// <summary>The factors that <see cref="Gradient"/> begins with, output × point.</summary>
    public Span<double> Factors => _gradients[_network.Output];

    /// <summary>Computes the outputs.</summary>
    public void Run()
    {
        for (int n = 1; n < _network.Nodes.Length; n++)
        {
            double[] value = _values[n];
            switch (_network.Nodes[n])
            {
                case AffineNode affine:
                    for (int i = 0; i < affine.Length; i++) value.AsSpan(i * Count, Count).Fill(affine.Bias[i]);
                    for (int s = 0; s < affine.Sources.Length; s++) affine.Maps[s].Apply(_values[affine.Sources[s]], All(affine.Length), value, Count);
                    break;
                case ActivationNode activation:
                    double[] source = _values[activation.Source];
                    for (int i = 0; i < value.Length; i++) value[i] = activation.Function.Apply(source[i]);
                    break;
                case ProductNode product:
                    for (int i = 0; i < value.Length; i++) value[i] = _values[product.Left][At(product.LeftElements, i)] * _values[product.Right][At(product.RightElements, i)];
                    break;
                case MaxNode max:
                    for (int i = 0; i < value.Length; i++) value[i] = _values[max.Sources[0]][Largest(max, i)];
                    break;
            }
        }
    }

    /// <summary>The gradients of Σ dⱼ·yⱼ at the inputs of the last run, dⱼ from <see cref="Factors"/>.</summary>
    /// <returns>Input × point; they hold until the next call.</returns>
    public ReadOnlySpan<double> Gradient()
    {
        for (int n = 0; n < _gradients.Length; n++)
            if (n != _network.Output) Array.Clear(_gradients[n], 0, _gradients[n].Length);
        for (int n = _network.Output; n > 0; n--)
        {
            double[] gradient = _gradients[n];
            switch (_network.Nodes[n])
            {
                case AffineNode affine:
                    for (int s = 0; s < affine.Sources.Length; s++) affine.Maps[s].PullBack(gradient, All(affine.Maps[s].Inputs), _gradients[affine.Sources[s]], Count);
                    break;
                case ActivationNode activation:
                    double[] source = _values[activation.Source], target = _gradients[activation.Source];
                    for (int i = 0; i < gradient.Length; i++)
                        if (gradient[i] != 0) target[i] += gradient[i] * activation.Function.Slope(source[i]);
                    break;
                case ProductNode product:
                    for (int i = 0; i < gradient.Length; i++)
                    {
                        (int x, int y) = (At(product.LeftElements, i), At(product.RightElements, i));
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

    /// <summary>Where an element that a product reads stands for a point.</summary>
    private int At(int[] elements, int place) => (elements[place / Count] * Count) + (place % Count);

    private ReadOnlySpan<int> All(int length) => _all.AsSpan(0, length);

    /// <summary>Where the value of an element of a point comes from.</summary>
    private int Largest(MaxNode node, int at)
    {
        double[] source = _values[node.Sources[0]];
        int point = at % Count, best = -1;
        foreach (int i in node.Groups[at / Count])
            if (best < 0 || source[(i * Count) + point] > source[best]) best = (i * Count) + point;
        return best;
    }
}
