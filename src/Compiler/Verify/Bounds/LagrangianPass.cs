using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.InteropServices;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>
/// Lower bounds of many functionals at once, each over its own part of a box: the lower slopes of relaxations (α-CROWN, Xu et al. 2021) and
/// the multipliers of splits (β-CROWN, Wang et al. 2021) are moved towards better bounds by gradient ascent. Every bound on the way is sound
/// (docs/verification.md); the best is kept. Memory is kept from batch to batch; not for several threads at once.
/// </summary>
internal sealed class LagrangianPass : FunctionalPass
{
    private const double PointShare = 0.1;

    private readonly BatchLines?[] _lines;
    private readonly List<Multiplier>[] _multipliers;
    private readonly List<Seed> _seeds = [];
    private readonly double[][] _values;
    private double[] _best = [];
    private byte[]?[] _slopes = [];
    private double[][] _bestMultipliers = [];
    private List<Multiplier>[] _own = [];
    private NetworkBounds? _bounds;
    private int _before;

    /// <summary>Makes a pass over a network.</summary>
    public LagrangianPass(BoundNetwork network)
        : base(network)
    {
        _lines = [.. network.Nodes.Select(static (n, i) => n is ActivationNode a ? new BatchLines(a, i) : null)];
        _multipliers = [.. network.Nodes.Select(static _ => new List<Multiplier>())];
        _values = [.. network.Nodes.Select(static _ => Array.Empty<double>())];
    }

    /// <summary>Starts a batch over a box whose bounds are known.</summary>
    /// <param name="bounds">The bounds; they must not change until the batch is done.</param>
    /// <param name="functionals">The number of functionals.</param>
    /// <param name="before">The node that the functionals start from: those before it have bounds.</param>
    public void Start(NetworkBounds bounds, int functionals, int before)
    {
        Start(functionals);
        _bounds = bounds;
        _before = before;
        _seeds.Clear();
        foreach (List<Multiplier> list in _multipliers) list.Clear();
        for (int n = 1; n < before; n++) _lines[n]?.Fill(bounds, Count);
        if (_best.Length < Count)
        {
            _best = new double[Count];
            _slopes = new byte[Count][];
            _bestMultipliers = new double[Count][];
            _own = [.. Enumerable.Range(0, Count).Select(static _ => new List<Multiplier>())];
        }

        for (int k = 0; k < Count; k++)
        {
            _best[k] = double.NegativeInfinity;
            _slopes[k] = null;
            _bestMultipliers[k] = [];
            _own[k].Clear();
        }
    }

    /// <summary>A functional is the left side of a condition.</summary>
    public void Row(int functional, LinearRow row) => _seeds.Add(new Seed(functional, row, null, 0, 0, 0));

    /// <summary>A functional is ± an element of an affine node.</summary>
    public void Element(int functional, AffineNode node, int element, double sign, double error) => _seeds.Add(new Seed(functional, null, node, element, sign, error));

    /// <summary>A functional is bounded over a part of the box only.</summary>
    /// <param name="functional">The functional.</param>
    /// <param name="chain">The part; null: the whole box.</param>
    /// <param name="multipliers">The splits' multipliers to begin with, the newest split's first; those missing at the front are zero.</param>
    /// <param name="slopes">Slopes to begin with, as <see cref="Slopes"/> gives them; null: the relaxations' own.</param>
    public void Part(int functional, NeuronSplit? chain, ReadOnlySpan<double> multipliers, byte[]? slopes)
    {
        int missing = (chain?.Depth ?? 0) - multipliers.Length;
        for (NeuronSplit? split = chain; split is not null; split = split.Parent)
        {
            int place = _own[functional].Count - missing;
            var multiplier = new Multiplier(split, functional) { Value = place < 0 ? 0 : multipliers[place] };
            _own[functional].Add(multiplier);
            _multipliers[split.Node].Add(multiplier);
            (double lower, double upper) = NeuronSplit.Narrow(chain, _bounds!, split.Node, split.Element);
            foreach (BatchLines? lines in _lines)
                if (lines is not null && lines.Index < _before && lines.Node.Source == split.Node) lines.Narrow(split.Element, functional, lower, upper);
        }

        if (slopes is null) return;
        int start = 0;
        foreach (BatchLines? lines in _lines)
        {
            if (lines is null || lines.Index >= _before) continue;
            ReadOnlySpan<int> bent = _bounds!.Bent(lines.Index);
            lines.Load(functional, bent, slopes.AsSpan(start, bent.Length));
            start += bent.Length;
        }
    }

