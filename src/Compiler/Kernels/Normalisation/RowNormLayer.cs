using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Kernels.Normalisation;

/// <summary>A loop over a normalised tensor.</summary>
/// <param name="Variable">The loop's variable.</param>
/// <param name="Length">How often it runs.</param>
/// <param name="Stride">The distance of neighbours in the tensor.</param>
/// <param name="Scale">The distance of their scales.</param>
/// <param name="Shift">The distance of their shifts.</param>
internal readonly record struct NormAxis(string Variable, int Length, int Stride, int Scale, int Shift);

/// <summary>
/// A normalisation of rows: the elements over the inner loops stand together and share their statistics, the outer loops walk the
/// rows. LayerNormalization, RMSNormalization, InstanceNormalization and GroupNormalization are of this form.
/// </summary>
/// <param name="Outer">The loops over rows.</param>
/// <param name="Inner">The loops over a row.</param>
/// <param name="Length">The elements of a row.</param>
/// <param name="Centers">Whether the mean is subtracted.</param>
/// <param name="Epsilon">What is added to the variance.</param>
internal sealed record RowNormLayer(IReadOnlyList<NormAxis> Outer, IReadOnlyList<NormAxis> Inner, int Length, bool Centers, float Epsilon)
{
    private static readonly string[] Names = ["i", "j", "k", "l", "m"];

    /// <summary>How many rows there are.</summary>
    public int Rows => Outer.Aggregate(1, (n, a) => n * a.Length);

    /// <summary>Rows that begin at an axis, with operands that broadcast to the tensor's trailing axes; null for more loops than there are names.</summary>
    public static RowNormLayer? OfTrailing(int[] x, int axis, int[] scale, int[] shift, bool centers, float epsilon)
    {
        int[] row = [.. x.Skip(axis)];
        int[] scales = BroadcastReader.Strides(Trailing(scale, row.Length), row);
        int[] shifts = BroadcastReader.Strides(Trailing(shift, row.Length), row);
        var inner = new List<NormAxis>();
        int stride = 1;
        for (int i = row.Length - 1; i >= 0; i--)
        {
            var next = new NormAxis("", row[i], stride, scales[i], shifts[i]);
            stride = unchecked(stride * row[i]);
            if (row[i] == 1) continue;
            if (inner.Count > 0 && RunsInto(next, inner[0])) inner[0] = inner[0] with { Length = inner[0].Length * row[i] };
            else inner.Insert(0, next);
        }

        if (inner.Count > Names.Length) return null;
        int rows = x.Take(axis).Aggregate(1, (a, b) => unchecked(a * b));
        return new([new NormAxis("row", rows, stride, 0, 0)], [.. inner.Select((a, i) => a with { Variable = Names[i] })], stride, centers, epsilon);
    }

    private static bool RunsInto(NormAxis outer, NormAxis inner)
        => outer.Stride == inner.Stride * inner.Length && outer.Scale == inner.Scale * inner.Length && outer.Shift == inner.Shift * inner.Length;

    /// <summary>An operand may have leading axes of length 1 beyond the row's.</summary>
    private static int[] Trailing(int[] operand, int rank) => operand.Length <= rank ? operand : [.. operand.Skip(operand.Length - rank)];
}
