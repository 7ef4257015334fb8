using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Verify.Monotone;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Check;

/// <summary>
/// Proves a leaf: bounds of every value over the leaf's box, by intervals and by <see cref="LeafFunctionals"/>, then of the property's conditions.
/// Nothing is taken over from the search or from another leaf. Not for several threads at once.
/// </summary>
internal class LeafBounds
{
    /// <summary>Functionals of one pass: memory of wide layers stays in the cache.</summary>
    private const int MostFunctionals = 256;

    /// <summary>What a constant that is rounded to float32 is at least, as its share.</summary>
    private const double RoundedDown = 1 - 1e-6;

    private readonly BoundNetwork _network;
    private readonly double[][] _lower;
    private readonly double[][] _upper;
    private readonly double[][] _errors;
    private readonly double[][] _sizes;
    private readonly bool[] _isBent;
    private readonly (BoundNode Node, int Index)[][] _readers;
    private readonly CachedLines[]?[] _lines;
    private readonly int[] _places;
    private ImmutableSortedDictionary<int, (double Low, double High)> _splits = ImmutableSortedDictionary<int, (double Low, double High)>.Empty;

    /// <summary>Makes room for the bounds of a network.</summary>
    /// <exception cref="UnverifiableException">The network is too wide for the checker's account of rounding.</exception>
    public LeafBounds(BoundNetwork network)
    {
        _network = network;
        _lower = [.. network.Nodes.Select(static n => new double[n.Length])];
        _upper = [.. network.Nodes.Select(static n => new double[n.Length])];
        _errors = [.. network.Nodes.Select(static n => new double[n.Length])];
        _sizes = [.. network.Nodes.Select(static n => new double[n.Length])];
        _isBent = new bool[network.Nodes.Length];
        _places = new int[network.Nodes.Length + 1];
        for (int n = 0; n < network.Nodes.Length; n++) _places[n + 1] = _places[n] + network.Nodes[n].Length;
        _lines = [.. network.Nodes.Select(static n => n is ActivationNode ? new CachedLines[n.Length] : null)];
        _readers = [.. network.Nodes.Select((_, n) => network.Nodes.Select(static (r, i) => (Node: r, Index: i)).Where(r => r.Node.Sources.Contains(n)).ToArray())];
        for (int n = 0; n < network.Nodes.Length; n++)
        {
            (BoundNode Node, int Index)[] readers = _readers[n];
            _isBent[n] = readers.Any(static r => r.Node is ActivationNode or QuotientNode or MaxNode or ProductNode);
            if (Math.Max(network.Nodes[n].Length, readers.Sum(static r => (long)r.Node.Length)) > LeafFunctionals.MostTerms)
                throw new UnverifiableException("'" + network.Nodes[n].Name + "' has more elements than the checker accounts for");
        }
    }

    /// <summary>The number of places that a proof can split: inputs and elements of all nodes.</summary>
    public int Places => _places[_places.Length - 1];

    /// <summary>The place of a node's element.</summary>
    public int PlaceOf(int node, int element) => _places[node] + element;

    /// <summary>The lower bounds of a node.</summary>
    public double[] Lower(int node) => _lower[node];

    /// <summary>The upper bounds of a node.</summary>
    public double[] Upper(int node) => _upper[node];

    /// <summary>The rounding errors of a node's float32 sums.</summary>
    public double[] Errors(int node) => _errors[node];

    /// <summary>By element of a node the sum of the magnitudes that are added up.</summary>
    public double[] Magnitudes(int node) => _sizes[node];

    /// <summary>The bounds of an element.</summary>
    public (double Low, double High) Values(int node, int element) => (_lower[node][element], _upper[node][element]);

    /// <summary>The lines around a function of an element over the bounds of its argument: they are asked for again and again.</summary>
    public (CheckedFunction.Line Below, CheckedFunction.Line Above) Lines(ActivationNode node, int index, int element)
    {
        ref CachedLines cached = ref _lines[index]![element];
        (double lower, double upper) = Values(node.Source, element);
        if (!cached.IsKnown || cached.Lower != lower || cached.Upper != upper)
        {
            (CheckedFunction.Line below, CheckedFunction.Line above) = CheckedFunction.Lines(node.Function, lower, upper);
            cached = new CachedLines(true, lower, upper, below, above);
        }

        return (cached.Below, cached.Above);
    }

    /// <summary>The conditions over a box.</summary>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">Its upper ends.</param>
    /// <param name="conjunctions">The conjunctions.</param>
    /// <param name="split">Where the box is not proven: an input whose halves are likely to be; negative where none can be split.</param>
    /// <returns>Whether no point of the box fulfils a conjunction.</returns>
    public bool Proves(double[] lower, double[] upper, ImmutableArray<Conjunction> conjunctions, out int split)
    {
        bool isProven = Proves(LeafBox.Of(lower, upper), conjunctions, splitsElements: false, out LeafSplit chosen);
        split = chosen.Place;
        return isProven;
    }