    /// <summary>The best bound of a functional that was found.</summary>
    public double Best(int functional) => _best[functional];

    /// <summary>The slopes of the best bound; null where they were not kept.</summary>
    public byte[]? Slopes(int functional) => _slopes[functional];

    /// <summary>The multipliers of the best bound, the newest split's first.</summary>
    public double[] Multipliers(int functional) => _bestMultipliers[functional];

    /// <summary>
    /// What a functional's last bound loses to an element's line at the point where it is taken, <see cref="Follow(int)"/> called before;
    /// a little is added for the line's distance where the interval would be split.
    /// </summary>
    public double Loss(int node, int element, int functional, double point)
    {
        BatchLines lines = _lines[node]!;
        int at = (element * Count) + functional;
        double factor = At(node)[at];
        return Math.Abs(factor) * (Gap(Values(lines.Node.Source)[at]) + (PointShare * Gap(point)));

        double Gap(double x)
        {
            double value = lines.Node.Function.Apply(x);
            return factor < 0 ? (lines.UpperSlopes[at] * x) + lines.UpperOffsets[at] - value : value - (lines.LowerSlopes[at] * x) - lines.LowerOffsets[at];
        }
    }

    /// <summary>The input where the last bound of a functional is taken.</summary>
    public void Point(int functional, Span<double> point)
    {
        for (int i = 0; i < point.Length; i++)
        {
            double factor = Reached(0) ? At(0)[(i * Count) + functional] : 0;
            point[i] = factor >= 0 ? _bounds!.Lower(0)[i] : _bounds!.Upper(0)[i];
        }
    }

    /// <summary>Bounds all functionals again and again.</summary>
    /// <param name="from">The last node that has factors.</param>
    /// <param name="plan">How often, and in which steps.</param>
    /// <param name="isEnough">Whether a bound above zero is enough.</param>
    /// <param name="keeps">Whether slopes and multipliers of the best bounds are kept.</param>
    /// <param name="functionals">The number of functionals that matter.</param>
    public void Ascend(int from, AscentPlan plan, bool isEnough, bool keeps, int functionals)
    {
        for (int k = 0; ; k++)
        {
            Bound(from, keeps, functionals);
            if (k >= plan.Steps || (isEnough && AreAbove(functionals))) return;
            Follow(from);
            AdamStep slopes = AdamStep.At(k, plan.SlopeStep, plan.Decay), multipliers = AdamStep.At(k, plan.MultiplierStep, plan.Decay);
            foreach (BatchLines? lines in _lines)
                if (lines is not null && lines.Index <= from && Reached(lines.Index)) lines.Ascend(_bounds!.Bent(lines.Index), At(lines.Index), Values(lines.Node.Source), slopes);
            for (int n = 1; n <= from; n++)
                if (Reached(n)) Ascend(_multipliers[n], Values(n), Count, multipliers);
        }
    }

    /// <inheritdoc/>
    protected override void Complete(int node)
    {
        if (_multipliers[node].Count == 0) return;
        Span<double> factors = At(node);
        foreach (Multiplier multiplier in _multipliers[node])
            if (multiplier.Scale == 0) multiplier.Scale = Largest(factors, multiplier.Functional);

        (double[] constants, double[] magnitudes) = Sums;
        foreach (Multiplier multiplier in _multipliers[node])
        {
            if (multiplier.Value == 0) continue;
            (NeuronSplit split, int k) = (multiplier.Split, multiplier.Functional);
            double signed = split.IsAbove ? -multiplier.Value : multiplier.Value;
            ref double factor = ref factors[(split.Element * Count) + k];
            if (split.Point != 0)
            {
                constants[k] -= signed * split.Point;
                magnitudes[k] += (Math.Abs(factor) + multiplier.Value) * Math.Abs(split.Point);
            }

            factor += signed;
        }
    }

