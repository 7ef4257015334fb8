using System;
using System.Numerics;
using System.Runtime.InteropServices;
using RedGen.Compiler.Verify.Difference;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>
/// Pulls linear functionals of a node back to the input through relaxations (CROWN, Zhang et al. 2018; DeepPoly, Singh et al. 2019), for
/// lower bounds: λ·z ≥ λ'·x + c over the box whose bounds are known for all earlier nodes. Rounding errors of the network's float32
/// arithmetic are subtracted at every layer. Memory is kept from pass to pass; not for several threads at once.
/// </summary>
internal class FunctionalPass
{
    /// <summary>What sums in double may lose, relative to the magnitudes that are added up (docs/verification.md): 2⁻³⁶, a term's 2⁻⁵³ times 2¹⁷ terms.</summary>
    private const double SumError = 1.0 / (1L << 36);

    private readonly BoundNetwork _network;
    private readonly double[][] _functionals;
    private readonly bool[] _isUsed;
    private double[] _constants = [];
    private double[] _magnitudes = [];
    private double[] _least = [];

    /// <summary>Makes a pass over a network.</summary>
    public FunctionalPass(BoundNetwork network)
    {
        _network = network;
        _functionals = new double[network.Nodes.Length][];
        for (int i = 0; i < _functionals.Length; i++) _functionals[i] = [];
        _isUsed = new bool[network.Nodes.Length];
    }

    /// <summary>The network.</summary>
    protected BoundNetwork Network => _network;

    /// <summary>The number of functionals, a multiple of a vector's length; those beyond the ones asked for are zero.</summary>
    public int Count { get; private set; }

    /// <summary>The factors of all functionals at a node after <see cref="Run"/>, node's length × <see cref="Count"/>.</summary>
    public Span<double> At(int node) => _functionals[node].AsSpan(0, _network.Nodes[node].Length * Count);

    /// <summary>Whether functionals reached a node.</summary>
    public bool Reached(int node) => _isUsed[node];

    /// <summary>The constant of a functional at the input after <see cref="Run"/>, all errors subtracted.</summary>
    public double Constant(int functional) => _constants[functional] - (_magnitudes[functional] * SumError);

    /// <summary>Starts a pass with functionals that are zero everywhere.</summary>
    public void Start(int functionals)
    {
        int width = Vector<double>.Count;
        Count = (functionals + width - 1) / width * width;
        Array.Clear(_isUsed, 0, _isUsed.Length);
        if (_constants.Length < Count) (_constants, _magnitudes, _least) = (new double[Count], new double[Count], new double[Count]);
        Array.Clear(_constants, 0, Count);
        Array.Clear(_magnitudes, 0, Count);
    }

    /// <summary>Adds to a functional's constant.</summary>
    public void AddConstant(int functional, double value)
    {
        _constants[functional] += value;
        _magnitudes[functional] += Math.Abs(value);
    }

    /// <summary>Adds to a functional's factor of a node's element.</summary>
    public void Add(int node, int element, int functional, double value) => Use(node)[(element * Count) + functional] += value;

    /// <summary>Starts a functional as ± an element of an affine node, one layer further down already.</summary>
    public void AddElement(AffineNode node, int element, int functional, double sign, double error)
    {
        for (int s = 0; s < node.Sources.Length; s++)
        {
            ReadOnlySpan<int> columns = node.Maps[s].Columns(element);
            ReadOnlySpan<double> values = node.Maps[s].Values(element);
            Span<double> target = Use(node.Sources[s]);
            for (int k = 0; k < columns.Length; k++) target[(columns[k] * Count) + functional] += sign * values[k];
        }

        AddConstant(functional, (sign * node.Bias[element]) - error);
    }

    /// <summary>Pulls back to the input.</summary>
    /// <param name="bounds">The bounds of all nodes before <paramref name="from"/>, and of it.</param>
    /// <param name="from">The last node that has factors.</param>
    public void Run(NetworkBounds bounds, int from)
    {
        for (int n = from; n > 0; n--)
        {
            if (!_isUsed[n]) continue;
            Complete(n);
            switch (_network.Nodes[n])
            {
                case AffineNode affine:
                    Through(affine, n, bounds);
                    break;
                case ActivationNode activation:
                    Through(activation, n, bounds);
                    break;
                case ProductNode product:
                    Through(product, n, bounds);
                    break;
                case DifferenceNode difference:
                    Through(difference, n, bounds);
                    break;
                case MaxNode max:
                    Through(max, n, bounds);
                    break;
            }
        }
    }