    /// <summary>The conditions over what a leaf stands for.</summary>
    /// <param name="box">The leaf.</param>
    /// <param name="conjunctions">The conjunctions.</param>
    /// <param name="splitsElements">Whether elements of values are chosen to be split, and inputs only where there is none.</param>
    /// <param name="split">Where the leaf is not proven: a split whose parts are likely to be; <see cref="LeafSplit.None"/> where there is none.</param>
    /// <returns>Whether no input of the leaf fulfils a conjunction.</returns>
    public bool Proves(LeafBox box, ImmutableArray<Conjunction> conjunctions, bool splitsElements, out LeafSplit split)
    {
        _splits = box.Elements;
        split = LeafSplit.None;
        // Where an element's bounds exclude the part that it was split to, no input leads there.
        return !Compute(box.Lower, box.Upper) || Rows(box.Lower, box.Upper, conjunctions, splitsElements, out split);
    }

    /// <summary>Computes the bounds of all values over a box.</summary>
    /// <returns>Whether any input of the box leads to the parts of elements that the leaf stands for.</returns>
    protected bool Compute(double[] lower, double[] upper)
    {
        lower.CopyTo(_lower[0], 0);
        upper.CopyTo(_upper[0], 0);
        for (int n = 1; n < _network.Nodes.Length; n++)
        {
            Compute(n);
            if (_splits.Count > 0 && !Meet(n)) return false;
            if (_isBent[n] && _network.Nodes[n] is AffineNode { Sources: not [0] } affine) Tighten(affine, n);
            if (_splits.Count > 0 && !Meet(n)) return false;
        }

        return true;
    }

    /// <summary>Cuts a node's bounds to the parts that its elements were split to.</summary>
    /// <returns>Whether anything is left.</returns>
    private bool Meet(int node)
    {
        double[] lower = _lower[node], upper = _upper[node];
        foreach (KeyValuePair<int, (double Low, double High)> split in _splits)
        {
            int element = split.Key - _places[node];
            if (element < 0 || element >= lower.Length) continue;
            (lower[element], upper[element]) = (Math.Max(lower[element], split.Value.Low), Math.Min(upper[element], split.Value.High));
            if (lower[element] > upper[element]) return false;
        }

        return true;
    }

    /// <summary>The rounding errors of a layer's float32 sums.</summary>
    /// <param name="node">The layer.</param>
    /// <param name="index">Its place.</param>
    /// <param name="sizes">By element the sum of the magnitudes that are added up.</param>
    /// <param name="errors">Takes the errors.</param>
    protected virtual void Round(AffineNode node, int index, double[] sizes, double[] errors)
    {
        if (node.Rounding is not { } rounding) return;
        double[] largest = [.. _lower[node.Sources[0]].Zip(_upper[node.Sources[0]], static (l, u) => Math.Max(Math.Abs(l), Math.Abs(u)))];
        rounding.Errors(sizes, largest, errors);
    }

    private bool Rows(double[] lower, double[] upper, ImmutableArray<Conjunction> conjunctions, bool splitsElements, out LeafSplit split)
    {
        split = LeafSplit.None;
        var functionals = new LeafFunctionals(_network, Math.Max(1, conjunctions.Sum(static c => c.Rows.Length)));
        int row = 0;
        foreach (LinearRow condition in conjunctions.SelectMany(static c => c.Rows))
        {
            functionals.Add(row, condition.Constant);
            for (int i = 0; i < condition.Inputs.Length; i++) functionals.Add(row, 0, i, condition.Inputs[i]);
            for (int j = 0; j < condition.Outputs.Length; j++) functionals.Add(row, _network.Output, j, condition.Outputs[j]);
            row++;
        }

        double[] least = functionals.Least(this);
        var gains = new double[lower.Length];
        var open = new List<int>();
        row = 0;
        foreach (Conjunction conjunction in conjunctions)
        {
            int nearest = -1;
            bool fails = false;
            for (int r = 0; r < conjunction.Rows.Length; r++, row++)
            {
                fails |= conjunction.Rows[r].IsStrict ? least[row] >= 0 : least[row] > 0;
                if (nearest < 0 || least[row] > least[nearest]) nearest = row;
            }

            if (fails) continue;
            open.Add(nearest);
            for (int i = 0; i < gains.Length && nearest >= 0; i++) gains[i] += Math.Abs(functionals.Factor(nearest, i)) * (upper[i] - lower[i]);
        }

        if (open.Count > 0) split = (splitsElements ? LeafSplit.OfElement(_network, this, functionals, open) : null) ?? LeafSplit.OfInput(lower, upper, gains);
        return open.Count == 0;
    }

