using System.Numerics;

namespace RedGen.Compiler.Red.Certify.Rules;

/// <summary>
/// The sums behind one linear layer, in double, many outputs at a time. Each output's sums run over its inputs in order, whatever the
/// width of a vector is, so that every machine finds the same bound. <c>w</c> are the original's weights, <c>v</c> the reduced ones;
/// an input is a centre and a radius.
/// </summary>
internal sealed class LinearSums
{
    /// <summary>Numbers of one input: centre, radius, largest magnitude in the original; the same in the reduced network; centre and radius of δ.</summary>
    public const int InputPlanes = 8;

    /// <summary>Sums of one output; see <see cref="Run"/>.</summary>
    public const int OutputPlanes = 10;

    private readonly double[] _original;
    private readonly double[] _reduced;
    private readonly int _columns;
    private readonly int _blocks;

    /// <summary>Packs the weights of one group: blocks of as many outputs as a vector holds, the inputs in order inside.</summary>
    /// <param name="original">The original's weights, outputs × columns.</param>
    /// <param name="reduced">The reduced weights.</param>
    /// <param name="first">The first output of the group.</param>
    /// <param name="outputs">The outputs of the group.</param>
    /// <param name="columns">The inputs of an output.</param>
    public LinearSums(double[] original, double[] reduced, int first, int outputs, int columns)
    {
        int lanes = Vector<double>.Count;
        Outputs = outputs;
        _columns = columns;
        _blocks = (outputs + lanes - 1) / lanes;
        _original = new double[_blocks * columns * lanes];
        _reduced = new double[_original.Length];
        for (int m = 0; m < outputs; m++)
        {
            for (int k = 0; k < columns; k++)
            {
                int at = (((m / lanes * columns) + k) * lanes) + (m % lanes);
                _original[at] = original[((first + m) * columns) + k];
                _reduced[at] = reduced[((first + m) * columns) + k];
            }
        }
    }

    /// <summary>The outputs of the group.</summary>
    public int Outputs { get; }

    /// <summary>The length of a buffer for the sums of one window.</summary>
    public int BufferLength => _blocks * Vector<double>.Count * OutputPlanes;

    /// <summary>
    /// Sums up one window. For output m, sum s lies at [(m ⁄ lanes · 10 + s) · lanes + m mod lanes]: Σwc, Σ|w|r, Σ|w||x|, the same with v
    /// in the reduced network, Σ(v−w)c, Σ|v−w|r, Σv·c(δ), Σ|v|·r(δ).
    /// </summary>
    /// <param name="window">The inputs, <see cref="InputPlanes"/> numbers each.</param>
    /// <param name="start">Where the window begins.</param>
    /// <param name="sums">Takes the sums.</param>
    public void Run(double[] window, int start, double[] sums)
    {
        int lanes = Vector<double>.Count;
        int at = 0;
        for (int block = 0; block < _blocks; block++)
        {
            Vector<double> oc = default, or = default, om = default, rc = default, rr = default, rm = default, ac = default, ar = default, pc = default, pr = default;
            int x = start;
            for (int k = 0; k < _columns; k++, x += InputPlanes, at += lanes)
            {
                var w = new Vector<double>(_original, at);
                var v = new Vector<double>(_reduced, at);
                Vector<double> d = v - w;
                var centre = new Vector<double>(window[x]);
                var radius = new Vector<double>(window[x + 1]);
                oc += w * centre;
                ac += d * centre;
                ar += Vector.Abs(d) * radius;
                w = Vector.Abs(w);
                or += w * radius;
                om += w * new Vector<double>(window[x + 2]);
                rc += v * new Vector<double>(window[x + 3]);
                pc += v * new Vector<double>(window[x + 6]);
                v = Vector.Abs(v);
                rr += v * new Vector<double>(window[x + 4]);
                rm += v * new Vector<double>(window[x + 5]);
                pr += v * new Vector<double>(window[x + 7]);
            }

            int to = block * OutputPlanes * lanes;
            oc.CopyTo(sums, to);
            or.CopyTo(sums, to + lanes);
            om.CopyTo(sums, to + (2 * lanes));
            rc.CopyTo(sums, to + (3 * lanes));
            rr.CopyTo(sums, to + (4 * lanes));
            rm.CopyTo(sums, to + (5 * lanes));
            ac.CopyTo(sums, to + (6 * lanes));
            ar.CopyTo(sums, to + (7 * lanes));
            pc.CopyTo(sums, to + (8 * lanes));
            pr.CopyTo(sums, to + (9 * lanes));
        }
    }

    /// <summary>One sum of an output.</summary>
    public static double Read(double[] sums, int output, int sum)
        => sums[(((output / Vector<double>.Count * OutputPlanes) + sum) * Vector<double>.Count) + (output % Vector<double>.Count)];

    /// <summary>The numbers of all inputs of a layer.</summary>
    public static double[] Inputs(PairBound x)
    {
        var numbers = new double[x.Count * InputPlanes];
        for (int i = 0; i < x.Count; i++)
        {
            PairInterval value = x[i];
            int at = i * InputPlanes;
            (numbers[at], numbers[at + 1]) = Centred(value.Original);
            numbers[at + 2] = value.Original.MaxAbs;
            (numbers[at + 3], numbers[at + 4]) = Centred(value.Reduced);
            numbers[at + 5] = value.Reduced.MaxAbs;
            (numbers[at + 6], numbers[at + 7]) = Centred(value.Delta);
        }

        return numbers;
    }

    private static (double Centre, double Radius) Centred(Interval x)
    {
        double centre = x.Low + ((x.High - x.Low) / 2);
        double radius = System.Math.Max(x.High - centre, centre - x.Low);
        return (centre, radius + (radius * FloatRounding.Analyser));
    }
}
