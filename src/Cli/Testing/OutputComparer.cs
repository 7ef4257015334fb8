using System;
using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Cli.Testing;

/// <summary>How near floats must be: |actual − expected| ≤ absolute + relative × max(floor, |expected|).</summary>
/// <param name="Relative">The relative part.</param>
/// <param name="Absolute">The absolute part.</param>
/// <param name="Floor">The least magnitude that the relative part is taken of.</param>
internal sealed record Tolerance(double Relative, double Absolute, double Floor = 0)
{
    /// <summary>What ONNX's own test runner allows.</summary>
    public static Tolerance Onnx { get; } = new(1e-3, 1e-7);

    /// <summary>What two float32 runtimes may differ by over a whole model: neither is exact (docs/decisions/0004).</summary>
    public static Tolerance Model { get; } = new(1e-4, 0, Floor: 1);
}

/// <summary>What a comparison found.</summary>
/// <param name="MaxError">The largest |actual − expected| / max(1, |expected|).</param>
/// <param name="Reason">Why the outputs do not agree; null when they do.</param>
/// <param name="MaxUlp">The largest |actual − expected| in units of the expected value's last place, in the output's own element type.</param>
internal sealed record Comparison(double MaxError, string? Reason, double MaxUlp = 0);

/// <summary>Compares an output with what is expected.</summary>
internal static class OutputComparer
{
    /// <summary>Compares type, shape and elements.</summary>
    /// <param name="name">The output's name, for messages.</param>
    /// <param name="actual">What the model gave.</param>
    /// <param name="expected">What is expected.</param>
    /// <param name="tolerance">How near floats must be; other types are compared exactly.</param>
    /// <param name="isFlat">Whether only the number of elements counts, not the shape.</param>
    /// <param name="isRandom">Whether the elements are random by specification, so that only type and shape count.</param>
    public static Comparison Compare(string name, Tensor actual, Tensor expected, Tolerance tolerance, bool isFlat, bool isRandom)
    {
        string label = "output '" + name + "' ";
        if (actual.ElementType != expected.ElementType)
            return new(0, label + "is " + actual.ElementType.Name() + ", expected " + expected.ElementType.Name());
        // A scalar and one element in a list are told apart by no runner of ONNX's (numpy broadcasts one to the other).
        bool fits = isFlat || (actual.Length == 1 && actual.Shape.Rank + expected.Shape.Rank == 1) ? actual.Length == expected.Length : actual.Shape.Equals(expected.Shape);
        if (!fits)
            return new(0, label + "has shape " + actual.Shape + ", expected " + expected.Shape);
        if (isRandom) return new(0, null);
        if (actual.ElementType == ElementType.String) return CompareStrings(label, actual, expected);
        if (!ElementCodec.Supports(actual.ElementType)) return CompareBytes(label, actual, expected);
        return actual.ElementType.IsFloat() ? CompareReals(label, actual, expected, tolerance) : CompareIntegers(label, actual, expected);
    }

    private static Comparison CompareReals(string label, Tensor actual, Tensor expected, Tolerance tolerance)
    {
        double[] a = ReferenceTensor.FromTensor(actual).Reals!;
        double[] e = ReferenceTensor.FromTensor(expected).Reals!;
        double worst = 0, ulp = 0;
        int wrong = 0, first = -1;
        for (int i = 0; i < a.Length; i++)
        {
            double error = Error(a[i], e[i]);
            if (error > 0) ulp = Math.Max(ulp, error / LastPlace.Of(actual.ElementType, e[i]));
            worst = Math.Max(worst, error / Math.Max(1, double.IsFinite(e[i]) ? Math.Abs(e[i]) : 1));
            if (error <= tolerance.Absolute + (double.IsFinite(e[i]) ? tolerance.Relative * Math.Max(tolerance.Floor, Math.Abs(e[i])) : 0)) continue;
            if (wrong++ == 0) first = i;
        }

        return new(worst, wrong == 0 ? null : Reason(label, wrong, a.Length, first, Text(a[first]), Text(e[first])), ulp);
    }

    /// <summary>The distance; 0 for equal infinities and for two NaN, infinite for one of them.</summary>
    public static double Error(double actual, double expected)
    {
        if (actual.Equals(expected)) return 0;
        double error = Math.Abs(actual - expected);
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static Comparison CompareIntegers(string label, Tensor actual, Tensor expected)
    {
        long[] a = ReferenceTensor.FromTensor(actual).Integers!;
        long[] e = ReferenceTensor.FromTensor(expected).Integers!;
        bool isUnsigned = actual.ElementType == ElementType.UInt64;
        double worst = 0;
        int wrong = 0, first = -1;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i] == e[i]) continue;
            double error = isUnsigned ? Math.Abs((double)(ulong)a[i] - (ulong)e[i]) : Math.Abs((double)a[i] - e[i]);
            worst = Math.Max(worst, error / Math.Max(1, isUnsigned ? (ulong)e[i] : Math.Abs((double)e[i])));
            if (wrong++ == 0) first = i;
        }

        return new(worst, wrong == 0 ? null : Reason(label, wrong, a.Length, first, Text(a[first], isUnsigned), Text(e[first], isUnsigned)));
    }

    private static Comparison CompareStrings(string label, Tensor actual, Tensor expected)
    {
        for (int i = 0; i < actual.Length; i++)
            if (actual.Strings[i] != expected.Strings[i]) return new(1, Reason(label, 1, actual.Length, i, '"' + actual.Strings[i] + '"', '"' + expected.Strings[i] + '"'));
        return new(0, null);
    }

    private static Comparison CompareBytes(string label, Tensor actual, Tensor expected)
    {
        int first = actual.Data.Span.CommonPrefixLength(expected.Data.Span);
        return first == actual.Data.Length ? new(0, null) : new(1, label + "differs from byte " + first.ToString(CultureInfo.InvariantCulture) + " on");
    }

    private static string Reason(string label, int wrong, int count, int first, string actual, string expected)
        => FormattableString.Invariant($"{label}differs in {wrong} of {count} elements; the first is element {first}: {actual}, expected {expected}");

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value, bool isUnsigned) => isUnsigned ? ((ulong)value).ToString(CultureInfo.InvariantCulture) : value.ToString(CultureInfo.InvariantCulture);
}
