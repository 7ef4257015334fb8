using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Certify;

/// <summary>What is certain of each element of one tensor, as six planes of ends in row-major order.</summary>
internal sealed class PairBound
{
    /// <summary>The number of planes.</summary>
    public const int PlaneCount = 6;

    private readonly double[][] _planes;

    /// <summary>A tensor of zeros, to be filled.</summary>
    public PairBound(int[] lengths)
        : this(lengths, [.. Enumerable.Range(0, PlaneCount).Select(_ => new double[lengths.Aggregate(1, (a, b) => checked(a * b))])])
    {
    }

    /// <summary>A tensor of given planes.</summary>
    public PairBound(int[] lengths, double[][] planes)
    {
        Lengths = lengths;
        _planes = planes;
    }

    /// <summary>The lengths of the dimensions.</summary>
    public int[] Lengths { get; }

    /// <summary>The number of elements.</summary>
    public int Count => _planes[0].Length;

    /// <summary>One element.</summary>
    public PairInterval this[int i]
    {
        get => new(new(_planes[0][i], _planes[1][i]), new(_planes[2][i], _planes[3][i]), new(_planes[4][i], _planes[5][i]));
        set
        {
            (_planes[0][i], _planes[1][i]) = (value.Original.Low, value.Original.High);
            (_planes[2][i], _planes[3][i]) = (value.Reduced.Low, value.Reduced.High);
            (_planes[4][i], _planes[5][i]) = (value.Delta.Low, value.Delta.High);
        }
    }

    /// <summary>The largest |reduced − original|; NaN where an end is NaN.</summary>
    public double MaxError
    {
        get
        {
            double max = 0;
            for (int i = 0; i < Count; i++)
            {
                double error = this[i].Delta.MaxAbs;
                if (!(error <= max)) max = error;
                if (double.IsNaN(max)) return max;
            }

            return max;
        }
    }

    /// <summary>Whether all values are floats that are finite.</summary>
    public bool IsFinite
    {
        get
        {
            for (int i = 0; i < Count; i++)
            {
                PairInterval x = this[i];
                if (!(x.Original.MaxAbs <= float.MaxValue && x.Reduced.MaxAbs <= float.MaxValue && x.Delta.MaxAbs <= double.MaxValue)) return false;
            }

            return true;
        }
    }

    /// <summary>The values of a constant in both networks.</summary>
    public static PairBound Of(ReferenceTensor original, ReferenceTensor reduced)
    {
        var bound = new PairBound(original.Lengths);
        for (int i = 0; i < bound.Count; i++) bound[i] = PairInterval.Constant(original.Reals![i], reduced.Reals![i]);
        return bound;
    }

    /// <summary>One plane as a tensor: original's low and high ends, the reduced network's, the difference's. Of double, so that nothing rounds it; shares storage.</summary>
    public ReferenceTensor Plane(int plane) => new(ElementType.Float64, Lengths, _planes[plane]);
}