    /// <inheritdoc/>
    protected override void Through(ActivationNode node, int index, NetworkBounds bounds)
    {
        BatchLines lines = _lines[index]!;
        ReadOnlySpan<Vector<double>> source = Vectors(At(index)), lowerSlopes = Vectors(lines.LowerSlopes), lowerOffsets = Vectors(lines.LowerOffsets), upperSlopes = Vectors(lines.UpperSlopes), upperOffsets = Vectors(lines.UpperOffsets);
        Span<Vector<double>> target = Vectors(Use(node.Source, bounds));
        (double[] sums, double[] sizes) = Sums;
        Span<Vector<double>> constants = Vectors(sums.AsSpan(0, Count)), magnitudes = Vectors(sizes.AsSpan(0, Count));
        foreach (int i in bounds.Wanted(index))
        {
            for (int v = 0, at = i * constants.Length; v < constants.Length; v++, at++)
            {
                Vector<double> above = Vector.Max(source[at], Vector<double>.Zero), below = Vector.Min(source[at], Vector<double>.Zero);
                target[at] += (above * lowerSlopes[at]) + (below * upperSlopes[at]);
                Vector<double> low = above * lowerOffsets[at], high = below * upperOffsets[at];
                constants[v] += low + high;
                magnitudes[v] += Vector.Abs(low) + Vector.Abs(high);
            }
        }
    }

    private static Span<Vector<double>> Vectors(Span<double> values) => MemoryMarshal.Cast<double, Vector<double>>(values);

    private static void Ascend(List<Multiplier> multipliers, ReadOnlySpan<double> values, int count, in AdamStep step)
    {
        foreach (Multiplier multiplier in multipliers)
        {
            double distance = values[(multiplier.Split.Element * count) + multiplier.Functional] - multiplier.Split.Point;
            double derivative = multiplier.Split.IsAbove ? -distance : distance;
            multiplier.Mean = (multiplier.Mean * AdamStep.MeanDecay) + (derivative * (1 - AdamStep.MeanDecay));
            multiplier.Square = (multiplier.Square * AdamStep.SquareDecay) + (derivative * derivative * (1 - AdamStep.SquareDecay));
            double moved = multiplier.Value + (multiplier.Scale * multiplier.Mean * step.Rate / (Math.Sqrt(multiplier.Square * step.SquareFactor) + AdamStep.Tiny));
            // What is no number is nothing.
            multiplier.Value = moved > 0 && !double.IsInfinity(moved) ? moved : 0;
        }
    }

    private bool AreAbove(int functionals)
    {
        for (int k = 0; k < functionals; k++)
            if (!(_best[k] > 0)) return false;
        return true;
    }

    private void Bound(int from, bool keeps, int functionals)
    {
        Start(Count);
        foreach (Seed seed in _seeds) Plant(seed);
        Run(_bounds!, from);
        ReadOnlySpan<double> least = Least(_bounds!.Lower(0), _bounds.Upper(0));
        for (int k = 0; k < functionals; k++)
        {
            if (!(least[k] > _best[k])) continue;
            _best[k] = least[k];
            if (keeps) Keep(k);
        }
    }

    private void Plant(in Seed seed)
    {
        if (seed.Row is not { } row)
        {
            AddElement(seed.Node!, seed.Index, seed.Functional, seed.Sign, seed.Error);
            return;
        }

        AddConstant(seed.Functional, row.Constant);
        for (int j = 0; j < row.Outputs.Length; j++)
            if (row.Outputs[j] != 0) Add(Network.Output, j, seed.Functional, row.Outputs[j]);
        for (int i = 0; i < row.Inputs.Length; i++)
            if (row.Inputs[i] != 0) Add(0, i, seed.Functional, row.Inputs[i]);
    }

    private void Keep(int functional)
    {
        byte[] slopes = _slopes[functional] ??= new byte[_lines.Sum(l => l is null || l.Index >= _before ? 0 : _bounds!.Bent(l.Index).Length)];
        int start = 0;
        foreach (BatchLines? lines in _lines)
        {
            if (lines is null || lines.Index >= _before) continue;
            ReadOnlySpan<int> bent = _bounds!.Bent(lines.Index);
            lines.Save(functional, bent, slopes.AsSpan(start, bent.Length));
            start += bent.Length;
        }

        List<Multiplier> own = _own[functional];
        if (_bestMultipliers[functional].Length != own.Count) _bestMultipliers[functional] = new double[own.Count];
        for (int k = 0; k < own.Count; k++) _bestMultipliers[functional][k] = own[k].Value;
    }

