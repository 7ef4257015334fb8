using System;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>
/// Bounds of every value of a network over a box of inputs: by intervals, and tighter by <see cref="FunctionalPass"/> where a later
/// nonlinear function loses by them. The memory is used again for the next box; not for several threads at once.
/// </summary>
internal sealed class NetworkBounds
{
    /// <summary>Inputs up to which the search splits them and therefore wants to know what each neuron takes from each.</summary>
    private const int MostForms = 64;

    /// <summary>Functionals of one pass: with more, the memory of wide layers would leave the cache.</summary>
    private const int MostFunctionals = 512;

    /// <summary>Factors of one node in a pass, 16 MB of them: the widest layers are bounded in more passes.</summary>
    private const int MostFactors = 1 << 21;

    /// <summary>Bytes for the parts that wait, and what one takes beside its slopes.</summary>
    private const long RegionMemory = 1L << 28;
    private const int RegionOverhead = 1 << 10;

    /// <summary>A constant rounded to float32 may be less by a share of this.</summary>
    private const double RoundedDown = 1 - 1e-6;

    private readonly BoundNetwork _network;
    private readonly double[][] _lower;
    private readonly double[][] _upper;
    private readonly double[][] _errors;
    private readonly double[] _magnitude;
    private readonly double[] _largest;
    private readonly bool[] _isRelaxed;
    private readonly BoundNode[][] _readers;
    private readonly FunctionalPass _pass;
    private readonly double[][] _forms;
    private readonly int[] _chosen;
    private readonly int[][] _wanted;
    private readonly int[] _wantedCounts;
    private readonly int[][] _bent;
    private readonly int[] _bentCounts;
    private readonly bool[] _isSoleReader;
    private readonly bool[] _isLinear;
    private readonly int _elements;

    /// <summary>Makes room for the bounds of a network.</summary>
    public NetworkBounds(BoundNetwork network)
    {
        _network = network;
        _lower = [.. network.Nodes.Select(static n => new double[n.Length])];
        _upper = [.. network.Nodes.Select(static n => new double[n.Length])];
        _errors = [.. network.Nodes.Select(static n => n is AffineNode { Rounding: not null } ? new double[n.Length] : [])];
        int longest = network.Nodes.Max(static n => n.Length);
        _magnitude = new double[longest];
        _largest = new double[longest];
        _chosen = new int[longest];
        _wanted = [.. network.Nodes.Select(static n => Enumerable.Range(0, n.Length).ToArray())];
        _wantedCounts = [.. network.Nodes.Select(static n => n.Length)];
        _bent = [.. network.Nodes.Select(static n => new int[n is ActivationNode ? n.Length : 0])];
        _bentCounts = new int[network.Nodes.Length];
        _isLinear = new bool[network.Nodes.Length];
        for (int i = 0; i < _isLinear.Length; i++) _isLinear[i] = network.Nodes[i] is InputNode or AffineNode && network.Nodes[i].Sources.All(s => _isLinear[s]);
        _isSoleReader = [.. network.Nodes.Select((n, i) => n is ActivationNode && network.Output != n.Sources[0] && network.Nodes.Count(r => r.Sources.Contains(n.Sources[0])) == 1)];
        _isRelaxed = new bool[network.Nodes.Length];
        _readers = [.. network.Nodes.Select((_, i) => network.Nodes.Where(n => n is ActivationNode or MaxNode or ProductNode or DifferenceNode && n.Sources.Contains(i)).ToArray())];
        for (int i = 0; i < _readers.Length; i++) _isRelaxed[i] = _readers[i].Length > 0;
        _elements = Math.Max(1, Math.Min(MostFunctionals, MostFactors / longest) / 2);
        HasForms = network.Inputs <= MostForms;
        _forms = [.. network.Nodes.Select((n, i) => HasForms && _isRelaxed[i] ? new double[n.Length * network.Inputs] : [])];
        _pass = new FunctionalPass(network);
    }

    /// <summary>Whether <see cref="Form"/> is kept.</summary>
    public bool HasForms { get; }

    /// <summary>The pass of the last functionals.</summary>
    public FunctionalPass Pass => _pass;

