using System;
using System.Numerics;
using System.Runtime.InteropServices;
using RedGen.Compiler.Verify.Monotone;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// Linear functionals of a network's values, replaced node by node, from the last to the input, by lower bounds in terms of earlier nodes:
/// written for the checker, apart from the search's. Each carries the sum of the magnitudes of all that was ever added to it, to which its
/// rounding errors are relative.
/// </summary>
internal sealed class LeafFunctionals
{
    /// <summary>
    /// What is lost to doubles, relative to the magnitudes: no factor is a sum of more than <see cref="MostTerms"/> products, 2¹⁶·2⁻⁵³,
    /// and as much again.
    /// </summary>
    public const double Rounding = 1.0 / (1L << 36);

    /// <summary>Elements of a node, and of all its readers together, at most.</summary>
    public const int MostTerms = 1 << 16;

    private readonly BoundNetwork _network;
    private readonly int _width;
    private readonly double[]?[] _factors;
    private readonly double[] _constants;
    private readonly double[] _magnitudes;

    /// <summary>Makes functionals that are zero.</summary>
    public LeafFunctionals(BoundNetwork network, int count)
    {
        _network = network;
        _width = (count + Vector<double>.Count - 1) / Vector<double>.Count * Vector<double>.Count;
        _factors = new double[network.Nodes.Length][];
        _constants = new double[_width];
        _magnitudes = new double[_width];
    }

    /// <summary>Adds an element of a node, times a factor.</summary>
    public void Add(int functional, int node, int element, double factor) => Of(node)[(element * _width) + functional] += factor;

    /// <summary>Adds a constant.</summary>
    public void Add(int functional, double constant)
    {
        _constants[functional] += constant;
        _magnitudes[functional] += Math.Abs(constant);
    }

    /// <summary>The factor of a node's element, once the functionals were pulled back beyond it.</summary>
    public double FactorAt(int functional, int node, int element) => _factors[node] is { } factors ? factors[(element * _width) + functional] : 0;

    /// <summary>The factor of an input.</summary>
    public double Factor(int functional, int input) => _factors[0] is { } factors ? factors[(input * _width) + functional] : 0;

    /// <summary>The least value of each functional over the box: replaces every node by what is below it.</summary>
    public double[] Least(LeafBounds bounds)
    {
        for (int n = _network.Nodes.Length - 1; n > 0; n--)
        {
            if (_factors[n] is not { } factors) continue;
            Weigh(factors, bounds.Lower(n), bounds.Upper(n));
            switch (_network.Nodes[n])
            {
                case AffineNode affine:
                    Replace(affine, factors, bounds.Errors(n), bounds.Magnitudes(n));
                    break;
                case ActivationNode activation:
                    Replace(activation, n, factors, bounds);
                    break;
                case ProductNode product:
                    Replace(product, factors, bounds);
                    break;
                case QuotientNode quotient:
                    Replace(quotient, factors, bounds);
                    break;
                case MaxNode max:
                    Replace(max, factors, bounds);
                    break;
            }
        }

        double[] least = (double[])_constants.Clone();
        double[] inputs = Of(0);
        Weigh(inputs, bounds.Lower(0), bounds.Upper(0));
        for (int i = 0; i < _network.Inputs; i++)
            for (int f = 0; f < _width; f++) least[f] += Math.Min(inputs[(i * _width) + f] * bounds.Lower(0)[i], inputs[(i * _width) + f] * bounds.Upper(0)[i]);
        for (int f = 0; f < _width; f++)
        {
            least[f] -= _magnitudes[f] * Rounding;
            if (double.IsNaN(least[f])) least[f] = double.NegativeInfinity;
        }

        return least;
    }

    private double[] Of(int node) => _factors[node] ??= new double[_network.Nodes[node].Length * _width];

    private ReadOnlySpan<Vector<double>> Row(double[] factors, int element) => MemoryMarshal.Cast<double, Vector<double>>(factors.AsSpan(element * _width, _width));

