using System;
using System.Linq;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Bounds;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.FixedPoints;

/// <summary>Bounds of the partial derivatives of a network's outputs in its first inputs, over a box: intervals, from the inputs on, by the chain rule.</summary>
internal static class SlopeMatrix
{
    /// <summary>Multiply-adds at most: some seconds.</summary>
    private const double MostWork = 1e9;

    /// <summary>What sums of doubles lose, relative to all magnitudes in them, with room: 2⁻³⁶.</summary>
    private const double Rounding = 1.0 / (1L << 36);

    /// <summary>The largest magnitudes of the derivatives.</summary>
    /// <param name="network">The network.</param>
    /// <param name="bounds">Its bounds over the box.</param>
    /// <param name="inputs">The number of inputs that are meant.</param>
    /// <returns>Outputs × inputs.</returns>
    /// <exception cref="UnverifiableException">A function has no bounds of slopes, or the network is too large.</exception>
    public static double[] Of(BoundNetwork network, NetworkBounds bounds, int inputs)
    {
        if (network.Nodes.OfType<AffineNode>().Sum(static n => n.Maps.Sum(static m => (double)m.Count)) * inputs > MostWork) throw new UnverifiableException("its function is too large for bounds of slopes");
        var slopes = new Interval[network.Nodes.Length][];
        for (int n = 0; n < slopes.Length; n++)
        {
            slopes[n] = new Interval[network.Nodes[n].Length * inputs];
            switch (network.Nodes[n])
            {
                case InputNode:
                    for (int i = 0; i < inputs; i++) slopes[n][(i * inputs) + i] = Interval.Point(1);
                    break;
                case AffineNode affine:
                    Affine(affine, slopes, slopes[n], inputs);
                    break;
                case ActivationNode node:
                    for (int i = 0; i < node.Length; i++)
                    {
                        (double least, double most) = CheckedFunction.Slopes(node.Function, bounds.Lower(node.Source)[i], bounds.Upper(node.Source)[i]);
                        for (int k = 0; k < inputs; k++) slopes[n][(i * inputs) + k] = Product(new Interval(least, most), slopes[node.Source][(i * inputs) + k]);
                    }

                    break;
                case ProductNode node:
                    for (int i = 0; i < node.Length; i++)
                    {
                        (int x, int y) = (node.LeftElements[i], node.RightElements[i]);
                        for (int k = 0; k < inputs; k++)
                            slopes[n][(i * inputs) + k] = Widened(Product(bounds.Values(node.Right, y), slopes[node.Left][(x * inputs) + k]) + Product(bounds.Values(node.Left, x), slopes[node.Right][(y * inputs) + k]));
                    }

                    break;
                case MaxNode node:
                    for (int i = 0; i < node.Length; i++)
                        for (int k = 0; k < inputs; k++)
                            slopes[n][(i * inputs) + k] = new Interval(node.Groups[i].Min(e => slopes[node.Source][(e * inputs) + k].Low), node.Groups[i].Max(e => slopes[node.Source][(e * inputs) + k].High));
                    break;
                default:
                    throw new UnverifiableException("'" + network.Nodes[n].Name + "' has no bounds of slopes");
            }
        }

        return [.. slopes[network.Output].Select(static s => s.MaxAbs)];
    }

    private static void Affine(AffineNode node, Interval[][] slopes, Interval[] result, int inputs)
    {
        for (int i = 0; i < node.Length; i++)
        {
            for (int s = 0; s < node.Sources.Length; s++)
            {
                ReadOnlySpan<int> columns = node.Maps[s].Columns(i);
                ReadOnlySpan<double> values = node.Maps[s].Values(i);
                for (int c = 0; c < columns.Length; c++)
                {
                    for (int k = 0; k < inputs; k++)
                    {
                        Interval term = Product(Interval.Point(values[c]), slopes[node.Sources[s]][(columns[c] * inputs) + k]);
                        result[(i * inputs) + k] += new Interval(term.Low - (Rounding * term.MaxAbs), term.High + (Rounding * term.MaxAbs));
                    }
                }
            }
        }
    }

    private static Interval Product(Interval a, Interval b)
    {
        if (a is { Low: 0, High: 0 } || b is { Low: 0, High: 0 }) return Interval.Point(0);
        (double p, double q, double r, double s) = (a.Low * b.Low, a.Low * b.High, a.High * b.Low, a.High * b.High);
        return Widened(new Interval(Math.Min(Math.Min(p, q), Math.Min(r, s)), Math.Max(Math.Max(p, q), Math.Max(r, s))));
    }

    private static Interval Widened(Interval value) => new(value.Low - (Rounding * value.MaxAbs), value.High + (Rounding * value.MaxAbs));
}