    /// <summary>Parts by splits of neurons that may wait at once: each keeps a byte for every element whose function is not linear.</summary>
    public int MostRegions => (int)Math.Min(100_000, RegionMemory / (_bentCounts.Sum(static c => (long)c) + RegionOverhead));

    /// <summary>Whether a nonlinear function reads a node.</summary>
    public bool IsRelaxed(int node) => _isRelaxed[node];

    /// <summary>The lower bounds of a node.</summary>
    public ReadOnlySpan<double> Lower(int node) => _lower[node];

    /// <summary>The upper bounds of a node.</summary>
    public ReadOnlySpan<double> Upper(int node) => _upper[node];

    /// <summary>The rounding errors of an affine node; empty where it has none.</summary>
    public ReadOnlySpan<double> Errors(int node) => _errors[node];

    /// <summary>The elements of a node that are not zero everywhere in the box: the others' factors in a functional make no difference.</summary>
    public ReadOnlySpan<int> Wanted(int node) => _wanted[node].AsSpan(0, _wantedCounts[node]);

    /// <summary>The elements of an activation node whose function is not linear over their interval: what is lost to relaxations is lost there.</summary>
    public ReadOnlySpan<int> Bent(int node) => _bent[node].AsSpan(0, _bentCounts[node]);

    /// <summary>By input how much of an element of a relaxed node comes from it: the magnitudes of the factors of its last functionals.</summary>
    public ReadOnlySpan<double> Form(int node, int element) => _forms[node].AsSpan(element * _network.Inputs, _network.Inputs);

    /// <summary>Computes the bounds over a box.</summary>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">The box's upper ends.</param>
    /// <param name="known">Bounds over a box around this one; null: none.</param>
    /// <param name="tightening">How elements of layers are bounded that nonlinear functions lose by; null: with the relaxations' own slopes.</param>
    /// <param name="cancellationToken">Ends the computation, which takes long for wide networks.</param>
    /// <returns>Whether the box may have a point: bounds that cross prove that it has none.</returns>
    public bool Compute(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper, BoundSnapshot? known, SlopeTightening? tightening = null, CancellationToken cancellationToken = default)
    {
        lower.CopyTo(_lower[0]);
        upper.CopyTo(_upper[0]);
        for (int n = 1; n < _network.Nodes.Length; n++)
        {
            switch (_network.Nodes[n])
            {
                case AffineNode affine:
                    Affine(affine, n);
                    known?.Meet(n, _lower[n], _upper[n]);
                    if (_isRelaxed[n]) Tighten(affine, n, tightening, cancellationToken);
                    if (affine.Pair is { } pair) Narrow(pair, n);
                    break;
                case ActivationNode activation:
                    for (int i = 0; i < activation.Length; i++)
                    {
                        Interval value = activation.Function.Bound(_lower[activation.Source][i], _upper[activation.Source][i]);
                        (_lower[n][i], _upper[n][i]) = (value.Low, value.High);
                    }

                    FindWanted(n);
                    FindBent(activation, n);
                    break;
                case DifferenceNode difference:
                    for (int i = 0; i < difference.Length; i++)
                    {
                        Interval value = Relaxed(difference, i).Bound();
                        (_lower[n][i], _upper[n][i]) = (value.Low, value.High);
                    }

                    FindWanted(n);
                    break;
                case ProductNode product:
                    for (int i = 0; i < product.Length; i++)
                    {
                        Interval value = ProductRelaxation.Bound(Values(product.Left, product.LeftElements[i]), Values(product.Right, product.RightElements[i]));
                        (_lower[n][i], _upper[n][i]) = (value.Low, value.High);
                    }

                    break;
                case MaxNode max:
                    for (int i = 0; i < max.Length; i++)
                    {
                        _lower[n][i] = max.Groups[i].Max(e => _lower[max.Sources[0]][e]);
                        _upper[n][i] = max.Groups[i].Max(e => _upper[max.Sources[0]][e]);
                    }

                    break;
            }

            if (_isRelaxed[n] && !IsConsistent(n)) return false;
        }

        return true;
    }

