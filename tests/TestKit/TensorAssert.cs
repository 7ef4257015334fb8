using System;
using System.Globalization;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using Xunit;

namespace RedGen.TestKit;

/// <summary>Compares tensors.</summary>
public static class TensorAssert
{
    /// <summary>Types, shapes and elements agree; see <see cref="Difference"/>.</summary>
    public static void Close(ReferenceTensor expected, ReferenceTensor actual, double relative, double absolute)
        => Assert.Null(Difference(expected, actual, relative, absolute));

    /// <summary>
    /// The first difference, or null. Floats may differ by the larger of <paramref name="absolute"/> and <paramref name="relative"/> × |expected|;
    /// infinities, NaN and elements of other types must be the same.
    /// </summary>
    public static string? Difference(ReferenceTensor expected, ReferenceTensor actual, double relative, double absolute)
    {
        if (expected.ElementType != actual.ElementType) return $"is {actual.ElementType.Name()}, expected {expected.ElementType.Name()}";
        if (!expected.Lengths.AsSpan().SequenceEqual(actual.Lengths)) return $"has shape [{string.Join(",", actual.Lengths)}], expected [{string.Join(",", expected.Lengths)}]";
        for (int i = 0; i < expected.Count; i++)
        {
            if (expected.Reals is null)
            {
                if (expected.Integers![i] != actual.Integers![i]) return Text(i, expected.Integers[i], actual.Integers[i]);
                continue;
            }

            double e = expected.Reals[i];
            double a = actual.Reals![i];
            bool same = e.Equals(a) || (double.IsFinite(e) && Math.Abs(e - a) <= Math.Max(absolute, relative * Math.Abs(e)));
            if (!same) return Text(i, e, a);
        }

        return null;
    }

    private static string Text(int index, object expected, object actual)
        => string.Create(CultureInfo.InvariantCulture, $"element {index} is {actual}, expected {expected}");
}
