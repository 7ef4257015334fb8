using System;
using System.Numerics;
using System.Runtime.InteropServices;
using RedGen.Compiler.Red.Certify;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Bounds;

/// <summary>The lines around one activation node's functions for each functional of a batch, element × functional, and what gradient ascent of their lower slopes remembers.</summary>
internal sealed class BatchLines(ActivationNode node, int index)
{
    private double[][] _arrays = [[], [], [], [], [], [], [], []];
    private int _count;

    /// <summary>The node.</summary>
    public ActivationNode Node => node;

    /// <summary>The node's number.</summary>
    public int Index => index;

    /// <summary>Of the lower lines.</summary>
    public Span<double> LowerSlopes => Array(0);

    /// <summary>Of the lower lines.</summary>
    public Span<double> LowerOffsets => Array(1);

    /// <summary>Of the upper lines.</summary>
    public Span<double> UpperSlopes => Array(2);

    /// <summary>Of the upper lines.</summary>
    public Span<double> UpperOffsets => Array(3);

    private Span<double> Least => Array(4);

    private Span<double> Most => Array(5);

    private Span<double> Means => Array(6);

    private Span<double> Squares => Array(7);

    /// <summary>Takes the lines over the bounds of the whole box, for all functionals.</summary>
    public void Fill(NetworkBounds bounds, int count)
    {
        _count = count;
        if (_arrays[0].Length < node.Length * count) _arrays = System.Array.ConvertAll(_arrays, _ => new double[node.Length * count]);
        ReadOnlySpan<double> lower = bounds.Lower(node.Source), upper = bounds.Upper(node.Source);
        foreach (int i in bounds.Wanted(index))
        {
            Relaxation lines = node.Function.Relax(lower[i], upper[i]);
            LowerSlopes.Slice(i * count, count).Fill(lines.LowerSlope);
            LowerOffsets.Slice(i * count, count).Fill(lines.LowerOffset);
            UpperSlopes.Slice(i * count, count).Fill(lines.UpperSlope);
            UpperOffsets.Slice(i * count, count).Fill(lines.UpperOffset);
        }

        foreach (int i in bounds.Bent(index))
        {
            Interval range = node.Function.LowerSlopes(lower[i], upper[i]);
            Least.Slice(i * count, count).Fill(range.Low);
            Most.Slice(i * count, count).Fill(range.High);
            Means.Slice(i * count, count).Clear();
            Squares.Slice(i * count, count).Clear();
        }
    }

    /// <summary>Takes the lines over a narrower interval for one functional.</summary>
    public void Narrow(int element, int functional, double lower, double upper)
    {
        Relaxation lines = node.Function.Relax(lower, upper);
        int at = (element * _count) + functional;
        LowerSlopes[at] = Least[at] = Most[at] = lines.LowerSlope;
        LowerOffsets[at] = lines.LowerOffset;
        UpperSlopes[at] = lines.UpperSlope;
        UpperOffsets[at] = lines.UpperOffset;
        if (!node.Function.IsLinear(lower, upper)) (Least[at], Most[at]) = node.Function.LowerSlopes(lower, upper);
    }

    /// <summary>Writes a functional's free slopes as shares of their ranges in 255ths.</summary>
    public void Save(int functional, ReadOnlySpan<int> bent, Span<byte> slopes)
    {
        for (int k = 0; k < bent.Length; k++)
        {
            int at = (bent[k] * _count) + functional;
            double width = Most[at] - Least[at];
            slopes[k] = width > 0 ? (byte)Math.Round((LowerSlopes[at] - Least[at]) / width * 255) : (byte)0;
        }
    }

    /// <summary>Reads slopes that <see cref="Save"/> wrote.</summary>
    public void Load(int functional, ReadOnlySpan<int> bent, ReadOnlySpan<byte> slopes)
    {
        for (int k = 0; k < bent.Length; k++)
        {
            int at = (bent[k] * _count) + functional;
            if (Most[at] > Least[at]) LowerSlopes[at] = Math.Min(Most[at], Least[at] + ((Most[at] - Least[at]) * slopes[k] / 255));
        }
    }

    /// <summary>Moves the free slopes of all functionals upward along the derivatives of their bounds: max(λ, 0)·z (Adam, Kingma and Ba 2015).</summary>
    /// <param name="bent">The elements.</param>
    /// <param name="factors">The factors λ of the node's elements.</param>
    /// <param name="values">The values z, before the function, where the bounds are taken.</param>
    /// <param name="step">The step.</param>
    public void Ascend(ReadOnlySpan<int> bent, ReadOnlySpan<double> factors, ReadOnlySpan<double> values, in AdamStep step)
    {
        Span<Vector<double>> slopes = Vectors(LowerSlopes), means = Vectors(Means), squares = Vectors(Squares);
        ReadOnlySpan<Vector<double>> least = Vectors(Least), most = Vectors(Most);
        ReadOnlySpan<Vector<double>> lambda = MemoryMarshal.Cast<double, Vector<double>>(factors), z = MemoryMarshal.Cast<double, Vector<double>>(values);
        int width = _count / Vector<double>.Count;
        var tiny = new Vector<double>(AdamStep.Tiny);
        foreach (int i in bent)
        {
            for (int v = i * width; v < (i + 1) * width; v++)
            {
                Vector<double> derivative = Vector.Max(lambda[v], Vector<double>.Zero) * z[v];
                means[v] = (means[v] * AdamStep.MeanDecay) + (derivative * (1 - AdamStep.MeanDecay));
                squares[v] = (squares[v] * AdamStep.SquareDecay) + (derivative * derivative * (1 - AdamStep.SquareDecay));
                Vector<double> moved = slopes[v] + (means[v] * step.Rate / (Vector.SquareRoot(squares[v] * step.SquareFactor) + tiny));
                slopes[v] = Vector.Min(Vector.Max(moved, least[v]), most[v]);
            }
        }
    }

    private static Span<Vector<double>> Vectors(Span<double> values) => MemoryMarshal.Cast<double, Vector<double>>(values);

    private Span<double> Array(int k) => _arrays[k].AsSpan(0, node.Length * _count);
}