    /// <summary>The bounds of an element.</summary>
    public Interval Values(int node, int element) => new(_lower[node][element], _upper[node][element]);

    /// <summary>The lines of an element of a difference.</summary>
    public DifferenceRelaxation Relaxed(DifferenceNode node, int element)
        => DifferenceRelaxation.Of(node.Function, Values(node.Original, element), Values(node.Reduced, element), Values(node.Source, element));

    /// <summary>A layer's values in both networks and their difference bound one another.</summary>
    private void Narrow(LayerPair pair, int difference)
    {
        for (int i = 0; i < _lower[difference].Length; i++)
        {
            (Interval a, Interval b, Interval d) = (Values(pair.Original, i), Values(pair.Reduced, i), Values(difference, i));
            // More than the sums round: what is infinite is left alone.
            double slack = (a.MaxAbs + b.MaxAbs + d.MaxAbs) * FloatRounding.Analyser;
            if (!(slack < double.MaxValue)) continue;
            Meet(difference, i, b.Low - a.High - slack, b.High - a.Low + slack);
            Meet(pair.Reduced, i, a.Low + d.Low - slack, a.High + d.High + slack);
            Meet(pair.Original, i, b.Low - d.High - slack, b.High - d.Low + slack);
        }
    }

    private void FindWanted(int node)
    {
        int count = 0;
        for (int i = 0; i < _lower[node].Length; i++)
            if (_lower[node][i] != 0 || _upper[node][i] != 0) _wanted[node][count++] = i;
        _wantedCounts[node] = count;
        // What nobody else reads is not wanted either where the function gives zero.
        if (!_isSoleReader[node]) return;
        int source = _network.Nodes[node].Sources[0];
        Array.Copy(_wanted[node], _wanted[source], count);
        _wantedCounts[source] = count;
    }

    private void FindBent(ActivationNode node, int index)
    {
        int count = 0;
        for (int i = 0; i < node.Length; i++)
            if (!node.Function.IsLinear(_lower[node.Source][i], _upper[node.Source][i])) _bent[index][count++] = i;
        _bentCounts[index] = count;
    }

    private bool IsConsistent(int node)
    {
        for (int i = 0; i < _lower[node].Length; i++)
            if (_lower[node][i] > _upper[node][i]) return false;
        return true;
    }

    private void Affine(AffineNode node, int index)
    {
        Span<double> low = _lower[index], high = _upper[index];
        Span<double> magnitude = _magnitude.AsSpan(0, node.Length);
        for (int i = 0; i < node.Length; i++)
        {
            low[i] = high[i] = node.Bias[i];
            magnitude[i] = Math.Abs(node.Bias[i]);
        }

        for (int s = 0; s < node.Sources.Length; s++) node.Maps[s].Apply(_lower[node.Sources[s]], _upper[node.Sources[s]], low, high, magnitude);
        if (node.Rounding is not { } rounding) return;
        int source = node.Sources[0];
        Span<double> largest = _largest.AsSpan(0, _lower[source].Length);
        for (int i = 0; i < largest.Length; i++) largest[i] = Math.Max(Math.Abs(_lower[source][i]), Math.Abs(_upper[source][i]));
        rounding.Errors(magnitude, largest, _errors[index]);
        if (node.Pair is { } pair) AddErrors(pair, _errors[index]);
        for (int i = 0; i < node.Length; i++)
        {
            double least = low[i] - _errors[index][i];
            low[i] = least < node.Bias[i] && rounding.KeepsSign && IsSumOfPositives(node, i) ? node.Bias[i] * RoundedDown : least;
            high[i] += _errors[index][i];
            // Infinite ends of both signs add up to no number: nothing is known.
            if (double.IsNaN(low[i])) low[i] = double.NegativeInfinity;
            if (double.IsNaN(high[i])) high[i] = double.PositiveInfinity;
        }
    }

    /// <summary>What both codes may round, of a difference.</summary>
    private void AddErrors(LayerPair pair, double[] errors)
    {
        foreach (double[] own in new[] { _errors[pair.Original], _errors[pair.Reduced] })
            for (int i = 0; i < own.Length; i++) errors[i] += own[i];
    }