    /// <summary>
    /// Computes the values of all nodes at the inputs where the functionals are least, by the lines that they met: a bound's derivative by a factor
    /// is the value that the factor is of.
    /// </summary>
    public void Follow(int from)
    {
        FollowInput();
        for (int n = 1; n <= from; n++)
        {
            if (!Reached(n)) continue;
            Span<double> values = Values(n);
            switch (Network.Nodes[n])
            {
                case AffineNode affine:
                    for (int i = 0; i < affine.Length; i++) values.Slice(i * Count, Count).Fill(affine.Bias[i]);
                    for (int s = 0; s < affine.Sources.Length; s++) affine.Maps[s].Apply(Values(affine.Sources[s]), _bounds!.Wanted(n), values, Count);
                    break;
                case ActivationNode activation:
                    Follow(activation, n, values);
                    break;
                case ProductNode product:
                    Follow(product, n, values);
                    break;
                case MaxNode max:
                    Follow(max, values);
                    break;
            }
        }
    }

    private void FollowInput()
    {
        ReadOnlySpan<Vector<double>> factors = Reached(0) ? Vectors(At(0)) : [];
        Span<Vector<double>> values = Vectors(Values(0));
        int width = Count / Vector<double>.Count;
        for (int i = 0; i < Network.Inputs; i++)
        {
            var (lower, upper) = (new Vector<double>(_bounds!.Lower(0)[i]), new Vector<double>(_bounds.Upper(0)[i]));
            for (int at = i * width; at < (i + 1) * width; at++) values[at] = factors.IsEmpty ? lower : Vector.ConditionalSelect(Vector.GreaterThanOrEqual(factors[at], Vector<double>.Zero), lower, upper);
        }
    }

    private void Follow(ActivationNode node, int index, Span<double> values)
    {
        BatchLines lines = _lines[index]!;
        ReadOnlySpan<Vector<double>> factors = Vectors(At(index)), z = Vectors(Values(node.Source)), lowerSlopes = Vectors(lines.LowerSlopes), lowerOffsets = Vectors(lines.LowerOffsets), upperSlopes = Vectors(lines.UpperSlopes), upperOffsets = Vectors(lines.UpperOffsets);
        Span<Vector<double>> target = Vectors(values);
        target.Clear();
        int width = Count / Vector<double>.Count;
        foreach (int i in _bounds!.Wanted(index))
        {
            for (int at = i * width; at < (i + 1) * width; at++)
            {
                Vector<double> low = (lowerSlopes[at] * z[at]) + lowerOffsets[at], high = (upperSlopes[at] * z[at]) + upperOffsets[at];
                target[at] = Vector.ConditionalSelect(Vector.GreaterThanOrEqual(factors[at], Vector<double>.Zero), low, high);
            }
        }
    }

    private void Follow(ProductNode node, int index, Span<double> values)
    {
        ReadOnlySpan<double> factors = At(index), left = Values(node.Left), right = Values(node.Right);
        for (int i = 0; i < node.Length; i++)
        {
            (int x, int y) = (node.LeftElements[i], node.RightElements[i]);
            var planes = ProductRelaxation.Of(_bounds!.Values(node.Left, x), _bounds.Values(node.Right, y));
            for (int k = 0, at = i * Count; k < Count; k++, at++) values[at] = (planes.LeftSlope * left[(x * Count) + k]) + (planes.RightSlope * right[(y * Count) + k]) + (factors[at] >= 0 ? planes.Lower : planes.Upper);
        }
    }

    private void Follow(MaxNode node, Span<double> values)
    {
        ReadOnlySpan<double> z = Values(node.Sources[0]);
        for (int i = 0; i < node.Length; i++)
        {
            int best = Largest(node, i, _bounds!.Lower(node.Sources[0]));
            z.Slice(best * Count, Count).CopyTo(values.Slice(i * Count, Count));
        }
    }

    private static int Largest(MaxNode node, int element, ReadOnlySpan<double> lower)
    {
        int best = node.Groups[element][0];
        foreach (int i in node.Groups[element])
            if (lower[i] > lower[best]) best = i;
        return best;
    }

    private double Largest(ReadOnlySpan<double> factors, int functional)
    {
        double largest = 0;
        for (int at = functional; at < factors.Length; at += Count) largest = Math.Max(largest, Math.Abs(factors[at]));
        return largest;
    }

    private Span<double> Values(int node)
    {
        int length = Network.Nodes[node].Length * Count;
        if (_values[node].Length < length) _values[node] = new double[length];
        return _values[node].AsSpan(0, length);
    }

    private readonly record struct Seed(int Functional, LinearRow? Row, AffineNode? Node, int Index, double Sign, double Error);
}