    private void Compute(int node)
    {
        switch (_network.Nodes[node])
        {
            case AffineNode affine:
                Affine(affine, node);
                break;
            case ActivationNode activation:
                for (int i = 0; i < activation.Length; i++)
                    (_lower[node][i], _upper[node][i]) = CheckedFunction.Bound(activation.Function, _lower[activation.Source][i], _upper[activation.Source][i]);
                break;
            case QuotientNode quotient:
                for (int i = 0; i < quotient.Length; i++) (_lower[node][i], _upper[node][i]) = CheckedQuotient.Bound(quotient, this, i);
                break;
            case ProductNode product:
                for (int i = 0; i < product.Length; i++)
                    (_lower[node][i], _upper[node][i]) = CheckedProduct.Bound(Values(product.Left, product.LeftElements[i]), Values(product.Right, product.RightElements[i]));
                break;
            case MaxNode max:
                for (int i = 0; i < max.Length; i++)
                    (_lower[node][i], _upper[node][i]) = (max.Groups[i].Max(e => _lower[max.Sources[0]][e]), max.Groups[i].Max(e => _upper[max.Sources[0]][e]));
                break;
            default:
                throw new UnverifiableException("the checker has no rule for '" + _network.Nodes[node].Name + "'");
        }
    }

    private void Affine(AffineNode node, int index)
    {
        double[] low = _lower[index], high = _upper[index], size = _sizes[index];
        for (int i = 0; i < node.Length; i++)
        {
            (low[i], high[i], size[i]) = (node.Bias[i], node.Bias[i], Math.Abs(node.Bias[i]));
            for (int s = 0; s < node.Sources.Length; s++)
            {
                ReadOnlySpan<int> columns = node.Maps[s].Columns(i);
                ReadOnlySpan<double> values = node.Maps[s].Values(i);
                for (int k = 0; k < columns.Length; k++)
                {
                    (double a, double b) = (values[k] * _lower[node.Sources[s]][columns[k]], values[k] * _upper[node.Sources[s]][columns[k]]);
                    low[i] += Math.Min(a, b);
                    high[i] += Math.Max(a, b);
                    size[i] += Math.Max(Math.Abs(a), Math.Abs(b));
                }
            }
        }

        if (node.Rounding is not null) Round(node, index, size, _errors[index]);
        for (int i = 0; i < node.Length && node.Rounding is not null; i++)
        {
            double error = _errors[index][i] + (size[i] * LeafFunctionals.Rounding);
            double least = low[i] - error;
            // A float32 sum of numbers that are not negative is at least each of them; a constant may have been rounded down.
            low[i] = node.Rounding.KeepsSign && least < node.Bias[i] && HasNoNegative(node, i) ? node.Bias[i] * RoundedDown : least;
            high[i] += error;
            if (double.IsNaN(low[i])) low[i] = double.NegativeInfinity;
            if (double.IsNaN(high[i])) high[i] = double.PositiveInfinity;
        }
    }

    /// <summary>Whether no term of a sum can be below zero.</summary>
    private bool HasNoNegative(AffineNode node, int element)
    {
        bool isAny = node.Bias[element] < 0;
        for (int s = 0; s < node.Sources.Length && !isAny; s++)
        {
            ReadOnlySpan<int> columns = node.Maps[s].Columns(element);
            ReadOnlySpan<double> values = node.Maps[s].Values(element);
            for (int k = 0; k < columns.Length; k++) isAny |= !(values[k] >= 0 ? _lower[node.Sources[s]][columns[k]] >= 0 : _upper[node.Sources[s]][columns[k]] <= 0);
        }

        return !isAny;
    }

    /// <summary>Bounds the elements again that a function bends.</summary>
    private void Tighten(AffineNode node, int index)
    {
        List<int> chosen = [.. Enumerable.Range(0, node.Length).Where(i => _lower[index][i] < _upper[index][i] && Bends(index, i))];
        for (int start = 0; start < chosen.Count; start += MostFunctionals / 2)
        {
            int count = Math.Min(chosen.Count - start, MostFunctionals / 2);
            var functionals = new LeafFunctionals(_network, 2 * count);
            for (int k = 0; k < count; k++)
            {
                functionals.Add(k, index, chosen[start + k], 1);
                functionals.Add(count + k, index, chosen[start + k], -1);
            }

            double[] least = functionals.Least(this);
            for (int k = 0; k < count; k++)
            {
                int i = chosen[start + k];
                _lower[index][i] = Math.Max(_lower[index][i], least[k]);
                _upper[index][i] = Math.Min(_upper[index][i], -least[count + k]);
            }
        }
    }

    /// <summary>Whether a reader is no straight line over an element's interval.</summary>
    private bool Bends(int node, int element)
    {
        foreach ((BoundNode reader, int index) in _readers[node])
        {
            if (reader is AffineNode) continue;
            if (reader is not (ActivationNode or QuotientNode)) return true;
            (CheckedFunction.Line below, CheckedFunction.Line above) = reader is QuotientNode quotient
                ? CheckedQuotient.Lines(quotient, this, element)
                : Lines((ActivationNode)reader, index, element);
            if (below.Slope != above.Slope || above.Offset - below.Offset > 1e-6 * (_upper[node][element] - _lower[node][element])) return true;
        }

        return false;
    }

    /// <summary>The lines of an element for the argument's bounds that they are of.</summary>
    private readonly record struct CachedLines(bool IsKnown, double Lower, double Upper, CheckedFunction.Line Below, CheckedFunction.Line Above);
}