    /// <summary>Whether no term of an element is below zero anywhere in the box.</summary>
    private bool IsSumOfPositives(AffineNode node, int element)
    {
        if (node.Bias[element] < 0) return false;
        for (int s = 0; s < node.Sources.Length; s++)
        {
            ReadOnlySpan<int> columns = node.Maps[s].Columns(element);
            ReadOnlySpan<double> values = node.Maps[s].Values(element);
            for (int k = 0; k < columns.Length; k++)
                if (!((values[k] > 0 ? _lower[node.Sources[s]][columns[k]] : -_upper[node.Sources[s]][columns[k]]) >= 0)) return false;
        }

        return true;
    }

    /// <summary>Bounds the elements again whose function is not linear over their interval.</summary>
    private void Tighten(AffineNode node, int index, SlopeTightening? tightening, CancellationToken cancellationToken)
    {
        int count = 0;
        for (int i = 0; i < node.Length; i++)
            if (Loses(index, i)) _chosen[count++] = i;
        // The first layer's intervals are exact but for its errors.
        if (node.Sources is [0])
        {
            if (HasForms) for (int k = 0; k < count; k++) FormOfFirst(node, index, _chosen[k]);
            return;
        }

        if (tightening is not null && !_isLinear[index])
        {
            tightening.Run(this, node, index, _chosen.AsSpan(0, count).ToArray(), cancellationToken);
            return;
        }

        for (int start = 0; start < count; start += _elements)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TightenChosen(node, index, _chosen.AsSpan(start, Math.Min(count - start, _elements)));
        }
    }

    /// <summary>Tightens an element's bounds.</summary>
    public void Meet(int node, int element, double lower, double upper)
    {
        _lower[node][element] = Math.Max(_lower[node][element], lower);
        _upper[node][element] = Math.Min(_upper[node][element], upper);
    }

    /// <summary>Whether a nonlinear function loses by an element's bounds.</summary>
    public bool Loses(int node, int element)
    {
        double low = _lower[node][element], high = _upper[node][element];
        foreach (BoundNode reader in _readers[node])
            if (reader switch
            {
                ActivationNode activation => !activation.Function.IsLinear(low, high),
                DifferenceNode difference => node == difference.Source && low < high && !Relaxed(difference, element).IsExact,
                _ => reader is not ProductNode || low < high,
            }) return true;
        return false;
    }

    private void TightenChosen(AffineNode node, int index, ReadOnlySpan<int> chosen)
    {
        // Functional k is the lower bound of an element, functional k + n that of its negative.
        int n = chosen.Length;
        _pass.Start(2 * n);
        for (int k = 0; k < n; k++)
        {
            double error = _errors[index].Length == 0 ? 0 : _errors[index][chosen[k]];
            _pass.AddElement(node, chosen[k], k, 1, error);
            _pass.AddElement(node, chosen[k], n + k, -1, error);
        }

        _pass.Run(this, index - 1);
        for (int k = 0; k < n; k++)
        {
            int i = chosen[k];
            _lower[index][i] = Math.Max(_lower[index][i], _pass.Least(k, _lower[0], _upper[0]));
            _upper[index][i] = Math.Min(_upper[index][i], -_pass.Least(n + k, _lower[0], _upper[0]));
            if (!HasForms || !_pass.Reached(0)) continue;
            ReadOnlySpan<double> factors = _pass.At(0);
            for (int d = 0; d < _network.Inputs; d++)
                _forms[index][(i * _network.Inputs) + d] = Math.Abs(factors[(d * _pass.Count) + k]) + Math.Abs(factors[(d * _pass.Count) + n + k]);
        }
    }

    private void FormOfFirst(AffineNode node, int index, int element)
    {
        Span<double> form = _forms[index].AsSpan(element * _network.Inputs, _network.Inputs);
        form.Clear();
        ReadOnlySpan<int> columns = node.Maps[0].Columns(element);
        ReadOnlySpan<double> values = node.Maps[0].Values(element);
        for (int k = 0; k < columns.Length; k++) form[columns[k]] = Math.Abs(values[k]);
    }
}