    private Span<Vector<double>> Sums(double[] sums) => MemoryMarshal.Cast<double, Vector<double>>(sums.AsSpan());

    /// <summary>Counts the magnitudes of what functionals take from a node.</summary>
    private void Weigh(double[] factors, double[] lower, double[] upper)
    {
        Span<Vector<double>> magnitudes = Sums(_magnitudes);
        for (int i = 0; i < lower.Length; i++)
        {
            // Nothing times an element without a bound is nothing.
            var most = new Vector<double>(Math.Min(double.MaxValue, Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]))));
            ReadOnlySpan<Vector<double>> row = Row(factors, i);
            for (int v = 0; v < row.Length; v++) magnitudes[v] += Vector.Abs(row[v]) * most;
        }
    }

    private void Replace(AffineNode node, double[] factors, double[] errors, double[] sizes)
    {
        Span<Vector<double>> constants = Sums(_constants), magnitudes = Sums(_magnitudes);
        for (int i = 0; i < node.Length; i++)
        {
            ReadOnlySpan<Vector<double>> row = Row(factors, i);
            if (IsZero(row)) continue;
            var (bias, error, size) = (new Vector<double>(node.Bias[i]), new Vector<double>(errors[i]), new Vector<double>(sizes[i] + errors[i]));
            for (int v = 0; v < row.Length; v++)
            {
                Vector<double> absolute = Vector.Abs(row[v]);
                // Infinite times nothing would be NaN.
                constants[v] += (row[v] * bias) - Vector.ConditionalSelect(Vector.Equals(absolute, Vector<double>.Zero), Vector<double>.Zero, absolute * error);
                magnitudes[v] += Vector.ConditionalSelect(Vector.Equals(absolute, Vector<double>.Zero), Vector<double>.Zero, absolute * size);
            }

            for (int s = 0; s < node.Sources.Length; s++)
            {
                double[] target = Of(node.Sources[s]);
                ReadOnlySpan<int> columns = node.Maps[s].Columns(i);
                ReadOnlySpan<double> values = node.Maps[s].Values(i);
                for (int k = 0; k < columns.Length; k++) AddTo(target, columns[k], row, values[k]);
            }
        }
    }

    private void AddTo(double[] target, int element, ReadOnlySpan<Vector<double>> row, double factor)
    {
        Span<Vector<double>> result = MemoryMarshal.Cast<double, Vector<double>>(target.AsSpan(element * _width, _width));
        var scale = new Vector<double>(factor);
        for (int v = 0; v < result.Length; v++) result[v] += row[v] * scale;
    }

    private void Replace(ActivationNode node, int index, double[] factors, LeafBounds bounds)
    {
        double[] lower = bounds.Lower(node.Source), upper = bounds.Upper(node.Source), target = Of(node.Source);
        for (int i = 0; i < node.Length; i++)
        {
            ReadOnlySpan<Vector<double>> row = Row(factors, i);
            if (IsZero(row)) continue;
            (CheckedFunction.Line below, CheckedFunction.Line above) = bounds.Lines(node, index, i);
            Replace(row, target, i, below, above, Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])));
        }
    }

    private void Replace(QuotientNode node, double[] factors, LeafBounds bounds)
    {
        double[] lower = bounds.Lower(node.Source), upper = bounds.Upper(node.Source), target = Of(node.Source);
        for (int i = 0; i < node.Length; i++)
        {
            ReadOnlySpan<Vector<double>> row = Row(factors, i);
            if (IsZero(row)) continue;
            (CheckedFunction.Line below, CheckedFunction.Line above) = CheckedQuotient.Lines(node, bounds, i);
            Replace(row, target, i, below, above, Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])));
        }
    }

    /// <summary>A factor that is not negative takes the plane below, a negative one the plane above; both have the same slopes.</summary>
    private void Replace(ProductNode node, double[] factors, LeafBounds bounds)
    {
        double[] left = Of(node.Left), right = Of(node.Right);
        for (int i = 0; i < node.Length; i++)
        {
            ReadOnlySpan<Vector<double>> row = Row(factors, i);
            if (IsZero(row)) continue;
            var plane = CheckedProduct.Of(bounds.Values(node.Left, node.LeftElements[i]), bounds.Values(node.Right, node.RightElements[i]));
            AddTo(left, node.LeftElements[i], row, plane.X);
            AddTo(right, node.RightElements[i], row, plane.Y);
            Replace(row, left, node.LeftElements[i], new(0, plane.Below), new(0, plane.Above), 0);
            Span<Vector<double>> magnitudes = Sums(_magnitudes);
            for (int v = 0; v < row.Length; v++) magnitudes[v] += Vector.Abs(row[v]) * new Vector<double>(plane.Size);
        }
    }

    /// <summary>The largest of several is at least the one with the best lower bound, and at most the largest upper bound, or that one where no other can be larger.</summary>
    private void Replace(MaxNode node, double[] factors, LeafBounds bounds)
    {
        int source = node.Sources[0];
        double[] lower = bounds.Lower(source), upper = bounds.Upper(source), target = Of(source);
        for (int i = 0; i < node.Length; i++)
        {
            int best = node.Groups[i][0];
            foreach (int element in node.Groups[i]) if (lower[element] > lower[best]) best = element;
            double others = double.NegativeInfinity;
            foreach (int element in node.Groups[i]) if (element != best) others = Math.Max(others, upper[element]);
            CheckedFunction.Line above = others <= lower[best] ? new(1, 0) : new(0, Math.Max(others, upper[best]));
            Replace(Row(factors, i), target, best, new(1, 0), above, Math.Max(Math.Abs(lower[best]), Math.Abs(upper[best])));
        }
    }

    /// <summary>A factor that is not negative takes the line below, a negative one the line above.</summary>
    private void Replace(ReadOnlySpan<Vector<double>> row, double[] target, int element, CheckedFunction.Line below, CheckedFunction.Line above, double most)
    {
        Span<Vector<double>> result = MemoryMarshal.Cast<double, Vector<double>>(target.AsSpan(element * _width, _width));
        if (!(below.IsFinite && above.IsFinite))
        {
            Unbounded(row, below, above);
            return;
        }

        Span<Vector<double>> constants = Sums(_constants), magnitudes = Sums(_magnitudes);
        for (int v = 0; v < row.Length; v++)
        {
            Vector<double> positive = Vector.Max(row[v], Vector<double>.Zero), negative = Vector.Min(row[v], Vector<double>.Zero);
            result[v] += (positive * new Vector<double>(below.Slope)) + (negative * new Vector<double>(above.Slope));
            constants[v] += (positive * new Vector<double>(below.Offset)) + (negative * new Vector<double>(above.Offset));
            magnitudes[v] += (positive * new Vector<double>(Math.Abs(below.Offset) + (Math.Abs(below.Slope) * most))) - (negative * new Vector<double>(Math.Abs(above.Offset) + (Math.Abs(above.Slope) * most)));
        }
    }

    /// <summary>Where a line has no bound, a functional that needs it has none; zero times it is nothing.</summary>
    private void Unbounded(ReadOnlySpan<Vector<double>> row, CheckedFunction.Line below, CheckedFunction.Line above)
    {
        ReadOnlySpan<double> factors = MemoryMarshal.Cast<Vector<double>, double>(row);
        for (int f = 0; f < factors.Length; f++)
        {
            if (factors[f] == 0) continue;
            CheckedFunction.Line line = factors[f] > 0 ? below : above;
            // A constant that is a number serves the functionals of its sign.
            _constants[f] += line.IsFinite && line.Slope == 0 ? factors[f] * line.Offset : double.NegativeInfinity;
            if (line.IsFinite) _magnitudes[f] += Math.Abs(factors[f] * line.Offset);
        }
    }

    private static bool IsZero(ReadOnlySpan<Vector<double>> row)
    {
        foreach (Vector<double> part in row) if (part != Vector<double>.Zero) return false;
        return true;
    }
}