    /// <summary>The least value of a functional over a box.</summary>
    public double Least(int functional, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        double sum = _constants[functional], magnitude = _magnitudes[functional];
        if (_isUsed[0])
        {
            ReadOnlySpan<double> factors = At(0);
            for (int i = 0; i < lower.Length; i++)
            {
                double factor = factors[(i * Count) + functional];
                sum += factor * (factor >= 0 ? lower[i] : upper[i]);
                magnitude += Math.Abs(factor) * Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]));
            }
        }

        double least = sum - (magnitude * SumError);
        return double.IsNaN(least) ? double.NegativeInfinity : least;
    }

    /// <summary>The least values of all functionals over a box, as <see cref="Least(int, ReadOnlySpan{double}, ReadOnlySpan{double})"/> gives them.</summary>
    /// <returns>By functional; they hold until the next call.</returns>
    public ReadOnlySpan<double> Least(ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Span<double> sums = _least.AsSpan(0, Count);
        _constants.AsSpan(0, Count).CopyTo(sums);
        if (_isUsed[0])
        {
            Span<Vector<double>> sum = MemoryMarshal.Cast<double, Vector<double>>(sums);
            Span<Vector<double>> magnitude = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
            ReadOnlySpan<Vector<double>> factors = MemoryMarshal.Cast<double, Vector<double>>(At(0));
            for (int i = 0; i < lower.Length; i++)
            {
                var (low, high) = (new Vector<double>(lower[i]), new Vector<double>(upper[i]));
                var largest = new Vector<double>(Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i])));
                for (int v = 0; v < sum.Length; v++)
                {
                    Vector<double> factor = factors[(i * sum.Length) + v];
                    sum[v] += (Vector.Max(factor, Vector<double>.Zero) * low) + (Vector.Min(factor, Vector<double>.Zero) * high);
                    magnitude[v] += Vector.Abs(factor) * largest;
                }
            }
        }

        for (int k = 0; k < Count; k++)
        {
            sums[k] -= _magnitudes[k] * SumError;
            if (double.IsNaN(sums[k])) sums[k] = double.NegativeInfinity;
        }

        return sums;
    }

    /// <summary>Called when all factors of a node are known, before they are pulled back through it.</summary>
    protected virtual void Complete(int node)
    {
    }

    /// <summary>Pulls back through a function of single elements.</summary>
    protected virtual void Through(ActivationNode node, int index, NetworkBounds bounds)
    {
        ReadOnlySpan<double> functionals = At(index);
        Span<double> target = Use(node.Source, bounds);
        ReadOnlySpan<double> lower = bounds.Lower(node.Source), upper = bounds.Upper(node.Source);
        foreach (int i in bounds.Wanted(index))
            Relaxed(functionals.Slice(i * Count, Count), target.Slice(i * Count, Count), node.Function.Relax(lower[i], upper[i]));
    }

    /// <summary>The constants of all functionals, and the magnitudes that their rounding errors are relative to.</summary>
    protected (double[] Constants, double[] Magnitudes) Sums => (_constants, _magnitudes);

    /// <summary>A node's factors, to be added to.</summary>
    /// <param name="node">The node.</param>
    /// <param name="bounds">The node's bounds where other readers may have added factors: these are rounded again with what comes.</param>
    protected Span<double> Use(int node, NetworkBounds? bounds = null)
    {
        int length = _network.Nodes[node].Length * Count;
        if (_functionals[node].Length < length) _functionals[node] = new double[length];
        Span<double> span = _functionals[node].AsSpan(0, length);
        if (!_isUsed[node])
        {
            span.Clear();
            _isUsed[node] = true;
        }
        else if (bounds is not null)
        {
            AddMagnitudes(span, bounds.Lower(node), bounds.Upper(node));
        }

        return span;
    }

    private void AddMagnitudes(ReadOnlySpan<double> factors, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        Span<Vector<double>> magnitudes = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
        ReadOnlySpan<Vector<double>> source = MemoryMarshal.Cast<double, Vector<double>>(factors);
        for (int i = 0; i < lower.Length; i++)
        {
            // Not infinite: nothing times an unbounded element is nothing.
            var largest = new Vector<double>(Math.Min(double.MaxValue, Math.Max(Math.Abs(lower[i]), Math.Abs(upper[i]))));
            for (int v = 0; v < magnitudes.Length; v++) magnitudes[v] += Vector.Abs(source[(i * magnitudes.Length) + v]) * largest;
        }
    }

    private void Through(AffineNode node, int index, NetworkBounds bounds)
    {
        ReadOnlySpan<double> functionals = At(index), errors = bounds.Errors(index);
        Span<Vector<double>> constants = MemoryMarshal.Cast<double, Vector<double>>(_constants.AsSpan(0, Count));
        Span<Vector<double>> magnitudes = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
        for (int i = 0; i < node.Length; i++)
        {
            if (node.Bias[i] == 0 && errors.IsEmpty) continue;
            ReadOnlySpan<Vector<double>> row = MemoryMarshal.Cast<double, Vector<double>>(functionals.Slice(i * Count, Count));
            var bias = new Vector<double>(node.Bias[i]);
            var error = new Vector<double>(errors.IsEmpty ? 0 : errors[i]);
            for (int v = 0; v < row.Length; v++)
            {
                Vector<double> magnitude = Vector.Abs(row[v]);
                constants[v] += (row[v] * bias) - (magnitude * error);
                magnitudes[v] += magnitude * (Vector.Abs(bias) + error);
            }
        }

        for (int s = 0; s < node.Sources.Length; s++) node.Maps[s].PullBack(functionals, bounds.Wanted(node.Sources[s]), Use(node.Sources[s], bounds), Count);
    }

    /// <summary>A factor that is not negative meets the lower line, a negative one the upper line.</summary>
    private void Relaxed(ReadOnlySpan<double> factors, Span<double> target, Relaxation lines)
    {
        ReadOnlySpan<Vector<double>> source = MemoryMarshal.Cast<double, Vector<double>>(factors);
        Span<Vector<double>> result = MemoryMarshal.Cast<double, Vector<double>>(target);
        Span<Vector<double>> constants = MemoryMarshal.Cast<double, Vector<double>>(_constants.AsSpan(0, Count));
        Span<Vector<double>> magnitudes = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
        var lowerSlope = new Vector<double>(lines.LowerSlope);
        var upperSlope = new Vector<double>(lines.UpperSlope);
        bool hasOffset = lines.LowerOffset != 0 || lines.UpperOffset != 0;
        var lowerOffset = new Vector<double>(lines.LowerOffset);
        var upperOffset = new Vector<double>(lines.UpperOffset);
        for (int v = 0; v < source.Length; v++)
        {
            Vector<double> above = Vector.Max(source[v], Vector<double>.Zero), below = Vector.Min(source[v], Vector<double>.Zero);
            result[v] += (above * lowerSlope) + (below * upperSlope);
            if (!hasOffset) continue;
            Vector<double> low = above * lowerOffset, high = below * upperOffset;
            constants[v] += low + high;
            magnitudes[v] += Vector.Abs(low) + Vector.Abs(high);
        }
    }

    /// <summary>Pulls back through the difference of two functions: to the difference of their arguments, and to these where that loses less.</summary>
    private void Through(DifferenceNode node, int index, NetworkBounds bounds)
    {
        ReadOnlySpan<Vector<double>> functionals = MemoryMarshal.Cast<double, Vector<double>>(At(index));
        ReadOnlySpan<int> wanted = bounds.Wanted(index);
        Span<DifferenceRelaxation> lines = new DifferenceRelaxation[wanted.Length];
        bool isOfBoth = false;
        for (int k = 0; k < lines.Length; k++)
        {
            lines[k] = bounds.Relaxed(node, wanted[k]);
            isOfBoth |= lines[k].IsOfBoth;
        }

        Span<Vector<double>> difference = MemoryMarshal.Cast<double, Vector<double>>(Use(node.Source, bounds));
        Span<Vector<double>> original = isOfBoth ? MemoryMarshal.Cast<double, Vector<double>>(Use(node.Original, bounds)) : [];
        Span<Vector<double>> reduced = isOfBoth ? MemoryMarshal.Cast<double, Vector<double>>(Use(node.Reduced, bounds)) : [];
        Span<Vector<double>> constants = MemoryMarshal.Cast<double, Vector<double>>(_constants.AsSpan(0, Count)), magnitudes = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
        for (int k = 0; k < lines.Length; k++)
        {
            int row = wanted[k] * constants.Length;
            (DifferencePlane below, DifferencePlane above) = (lines[k].Below, lines[k].Above);
            for (int v = 0; v < constants.Length; v++)
            {
                Vector<double> positive = Vector.Max(functionals[row + v], Vector<double>.Zero), negative = Vector.Min(functionals[row + v], Vector<double>.Zero);
                difference[row + v] += (positive * new Vector<double>(below.OfDifference)) + (negative * new Vector<double>(above.OfDifference));
                if (lines[k].IsOfBoth)
                {
                    original[row + v] += (positive * new Vector<double>(below.OfOriginal)) + (negative * new Vector<double>(above.OfOriginal));
                    reduced[row + v] += (positive * new Vector<double>(below.OfReduced)) + (negative * new Vector<double>(above.OfReduced));
                }

                Vector<double> low = Times(positive, below.Offset), high = Times(negative, above.Offset);
                constants[v] += low + high;
                magnitudes[v] += Vector.Abs(low) + Vector.Abs(high);
            }
        }
    }

    /// <summary>Infinite times nothing would be NaN.</summary>
    private static Vector<double> Times(Vector<double> factors, double value) => Vector.ConditionalSelect(Vector.Equals(factors, Vector<double>.Zero), Vector<double>.Zero, factors * new Vector<double>(value));

    private void Through(ProductNode node, int index, NetworkBounds bounds)
    {
        ReadOnlySpan<Vector<double>> functionals = MemoryMarshal.Cast<double, Vector<double>>(At(index));
        Span<Vector<double>> left = MemoryMarshal.Cast<double, Vector<double>>(Use(node.Left, bounds)), right = MemoryMarshal.Cast<double, Vector<double>>(Use(node.Right, bounds));
        Span<Vector<double>> constants = MemoryMarshal.Cast<double, Vector<double>>(_constants.AsSpan(0, Count));
        Span<Vector<double>> magnitudes = MemoryMarshal.Cast<double, Vector<double>>(_magnitudes.AsSpan(0, Count));
        for (int i = 0; i < node.Length; i++)
        {
            var planes = ProductRelaxation.Of(bounds.Values(node.Left, node.LeftElements[i]), bounds.Values(node.Right, node.RightElements[i]));
            var (ofLeft, ofRight) = (new Vector<double>(planes.LeftSlope), new Vector<double>(planes.RightSlope));
            var (below, above) = (new Vector<double>(planes.Lower), new Vector<double>(planes.Upper));
            (int leftRow, int rightRow) = (node.LeftElements[i] * constants.Length, node.RightElements[i] * constants.Length);
            for (int v = 0; v < constants.Length; v++)
            {
                Vector<double> factor = functionals[(i * constants.Length) + v];
                // Infinite times nothing would be NaN.
                Vector<double> low = Vector.ConditionalSelect(Vector.GreaterThan(factor, Vector<double>.Zero), factor * below, Vector<double>.Zero);
                Vector<double> high = Vector.ConditionalSelect(Vector.LessThan(factor, Vector<double>.Zero), factor * above, Vector<double>.Zero);
                left[leftRow + v] += factor * ofLeft;
                right[rightRow + v] += factor * ofRight;
                constants[v] += low + high;
                magnitudes[v] += Vector.Abs(low) + Vector.Abs(high) + (Vector.Abs(factor) * new Vector<double>(planes.Magnitude));
            }
        }
    }

    /// <summary>The largest is at least the element with the greatest lower bound; it is at most that one too where the others never exceed it, else the greatest upper bound.</summary>
    private void Through(MaxNode node, int index, NetworkBounds bounds)
    {
        ReadOnlySpan<double> functionals = At(index);
        Span<double> target = Use(node.Sources[0], bounds);
        ReadOnlySpan<double> lower = bounds.Lower(node.Sources[0]), upper = bounds.Upper(node.Sources[0]);
        for (int i = 0; i < node.Length; i++)
        {
            int best = node.Groups[i][0];
            double most = double.NegativeInfinity;
            foreach (int element in node.Groups[i])
            {
                if (lower[element] > lower[best]) best = element;
                most = Math.Max(most, upper[element]);
            }

            bool isLargest = true;
            foreach (int element in node.Groups[i]) isLargest &= element == best || upper[element] <= lower[best];
            Relaxed(functionals.Slice(i * Count, Count), target.Slice(best * Count, Count), isLargest ? new Relaxation(1, 0, 1, 0) : new Relaxation(1, 0, 0, most));
        }
    }
}
